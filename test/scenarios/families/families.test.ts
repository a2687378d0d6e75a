/** Properties of every family in the registry, and the hashes that pin their graphs. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { graphHash, InputError, scenarioHash } from "../../../env/index.ts";
import {
  communicationShare,
  type Family,
  families,
  memberGraph,
  resolveScenario,
  splits,
} from "../../../scenarios/index.ts";
import { topologyHash } from "./topology-hash.ts";

const family = (name: string): Family => families.find((candidate) => candidate.name === name)!;
const small = families.filter(({ members }) => members.train <= 100);

const hashes = new Map<string, string>();
/** Hash of a member's graph, which is drawn once for all tests that look at it. */
function hashOf(each: Family, split: (typeof splits)[number], number: number): string {
  const key = `${each.name}/${split}/${number}`;
  const hash = hashes.get(key) ?? graphHash(memberGraph(each, split, number));
  hashes.set(key, hash);
  return hash;
}

/**
 * The first 16 digits of the graph's SHA-256. A change here changes every score on the family: say
 * so in the changelog.
 */
const pins: Readonly<Record<string, string>> = {
  "enas-cifar/train/0": "62efcedb09aeff92",
  "enas-cifar/train/15": "d9e2f30c5c7e6176",
  "enas-cifar/validation/0": "8135929682b117b5",
  "enas-cifar/test/0": "aa664b832783cd87",
  "enas-cifar/test/15": "3fdf8c43e4185418",
  "enas-ptb/train/0": "ed0ef1d1b3f1f225",
  "enas-ptb/train/15": "d3e92ab27b2b4eab",
  "enas-ptb/validation/0": "249a36987fd6584e",
  "enas-ptb/test/0": "4d67e12c92d4972d",
  "enas-ptb/test/15": "ed62954e01456d38",
  "nmt/train/0": "f0914991edb5b2f5",
  "nmt/train/15": "1a29340e376b4a3c",
  "nmt/validation/0": "0201678a801acd45",
  "nmt/test/0": "ab0514172386b24e",
  "nmt/test/15": "4e285c663ad2164d",
  "inception/train/0": "bb3d97baf015c99a",
  "inception/train/15": "c1576ab1f4f20c8f",
  "inception/validation/0": "83af94f3b8b08962",
  "inception/test/0": "7ac703bd808d167f",
  "inception/test/15": "534f673bbc5ce707",
  "transformer/train/0": "0f19675b3d720a8e",
  "transformer/train/15": "831d276d69c054b0",
  "transformer/validation/0": "cb8f68748cec2089",
  "transformer/test/0": "aea5f6ffe552776d",
  "transformer/test/15": "98ee6a322ea718d6",
  "layered/train/0": "093280dcc79ffe28",
  "layered/train/9999": "d8243afe091f9be7",
  "layered/validation/0": "454c32a4ddb971cb",
  "layered/test/0": "7cdc761d4cfa1d3b",
  "layered/test/999": "600ddb6b243971e0",
  "series-parallel/train/0": "324c201a54601c10",
  "series-parallel/train/9999": "b1ceebc0f4c1cafb",
  "series-parallel/validation/0": "b0dc4fd26376ae30",
  "series-parallel/test/0": "2ee7e3ec681f0da5",
  "series-parallel/test/999": "8fa2b5555de2c886",
  "regal/train/0": "f3c222b860d39452",
  "regal/train/9999": "62c6ae04ffe7c5a0",
  "regal/validation/0": "14f12608a1e7f2d1",
  "regal/test/0": "09cbdd2ee8127b32",
  "regal/test/999": "1ead6d9a87b47166",
  "gcn-graphs/train/0": "7ee94adb50e4ddc3",
  "gcn-graphs/train/9999": "84164727e09f9180",
  "gcn-graphs/validation/0": "7d2ca5234a70ff20",
  "gcn-graphs/test/0": "277ed3c4c9a4cbbe",
  "gcn-graphs/test/999": "5f19c3e2fa8632fa",
};

describe("every family", () => {
  test.each(families)("$name: the same address gives the same scenario", async ({ name }) => {
    const uri = `${name}/test/7/2xK80`;
    expect(scenarioHash(await resolveScenario(uri))).toBe(scenarioHash(await resolveScenario(uri)));
  });

  test.each(families)("$name: split and number are part of the seed", (each) => {
    const members = splits.flatMap((split) => [0, 1].map((number) => hashOf(each, split, number)));
    expect(new Set(members).size).toBe(6);
  });

  test.each(families)(
    "$name: the scenario knows its split, and of $devices devices",
    async ({ name, devices }) => {
      const scenario = await resolveScenario(`${name}/validation/0/4xK80`);
      expect(scenario.meta.split).toBe("validation");
      const hosts = devices === "all" ? ["CPU"] : [];
      expect(scenario.cluster.devices.map(({ kind }) => kind)).toEqual([
        "K80",
        "K80",
        "K80",
        "K80",
        ...hosts,
      ]);
    },
  );

  test.each(families)("$name: refuses a number that its split does not have", (each) => {
    expect(() => memberGraph(each, "test", each.members.test)).toThrow(InputError);
    expect(() => memberGraph(each, "test", -1)).toThrow(/expected 0 to/);
  });

  test.each(small)("$name: 16 to train on and 16 held out, as Placeto had them", ({ members }) => {
    expect(members).toMatchObject({ train: 16, test: 16 });
  });

  test.each(small.filter(({ name }) => name !== "transformer"))(
    "$name: no two members have one topology",
    (each) => {
      const hashes = splits.flatMap((split) =>
        Array.from({ length: each.members[split] }, (_, number) =>
          topologyHash(memberGraph(each, split, number)),
        ),
      );
      expect(new Set(hashes).size).toBe(hashes.length);
    },
  );

  test("generators use no function whose last bits differ between machines", () => {
    const folder = fileURLToPath(new URL("../../../scenarios/families/", import.meta.url));
    for (const file of readdirSync(folder)) {
      const used = readFileSync(`${folder}${file}`, "utf8").match(/Math\.\w+|[\w)] \*\* |\.normal\(/g) ?? [];
      expect(
        used.filter((name) => !["Math.round", "Math.floor", "Math.min", "Math.max"].includes(name)),
        file,
      ).toEqual([]);
    }
  });

  test.each(Object.entries(pins))("%s is the graph that it was", (address, pin) => {
    const [name, split, number] = address.split("/");
    expect(hashOf(family(name), split as "train", Number(number)).slice(0, 16)).toBe(pin);
  });

  test("has pins: each split of each family", () => {
    for (const { name } of families)
      for (const split of splits)
        expect(Object.keys(pins).some((address) => address.startsWith(`${name}/${split}/`))).toBe(true);
  });
});

describe("calibrated families", () => {
  test.each([
    ["inception", 0.65, 64, 90],
    ["nmt", 0.9, 64, 90],
    ["enas-cifar", 0.75, 64, 90],
    ["enas-ptb", 0.5, 64, 90],
    ["layered", 0.7, 80, 80],
    ["series-parallel", 1, 80, 80],
    ["regal", 2.2, 50, 199],
  ])(
    "%s: communicates %d of its compute time on the K80s of a p2.8xlarge, in %d to %d ops",
    async (name, share, fewest, most) => {
      for (const number of [0, 5]) {
        const scenario = await resolveScenario(`${name}/train/${number}/4xK80`);
        expect(communicationShare(scenario)).toBeCloseTo(share, 2);
        expect(scenario.grouping.groupCount).toBe(scenario.graph.opCount);
        expect(scenario.graph.opCount).toBeGreaterThanOrEqual(fewest);
        expect(scenario.graph.opCount).toBeLessThanOrEqual(most);
      }
    },
  );
});

describe("generators", () => {
  test.each(["layered", "series-parallel"])("%s makes as many ops as it is asked for", async (name) => {
    for (const ops of [4, 57, 2000]) {
      const { graph } = await resolveScenario(`${name}/train/42/4xP100?ops=${ops}`);
      expect(graph.opCount).toBe(ops);
    }
  });

  test("series-parallel graphs reduce to one edge", () => {
    for (let number = 0; number < 20; number++)
      expect(reducesToOneEdge(memberGraph(family("series-parallel"), "train", number))).toBe(true);
    expect(reducesToOneEdge(memberGraph(family("layered"), "train", 0))).toBe(false);
  });
});

/**
 * Valdes, Tarjan and Lawler's recognition: parallel edges become one, an op with one edge in and
 * one out becomes an edge.
 */
function reducesToOneEdge({
  opCount,
  edgeCount,
  edgeSource,
  edgeDestination,
}: ReturnType<typeof memberGraph>): boolean {
  const [from, to] = [0, 1].map(() => Array.from({ length: opCount }, () => new Set<number>()));
  for (let e = 0; e < edgeCount; e++) {
    to[edgeSource[e]].add(edgeDestination[e]);
    from[edgeDestination[e]].add(edgeSource[e]);
  }
  const left = new Set(Array.from({ length: opCount }, (_, v) => v));
  for (let changed = true; changed; ) {
    changed = false;
    for (const v of left) {
      if (from[v].size !== 1 || to[v].size !== 1) continue;
      const [[u], [w]] = [[...from[v]], [...to[v]]];
      to[u].delete(v);
      from[w].delete(v);
      to[u].add(w);
      from[w].add(u);
      left.delete(v);
      changed = true;
    }
  }
  return left.size === 2;
}
