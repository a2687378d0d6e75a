/**
 * The search for shardings (search/sharding). Every other planner of them that draws no random
 * numbers comes first. Then come optima on all meshes of one or two axes, and changes by the
 * simulator. Ours.
 */
import { z } from "zod";
import { type Method, type PlannerModule, traitsOf } from "../../contract.ts";
import { solveByElimination } from "../../exact/sharding/labels/elimination/solve.ts";
import { timesOf } from "../../exact/sharding/labels/frontier/problem.ts";
import type { LabelTables } from "../../problems/sharding/labels/label-tables.ts";
import { noSharding } from "../../problems/sharding/mesh/meshes.ts";
import { searchShardings } from "../../search/sharding/search.ts";
import { shardingPlanners } from "../../selection.ts";

const options = z.strictObject({
  patience: z
    .int()
    .min(1)
    .default(40)
    .describe("Changes of single labels in a row that gain nothing, before the search ends."),
});

export const shardingSearchOf = (methods: readonly Method[]): PlannerModule<z.infer<typeof options>> => ({
  kind: "planner",
  card: {
    id: "sharding-search",
    name: "Search for shardings",
    summary:
      "Takes plans of other planners of shardings and optima on all meshes, then changes single splits by the simulator.",
    searchSpace:
      "a split of each product and convolution, meshes of one or two axes, stages of ZeRO, algorithms of sums, recomputed segments, offloading",
    limits:
      "Groups of ops that cost alike change together. Only plans that do not fit are recomputed or offloaded in parts, at most three of them. Weights stay on the devices. Meshes have at most two axes and all accelerators of one kind.",
  },
  traits: { answers: "sharding", objectives: ["iteration", "throughput"], effort: "seconds", random: false },
  options,
  refuses: noSharding,
  create: ({ patience }) => ({
    plan: (scenario, evaluator, rng) =>
      searchShardings(scenario, evaluator, rng, {
        planners: shardingPlanners(methods).filter(isTried),
        optimumOf,
        patience,
      }),
  }),
});

function isTried(method: Method): boolean {
  const { random, frontier } = traitsOf(method);
  return random !== true && frontier !== true;
}

function optimumOf({ problem }: LabelTables): Int32Array | null {
  const found = solveByElimination(timesOf(problem));
  return found.kind === "solved" ? found.labels : null;
}
