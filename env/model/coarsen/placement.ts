/**
 * The sequence of rules for the built-in workloads:
 *
 * 1. co-location classes;
 * 2. the single-consumer rule, which keeps parallel work and divisible chains;
 * 3. at most N groups.
 */
import type { OpGraph } from "../graph/graph.ts";
import { atMost } from "./at-most.ts";
import { colocationGrouping, type Grouping } from "./grouping.ts";
import { holdsAtMost, keepsParallelWork, mergeSingleConsumers } from "./single-consumer.ts";

/**
 * No merge makes a group larger than this share of all work. A fiftieth lets 8 devices be balanced.
 */
const LARGEST_SHARE = 1 / 50;

export function groupsForPlacement(graph: OpGraph, groupLimit: number): Grouping {
  const classes = colocationGrouping(graph);
  const merged = mergeSingleConsumers(graph, classes, [keepsParallelWork, holdsAtMost(LARGEST_SHARE)]);
  return atMost(graph, merged, groupLimit);
}
