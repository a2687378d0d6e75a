/**
 * All 12,000 REGAL-like graphs are made in less than two minutes on a machine of 2024, and colour
 * refinement distinguishes every two.
 */
import { expect, test } from "vitest";
import { regal } from "../../../scenarios/families/regal.ts";
import { memberGraph, splits } from "../../../scenarios/index.ts";
import { countYardsticks } from "../../yardstick.ts";
import { topologyHash } from "./topology-hash.ts";

test("12,000 graphs take less than 12,000 yardsticks, and no two have one topology", () => {
  const hashes = new Set<string>();
  let [graphs, yardsticks] = [0, 0];
  for (const split of splits)
    for (let number = 0; number < regal.members[split]; number++) {
      const spent = countYardsticks();
      const graph = memberGraph(regal, split, number);
      yardsticks += spent();
      hashes.add(topologyHash(graph));
      graphs++;
    }
  console.log(`${graphs} graphs in ${yardsticks.toFixed(0)} yardsticks, ${hashes.size} topologies`);
  expect(graphs).toBe(12_000);
  expect(hashes.size).toBe(12_000);
  expect(yardsticks).toBeLessThan(12_000);
});
