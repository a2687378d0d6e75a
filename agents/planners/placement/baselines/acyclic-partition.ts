/**
 * Multilevel partitioning that keeps the order of a pipeline: no op before one in an earlier part,
 * so that parts are stages and each is contiguous. After Herrmann, Ozkaya, Ucar, Kaya, Catalyurek
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
      "Sees work, transfer times and what comes before what: no links or their network, no objective. Coarsens by other pairs " +
      "than the paper and cuts the coarsest graph by a dynamic program over random orders. Backward ops follow their forward op.",
  },
  traits: { answers: "placement", objectives: "any", effort: "instant", random: true, special: true },
  options: partitionOptions,
  create: (options) => ({
    plan: (scenario, evaluator, rng) => planByPartition(orderedProblem(scenario), evaluator, rng, options),
  }),
};
