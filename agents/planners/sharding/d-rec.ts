/**
 * D-Rec, the double recursive algorithm of MindSpore (`recursive_programming`; Huawei). It cuts
 * every op in two for each halving of the devices, heaviest first, without a look back. Costs are
 * elements, with two constants of the released code (search/sharding/double-recursion.ts).
 */
import { z } from "zod";
import { sizesOf } from "../../../env/model/layout/mesh.ts";
import type { OpSplit } from "../../../env/model/layout/natural.ts";
import { iterationOf, type ShardingPlan } from "../../../env/model/plan/sharding.ts";
import type { PlannerModule } from "../../contract.ts";
import { NONE, splitOfChoice, splitRules } from "../../problems/sharding/legal-splits.ts";
import { binaryMesh, type LevelMesh } from "../../problems/sharding/mesh/level-mesh.ts";
import { doubleRecursion, releasedCosts, visitingOrders } from "../../search/sharding/double-recursion.ts";

const options = z.strictObject({
  order: z
    .enum(visitingOrders)
    .default("weight")
    .describe("Heaviest op first as published, lightest first, or as the graph goes."),
  redistribution: z
    .number()
    .min(0)
    .default(releasedCosts.redistribution)
    .describe("Cost of an element that a neighbour has in another layout."),
  weights: z
    .number()
    .min(0)
    .default(releasedCosts.weights)
    .describe("Share of a matrix product's weights that a cut along its batch costs."),
  inputChannels: z
    .boolean()
    .default(releasedCosts.inputChannels)
    .describe("Cut convolutions along input channels too, which the code has switched off."),
});
type Options = z.infer<typeof options>;

export const dRec: PlannerModule<Options> = {
  kind: "planner",
  card: {
    id: "d-rec",
    systems: ["d-rec"],
    name: "D-Rec",
    summary:
      "Cuts each op in two for each halving of the devices, heaviest ops first, to suit those cut before.",
    searchSpace: "one dimension for each op at each halving of the devices",
    paper: "Double Recursive Algorithm, MindSpore (Huawei): recursive_programming",
    limits:
      "Ops with dimensions here in place of MindSpore's types of 4-D shapes. Weights for the order are those of whole shapes. " +
      "Memory is not looked at, where the code fails afterwards. Pipeline stages and inference are missing.",
  },
  traits: { answers: "sharding", objectives: ["iteration", "throughput"], effort: "instant", random: false },
  refuses(scenario) {
    const on = binaryMesh(scenario, "D-Rec");
    return typeof on === "string" ? on : null;
  },
  options,
  create: ({ order, ...costs }) => ({
    async *plan(scenario, evaluator) {
      const { graph } = scenario;
      const { mesh } = binaryMesh(scenario, "D-Rec") as LevelMesh;
      const rules = splitRules(graph, sizesOf(mesh));
      const cuts = doubleRecursion(graph, mesh.axes.length, rules, { costs, order });
      const choices = new Map<number, number[]>();
      for (const { op, dimension } of cuts) choices.set(op, [...(choices.get(op) ?? []), dimension]);
      const split = new Array<OpSplit | null>(graph.opCount).fill(null);
      for (const [op, choice] of choices) split[op] = splitOfChoice(iterationOf(graph, op)!, choice);
      const plan: ShardingPlan = { kind: "sharding", mesh, split };
      evaluator.evaluate(plan);
      yield plan;
      return { facts: [{ name: "cuts", value: cuts.filter(({ dimension }) => dimension !== NONE).length }] };
    },
  }),
};
