/**
 * Megatron's tensor parallelism with data parallelism (Shoeybi et al., arXiv 1909.08053): columns
 * of the first weight and rows of the second, and the heads of attention in between.
 */
import { z } from "zod";
import { type ZeroStage, zeroStages } from "../../../env/model/plan/sharding.ts";
import type { PlannerModule } from "../../contract.ts";
import { megatronDegree, megatronPlan } from "../../problems/sharding/macros/megatron.ts";
import { meshDevices, meshOf, noSharding } from "../../problems/sharding/mesh/meshes.ts";
import { meshText } from "./labels/label-facts.ts";

const options = z.strictObject({
  degree: z
    .int()
    .min(0)
    .default(0)
    .describe("Ranks that share each weight; 0 takes the most of a machine that divide all heads."),
  zero: z.int().min(0).max(3).default(0).describe("Stage of ZeRO among the ranks that share the batch."),
});

export const megatron: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "megatron",
    name: "Megatron's tensor parallelism",
    summary:
      "Divides columns of first weights, rows of second ones and heads among the ranks of a machine, and the batch among the rest.",
    searchSpace: "one plan for each degree",
    paper: "Shoeybi, Patwary, Puri, LeGresley, Casper, Catanzaro: Megatron-LM. arXiv 1909.08053, 2019",
    limits:
      "Which weights are first and second follows from dimensions, not from names. Embeddings and logits stay whole, since " +
      "the loss here does not divide classes. Heads that the degree does not divide stay whole.",
  },
  traits: { answers: "sharding", objectives: ["iteration", "throughput"], effort: "instant", random: false },
  options,
  refuses: (scenario, { degree }) => {
    const none = noSharding(scenario);
    if (none !== null) return none;
    const count = meshDevices(scenario).length;
    return count % (degree || megatronDegree(scenario)) === 0
      ? null
      : `A degree of ${degree} does not divide the ${count} devices of "${scenario.name}".`;
  },
  create: ({ degree, zero }) => ({
    async *plan(scenario, evaluator) {
      const devices = meshDevices(scenario);
      const ranks = degree || megatronDegree(scenario);
      const mesh = meshOf(devices, [devices.length / ranks, ranks]);
      const plan = {
        ...megatronPlan(scenario.graph, mesh),
        memory: { zero: zeroStages[zero] as ZeroStage },
      };
      evaluator.evaluate(plan);
      yield plan;
      return { facts: [{ name: "mesh", value: meshText(plan) }] };
    },
  }),
};
