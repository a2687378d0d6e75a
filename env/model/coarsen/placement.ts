/**
 * The composition of rules that the built-in workloads use:
 *
 *   co-location classes -> single-consumer rule, keeping parallel work and divisible chains -> at most N groups
 *
 * Its checks for detours take time that grows with the square of the graph; above 5,000 classes (some 15,000 ops) multilevel
 * clustering takes its place.
 */
import type { OpGraph } from "../graph.ts";
import { colocationGrouping, type Grouping } from "../grouping.ts";
import { atMost } from "./at-most.ts";
import { multilevel } from "./multilevel.ts";
import { holdsAtMost, keepsParallelWork, mergeSingleConsumers } from "./single-consumer.ts";

/** No group grows by merging beyond this share of all work; a fiftieth keeps 8 devices within reach of balance. */
const LARGEST_SHARE = 1 / 50;

const MOST_CLASSES = 5_000;

export function groupsForPlacement(graph: OpGraph, groupLimit: number): Grouping {
  const classes = colocationGrouping(graph);
  if (classes.groupCount > MOST_CLASSES) return multilevel(graph, classes, groupLimit);
  const merged = mergeSingleConsumers(graph, classes, [keepsParallelWork, holdsAtMost(LARGEST_SHARE)]);
  return atMost(graph, merged, groupLimit);
}
