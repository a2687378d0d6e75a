/**
 * Multilevel k-way partitioning, as METIS and Scotch do it as placers: one part per accelerator,
 * with balanced weights and a small cut. The graph is that of the Scotch row of Tarnawski et al.
 * (NeurIPS 2020).
 */

import { z } from "zod";
import type { PlannerModule } from "../../../contract.ts";
import { pools } from "../../../problems/choices.ts";
import { partitionOptions, planByPartition } from "../../../search/partition/partition-plan.ts";
import { freeProblem } from "../../../search/partition/partition-problem.ts";

const options = partitionOptions.extend({
  pool: z
    .enum(pools)
    .default("accelerators")
    .describe("Devices that get parts; all gives the CPU one too, by its speed, as Scotch's in ColocRL."),
});

export const multilevel: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "multilevel",
    systems: ["metis"],
    name: "Multilevel partitioning",
    summary:
      "Cuts the graph into one part of equal work per accelerator with as few transfers between parts as it can.",
    searchSpace: "device per co-location class",
    paper:
      "Karypis, Kumar: A Fast and High Quality Multilevel Scheme for Partitioning Irregular Graphs. SIAM J. Sci. Comput. 1998; as a placer: Tarnawski et al., NeurIPS 2020 (baseline, there by Scotch)",
    limits:
      "Sees only work and transfer times: no direction, order, links, network or objective. memory=ignore " +
      "is the published row; else ops leave devices over their memory limit. CPUs get the ops that only they run.",
  },
  traits: { answers: "placement", objectives: "any", effort: "instant", random: true, usefulFirst: 2 },
  options,
  create: ({ pool, ...options }) => ({
    plan: (scenario, evaluator, rng) => planByPartition(freeProblem(scenario, pool), evaluator, rng, options),
  }),
};
