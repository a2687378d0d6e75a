/**
 * Partitions of a line of blocks as placements, one part for each accelerator of the kind that most
 * are of. Groups without a block take the first device that they may.
 */
import type { Placement } from "../../../env/model/plan/placement.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { type BlockLine, blockLine } from "../../problems/block-line.ts";
import { type Choices, choicesOf, planOf } from "../../problems/choices.ts";
import { meshDevices } from "../../problems/sharding/mesh/meshes.ts";
import { leastLargestRanges } from "./range-cuts.ts";

export interface PartitionProblem {
  readonly blocks: BlockLine;
  /** Of the parts, in their order. */
  readonly devices: readonly number[];
  readonly choices: Choices;
}

/** The problem, or one sentence where the scenario has none. */
export function partitionProblem(scenario: Scenario): PartitionProblem | string {
  const blocks = blockLine(scenario);
  if (typeof blocks === "string") return blocks;
  const devices = meshDevices(scenario);
  if (blocks.line.length < devices.length)
    return `There are ${blocks.line.length} blocks for ${devices.length} accelerators, expected one each or more.`;
  const choices = choicesOf(scenario, "accelerators");
  const bound = blocks.groups.find((g) => devices.some((d) => !choices.legal[g].includes(d)));
  if (bound !== undefined) return `Group ${bound} holds a block and cannot run on each of the accelerators.`;
  return { blocks, devices, choices };
}

/** Each block on the device of its part. */
export function partitionPlan(
  { blocks, devices, choices }: PartitionProblem,
  partOf: (block: number) => number,
): Placement {
  const groupDevice = Int32Array.from(choices.legal, ([first]) => first);
  blocks.groups.forEach((group, block) => {
    groupDevice[group] = devices[partOf(block)];
  });
  return planOf(choices, groupDevice);
}

/** Ranges of the line, from where each starts. */
export function rangesPlan(problem: PartitionProblem, starts: Int32Array): Placement {
  const partOf = new Int32Array(problem.blocks.line.length);
  for (let p = 0; p + 1 < starts.length; p++) partOf.fill(p, starts[p], starts[p + 1]);
  return partitionPlan(problem, (block) => partOf[block]);
}

/** Ranges whose largest sum of a feature is least: equal shares, as far as blocks allow. */
export const equalRanges = (sums: Float64Array, { devices }: PartitionProblem): Int32Array =>
  leastLargestRanges(sums, devices.length);
