/**
 * PaSE (Elango, IPDPS 2021): a configuration for each layer over all dimensions that it iterates
 * over, by the dynamic program over dependent sets (exact/sharding/labels/elimination).
 */
import { z } from "zod";
import type { PlannerModule } from "../../../contract.ts";
import { solveByElimination } from "../../../exact/sharding/labels/elimination/solve.ts";
import { timesOf } from "../../../exact/sharding/labels/frontier/problem.ts";
import { everyDimension } from "../../../problems/sharding/labels/offers.ts";
import { noSharding } from "../../../problems/sharding/mesh/meshes.ts";
import { axesOption, ESTIMATE_MODEL, gridTables } from "./grid.ts";
import { labelFacts } from "./label-facts.ts";

const options = z.strictObject({ axes: axesOption });

export const pase: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "pase",
    systems: ["pase"],
    name: "PaSE",
    summary:
      "Divides each layer along any of its dimensions at least total cost, by PaSE's dynamic program over dependent sets.",
    searchSpace: "a split of each product and convolution over a mesh, all dimensions, all ranks or fewer",
    paper: "Elango: PaSE: Parallelization Strategies for Efficient DNN Training. IPDPS 2021",
    limits:
      "Costs are run times and alpha-beta times of the scenario; the released code's floating-point costs are in " +
      "exact/sharding/labels/pase. Numbers of parts are those that axes of a mesh multiply to. Cheap ops follow an operand " +
      "instead of having a configuration. It ignores memory.",
  },
  traits: { answers: "sharding", objectives: ["iteration", "throughput"], effort: "seconds", random: false },
  options,
  refuses: noSharding,
  create: ({ axes }) => ({
    async *plan(scenario, evaluator) {
      const tables = gridTables(scenario, axes, everyDimension);
      const found = solveByElimination(timesOf(tables.problem));
      if (found.kind === "too-large") return { failure: found.message, ended: "limit" };
      if (found.kind === "infeasible") return { failure: "Every configuration is forbidden." };
      const plan = tables.planOf(found.labels);
      evaluator.evaluate(plan);
      yield plan;
      return {
        estimate: { value: found.cost, unit: "us", model: ESTIMATE_MODEL },
        facts: [
          ...labelFacts(tables, plan),
          { name: "largest table, entries", value: found.trace.largestTable },
          { name: "most groups in a table", value: found.trace.mostNodes },
        ],
      };
    },
  }),
};
