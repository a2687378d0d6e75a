/**
 * OptCNN (Jia et al., ICML 2018): a configuration for each layer, equal parts of dimensions of its
 * output. Run times, sums of gradients and transfers add up to the least. Chains and
 * parallel edges are eliminated, what remains is enumerated (exact/sharding/labels/reduction.ts).
 */
import { z } from "zod";
import type { PlannerModule } from "../../../contract.ts";
import { timesOf } from "../../../exact/sharding/labels/frontier/problem.ts";
import { solveByReduction } from "../../../exact/sharding/labels/reduction.ts";
import { outputDimensions } from "../../../problems/sharding/labels/offers.ts";
import { noSharding } from "../../../problems/sharding/mesh/meshes.ts";
import { axesOption, ESTIMATE_MODEL, gridTables } from "./grid.ts";
import { labelFacts } from "./label-facts.ts";

const options = z.strictObject({
  axes: axesOption,
  labelings: z
    .int()
    .min(1)
    .default(10_000_000)
    .describe("Most labelings of the groups that remain after all eliminations."),
  halos: z
    .boolean()
    .default(false)
    .describe(
      "Divide height and width as well where parts need rows of their neighbours, which are exchanged.",
    ),
});

export const optcnn: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "optcnn",
    systems: ["optcnn"],
    name: "OptCNN",
    summary:
      "Divides each layer along dimensions of its output at least total cost, by OptCNN's node and edge elimination.",
    searchSpace:
      "a split of each product and convolution over a mesh; sample, channel, head, height and width",
    paper:
      "Jia, Lin, Qi, Aiken: Exploring Hidden Dimensions in Parallelizing Convolutional Neural Networks. ICML 2018",
    limits:
      "Numbers of parts are those that axes of a mesh multiply to. Ranks that a layer does not use do the same as others. " +
      "Cheap ops follow an operand instead of having a configuration. Without `halos`, height and width are divided only where parts " +
      "need no rows of neighbours. Run times are the scenario's, not measured for each configuration. It ignores memory.",
  },
  traits: { answers: "sharding", objectives: ["iteration", "throughput"], effort: "seconds", random: false },
  options,
  refuses: noSharding,
  create: ({ axes, labelings, halos }) => ({
    async *plan(scenario, evaluator) {
      const tables = gridTables(scenario, axes, halos ? { ...outputDimensions, halos } : outputDimensions);
      const found = solveByReduction(timesOf(tables.problem), labelings);
      if (found.kind === "too-large") return { failure: found.message, ended: "limit" };
      if (found.kind === "infeasible") return { failure: "Every configuration is forbidden." };
      const plan = tables.planOf(found.labels);
      evaluator.evaluate(plan);
      yield plan;
      return {
        estimate: { value: found.cost, unit: "us", model: ESTIMATE_MODEL },
        facts: [...labelFacts(tables, plan), { name: "groups that remain", value: found.remaining }],
      };
    },
  }),
};
