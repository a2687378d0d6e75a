/**
 * Multilevel partitioning that keeps the order of a pipeline. No op is in an earlier part than its
 * predecessors, so that parts are contiguous stages. After Herrmann, Ozkaya, Ucar, Kaya, Catalyurek
 * (SIAM J. Sci. Comput. 2019).
 */

import type { PlannerModule } from "../../../contract.ts";
import {
  type PartitionOptions,
  partitionOptions,
  planByPartition,
} from "../../../search/partition/partition-plan.ts";
import { orderedProblem } from "../../../search/partition/partition-problem.ts";

export const acyclicPartition: PlannerModule<PartitionOptions> = {
  kind: "planner",
  card: {
    id: "acyclic-partition",
    name: "Acyclic partitioning",
    summary:
      "Cuts the graph into consecutive stages of equal work, one per accelerator, with few transfers between them.",
    searchSpace: "contiguous split over the accelerators",
    paper:
      "Herrmann, Ozkaya, Ucar, Kaya, Catalyurek: Multilevel Algorithms for Acyclic Partitioning of Directed Acyclic Graphs. SIAM J. Sci. Comput. 2019",
    limits:
      "Sees work, transfer times and the order of ops, but no links, no network and no objective. Coarsens by other pairs " +
      "than the paper and cuts the coarsest graph by a dynamic program over random orders. Backward ops follow their forward op.",
  },
  traits: { answers: "placement", objectives: "any", effort: "instant", random: true, special: true },
  options: partitionOptions,
  create: (options) => ({
    plan: (scenario, evaluator, rng) => planByPartition(orderedProblem(scenario), evaluator, rng, options),
  }),
};
