/**
 * TensorOpt (Cai et al., TPDS 2022): the frontier of time and memory over configurations of all
 * layers (exact/sharding/labels/frontier). The fastest point that fits the memory is taken.
 *
 * Memory of the frontier adds up over layers; the peak that the simulator measures does not. Where
 * the peak does not fit, the next point of less memory is simulated.
 */
import { z } from "zod";
import type { PlannerModule } from "../../../contract.ts";
import type { FrontierPoint } from "../../../exact/sharding/labels/frontier/problem.ts";
import { solveFrontier } from "../../../exact/sharding/labels/frontier/solve.ts";
import { everyDimension } from "../../../problems/sharding/labels/offers.ts";
import { noSharding } from "../../../problems/sharding/mesh/meshes.ts";
import { axesOption, ESTIMATE_MODEL, gridTables } from "./grid.ts";
import { labelFacts } from "./label-facts.ts";

const options = z.strictObject({
  axes: axesOption,
  epsilon: z
    .number()
    .min(0)
    .lt(1)
    .default(0.05)
    .describe("Points within this share of another in time and memory may be left out; 0 is exact."),
});

export const tensoropt: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "tensoropt",
    systems: ["tensoropt"],
    name: "TensorOpt",
    summary:
      "Finds the frontier of time and memory over splits of all layers, and takes the fastest point that fits.",
    searchSpace: "a split of each product and convolution over a mesh, all dimensions, all ranks or fewer",
    paper:
      "Cai, Yan, Ma, Wu, Huang, Cheng, Su, Yu: TensorOpt: Exploring the Tradeoffs in Distributed DNN Training with " +
      "Auto-Parallelism. TPDS 2022",
    limits:
      "Costs are run times and alpha-beta times of the scenario, not profiled. Tensors are never sent again to save a copy. " +
      "Where the graph is no chain, larger tables take the place of its heuristic elimination. Numbers of parts are those " +
      "that axes of a mesh multiply to, and cheap ops follow an operand.",
  },
  traits: {
    answers: "sharding",
    objectives: ["iteration", "throughput"],
    effort: "seconds",
    random: false,
    frontier: true,
  },
  options,
  refuses: noSharding,
  create: ({ axes, epsilon }) => ({
    async *plan(scenario, evaluator) {
      const tables = gridTables(scenario, axes, everyDimension);
      const found = solveFrontier(tables.problem, { epsilon });
      if (found.kind === "too-large") return { failure: found.message, ended: "limit" };
      let taken: FrontierPoint | null = null;
      for (const point of found.frontier.toReversed()) {
        const plan = tables.planOf(point.labels);
        taken = point;
        const { feasible } = evaluator.evaluate(plan);
        yield plan;
        if (feasible) break;
      }
      if (taken === null) return { failure: "The frontier has no point." };
      const plan = tables.planOf(taken.labels);
      const shown = ({ memory, time }: FrontierPoint) => ({ timeUs: time, memoryBytes: memory });
      return {
        estimate: { value: taken.time, unit: "us", model: ESTIMATE_MODEL },
        facts: [
          ...labelFacts(tables, plan),
          { name: "points of the frontier", value: found.frontier.length },
          { name: "memory of the point taken, added up, B", value: taken.memory },
        ],
        frontier: { points: found.frontier.map(shown), taken: shown(taken) },
      };
    },
  }),
};
