/**
 * Routes over cables: shortest, widest, only through switches and relays. Each mistake is one
 * sentence.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deviceOf, type Fabric, fabricCluster } from "../../../scenarios/index.ts";

const device = (name: string) => deviceOf("P100", name);
const speed = (bytesPerUs: number) => ({ bytesPerUs, latencyUs: 1 });
const cable = (a: string, b: string, bytesPerUs = 10) => ({
  ends: [a, b] as const,
  speed: speed(bytesPerUs),
});

const namesOn = (fabric: Fabric, from: number, to: number) => {
  const { links, routes } = fabricCluster(fabric);
  return routes[from][to].map((link) => links[link].name);
};

describe("a cluster from its cables", () => {
  const diamond: Fabric = {
    name: "diamond",
    devices: [device("a"), device("b")],
    switches: ["thin", "wide", "far", "away"],
    cables: [
      cable("a", "thin", 5),
      cable("thin", "b", 50),
      cable("a", "wide", 10),
      cable("wide", "b", 10),
      cable("a", "far", 50),
      cable("far", "away", 50),
      cable("away", "b", 50),
    ],
  };

  test("routes over the fewest cables, the widest of those, or over the widest whatever their number", () => {
    expect(namesOn(diamond, 0, 1)).toEqual(["a -> wide", "wide -> b"]);
    expect(namesOn({ ...diamond, routes: "widest" }, 0, 1)).toEqual(["a -> far", "far -> away", "away -> b"]);
  });

  test("goes through a device only where it is a relay", () => {
    const chain: Fabric = {
      name: "chain",
      devices: [device("a"), device("b"), device("c")],
      cables: [cable("a", "b"), cable("b", "c")],
    };
    expect(() => fabricCluster(chain)).toThrow(/no cables lead from "a" to "c"/);
    expect(namesOn({ ...chain, relays: ["b"] }, 0, 2)).toEqual(["a -> b", "b -> c"]);
  });

  test("has one link for a half-duplex cable and two for any other", () => {
    const pair = { name: "pair", devices: [device("a"), device("b")] };
    expect(fabricCluster({ ...pair, cables: [cable("a", "b")] }).links).toHaveLength(2);
    const half = fabricCluster({ ...pair, cables: [{ ...cable("a", "b"), duplex: "half" }] });
    expect(half.links.map(({ name }) => name)).toEqual(["a - b"]);
    expect(half.routes).toEqual([
      [[], [0]],
      [[0], []],
    ]);
  });

  test("names what a cable or relay does not find, and names used twice", () => {
    const one = { name: "one", devices: [device("a")], cables: [] };
    expect(() => fabricCluster({ ...one, cables: [cable("a", "x")] })).toThrow(
      /a cable names "x", expected one of a/,
    );
    expect(() => fabricCluster({ ...one, relays: ["x"] })).toThrow(/a relay names "x"/);
    expect(() => fabricCluster({ ...one, switches: ["a"] })).toThrow(/have one name/);
  });

  test("finds on any network a route as short, and as wide, as a search of all paths does", () => {
    const arc = fc.tuple(fc.nat(6), fc.nat(6), fc.integer({ min: 1, max: 4 }));
    fc.assert(
      fc.property(fc.array(arc, { minLength: 8, maxLength: 16 }), (arcs) => {
        const nodes = ["a", "b", "s", "t", "u", "v", "w"];
        const cables = [
          ...arcs.filter(([x, y]) => x !== y).map(([x, y, width]) => cable(nodes[x], nodes[y], width)),
          cable("a", "w", 1),
          cable("w", "b", 1),
        ];
        const paths = allPaths(cables, "a", "b", ["a"]);
        const width = (path: number[]) => Math.min(...path);
        const shortest = Math.min(...paths.map((path) => path.length));
        const short = paths.filter((path) => path.length === shortest).map(width);
        const widest = Math.max(...paths.map(width));
        const wide = paths.filter((path) => width(path) === widest).map((path) => path.length);
        const fabric = { name: "any", devices: [device("a"), device("b")], switches: nodes.slice(2), cables };
        for (const [routes, length, narrowest] of [
          ["shortest", shortest, Math.max(...short)],
          ["widest", Math.min(...wide), widest],
        ] as const) {
          const cluster = fabricCluster({ ...fabric, routes });
          const route = cluster.routes[0][1].map((link) => cluster.links[link].bytesPerUs);
          expect([route.length, width(route)], routes).toEqual([length, narrowest]);
        }
      }),
      { numRuns: 150 },
    );
  });
});

/** Widths of the cables of every simple path that has devices only at its ends. */
function allPaths(
  cables: readonly ReturnType<typeof cable>[],
  from: string,
  to: string,
  seen: readonly string[],
): number[][] {
  if (from === to) return [[]];
  return cables.flatMap(({ ends, speed: { bytesPerUs } }) => {
    if (!ends.includes(from)) return [];
    const next = ends[0] === from ? ends[1] : ends[0];
    if (seen.includes(next)) return [];
    return allPaths(cables, next, to, [...seen, next]).map((path) => [bytesPerUs, ...path]);
  });
}
