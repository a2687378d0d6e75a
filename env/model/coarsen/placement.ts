/**
 * The composition of rules that the built-in workloads use:
 *
 *   co-location classes -> single-consumer rule, keeping parallel work and divisible chains -> at most N groups
 */
import type { OpGraph } from "../graph/graph.ts";
import { atMost } from "./at-most.ts";
import { colocationGrouping, type Grouping } from "./grouping.ts";
import { holdsAtMost, keepsParallelWork, mergeSingleConsumers } from "./single-consumer.ts";

/**
 * No group grows by merging beyond this share of all work; a fiftieth keeps 8 devices within reach
 * of balance.
 */
const LARGEST_SHARE = 1 / 50;

export function groupsForPlacement(graph: OpGraph, groupLimit: number): Grouping {
  const classes = colocationGrouping(graph);
  const merged = mergeSingleConsumers(graph, classes, [keepsParallelWork, holdsAtMost(LARGEST_SHARE)]);
  return atMost(graph, merged, groupLimit);
}
