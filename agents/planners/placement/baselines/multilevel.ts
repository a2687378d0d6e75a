/**
 * Multilevel k-way partitioning, what METIS and Scotch do when they serve as placers: one part per
 * accelerator, weights balanced, cut small. The graph they are given is that of the Scotch row of
 * Tarnawski et al. (NeurIPS 2020).
 */

import type { PlannerModule } from "../../../contract.ts";
import {
  type PartitionOptions,
  partitionOptions,
  planByPartition,
} from "../../../search/partition/partition-plan.ts";
import { freeProblem } from "../../../search/partition/partition-problem.ts";

export const multilevel: PlannerModule<PartitionOptions> = {
  kind: "planner",
  card: {
    id: "multilevel",
    name: "Multilevel partitioning",
    summary:
      "Cuts the graph into one part of equal work per accelerator with as few transfers between parts as it can.",
    searchSpace: "device per co-location class",
    paper:
      "Karypis, Kumar: A Fast and High Quality Multilevel Scheme for Partitioning Irregular Graphs. SIAM J. Sci. Comput. 1998; as a placer: Tarnawski et al., NeurIPS 2020 (baseline, there by Scotch)",
    limits:
      "Sees work and transfer times alone: no direction, no order, no links or their network, no objective. memory=ignore " +
      "is the published row; else ops leave devices over their memory. CPUs get what only they run.",
  },
  traits: { answers: "placement", objectives: "any", effort: "instant", random: true, usefulFirst: 2 },
  options: partitionOptions,
  create: (options) => ({
    plan: (scenario, evaluator, rng) => planByPartition(freeProblem(scenario), evaluator, rng, options),
  }),
};
