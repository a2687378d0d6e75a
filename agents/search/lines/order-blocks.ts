/**
 * Placements whose blocks are contiguous in the order of the groups. The order is cut over the
 * first accelerators. The slowest block is as fast as possible. Transfers and memory are not looked
 * at.
 */
import { type GroupGraph, groupGraph } from "../../../env/model/coarsen/group-graph.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { type Choices, choicesOf } from "../../problems/choices.ts";
import { partitionChain } from "./chain-partition.ts";

/** Over 1, 2, ... accelerators, without those cuts that a group cannot follow. */
export function orderBlocks(scenario: Scenario): Int32Array[] {
  const choices = choicesOf(scenario, "accelerators");
  const groups = groupGraph(scenario);
  return Array.from(choices.devices, (_, i) => blocksOver(choices, groups, i + 1)).filter(
    (placed) => placed !== null,
  );
}

/**
 * Device of each group, with the order cut over the first `blocks` accelerators. Null if some group
 * cannot run on its accelerator.
 */
export function blocksOver(
  { legal, devices }: Choices,
  groups: GroupGraph,
  blocks: number,
): Int32Array | null {
  const used = devices.subarray(0, blocks);
  const computeUs = new Float64Array(legal.length * blocks);
  legal.forEach((allowed, g) => {
    // A group that runs only on devices outside the pool is in no block.
    const free = allowed.some((d) => devices.includes(d));
    used.forEach((d, k) => {
      computeUs[g * blocks + k] = free ? groups.computeUs[g * groups.deviceCount + d] : 0;
    });
  });
  const block = partitionChain(computeUs, blocks);
  if (block === null) return null;
  return Int32Array.from(legal, (allowed, g) =>
    allowed.includes(used[block[g]]) ? used[block[g]] : allowed[0],
  );
}
