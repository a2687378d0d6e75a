/**
 * All 12,000 REGAL-like graphs are made in less than two minutes, and colour refinement
 * distinguishes every two.
 */
import { expect, test } from "vitest";
import { regal } from "../../../scenarios/families/regal.ts";
import { memberGraph, splits } from "../../../scenarios/index.ts";
import { topologyHash } from "./topology-hash.ts";

test("12,000 graphs take less than two minutes, and no two have one topology", () => {
  const hashes = new Set<string>();
  let [graphs, makingMs] = [0, 0];
  for (const split of splits)
    for (let number = 0; number < regal.members[split]; number++) {
      const started = performance.now();
      const graph = memberGraph(regal, split, number);
      makingMs += performance.now() - started;
      hashes.add(topologyHash(graph));
      graphs++;
    }
  console.log(`${graphs} graphs in ${(makingMs / 1000).toFixed(1)} s, ${hashes.size} topologies`);
  expect(graphs).toBe(12_000);
  expect(hashes.size).toBe(12_000);
  expect(makingMs).toBeLessThan(120_000);
});
