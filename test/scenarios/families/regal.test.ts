/**
 * REGAL-like graphs: no two of all 12,000 have one topology. This is known without making them, and
 * checked on some.
 */
import { describe, expect, test } from "vitest";
import { regal, sizeOf } from "../../../scenarios/families/regal.ts";
import { memberGraph, splits } from "../../../scenarios/index.ts";
import { topologyHash } from "./topology-hash.ts";

const addresses = splits.flatMap((split) =>
  Array.from({ length: regal.members[split] }, (_, number) => ({ split, number })),
);

describe("the REGAL-like family", () => {
  test("gives each of its 12,000 members numbers of ops and edges that no other member has", () => {
    expect(addresses.length).toBe(12_000);
    const sizes = addresses.map(sizeOf).map(({ ops, edges }) => `${ops} ops, ${edges} edges`);
    expect(new Set(sizes).size).toBe(12_000);
  });

  test("makes graphs of just these sizes, of different topologies", () => {
    const hashes = new Set<string>();
    const made = addresses.filter((_, i) => i % 97 === 0);
    for (const { split, number } of made) {
      const graph = memberGraph(regal, split, number);
      expect({ ops: graph.opCount, edges: graph.edgeCount }).toEqual(sizeOf({ split, number }));
      hashes.add(topologyHash(graph));
    }
    expect(hashes.size).toBe(made.length);
  });

  test("has one source, and every other op reads something", () => {
    for (let number = 0; number < 40; number++) {
      const { opCount, inStart } = memberGraph(regal, "train", number);
      const fed = Array.from({ length: opCount }, (_, v) => inStart[v + 1] > inStart[v]);
      expect(fed.indexOf(false)).toBe(0);
      expect(fed.lastIndexOf(false)).toBe(0);
    }
  });

  test("has the same spread of sizes in every split", () => {
    for (const split of splits) {
      const ops = addresses
        .filter((address) => address.split === split)
        .map((address) => sizeOf(address).ops);
      const mean = ops.reduce((sum, count) => sum + count, 0) / ops.length;
      expect(Math.abs(mean - 124.5)).toBeLessThan(2);
    }
  });

  test("has no weights where told, and the same graph otherwise", () => {
    const usual = memberGraph(regal, "test", 3);
    const light = memberGraph(regal, "test", 3, { weights: 0 });
    expect([...light.parameterBytes].every((bytes) => bytes === 0)).toBe(true);
    expect(usual.parameterBytes.every((bytes) => bytes > 0)).toBe(true);
    expect({ ...light, parameterBytes: usual.parameterBytes }).toEqual(usual);
    expect(memberGraph(regal, "test", 3, { weights: 200 }).parameterBytes[0]).toBe(
      2 * usual.parameterBytes[0],
    );
  });
});
