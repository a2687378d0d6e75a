/**
 * Data parallelism: every rank runs all ops on its share of the batch, and gradients are summed.
 * ZeRO's stages divide the training state as well (Rajbhandari et al., SC 2020).
 */
import { z } from "zod";
import { type ZeroStage, zeroStages } from "../../../env/model/plan/sharding.ts";
import type { PlannerModule } from "../../contract.ts";
import { dataParallelPlan } from "../../problems/sharding/macros/data-parallel.ts";
import { noSharding } from "../../problems/sharding/mesh/meshes.ts";
import { gridMesh } from "./labels/grid.ts";
import { meshText } from "./labels/label-facts.ts";

const options = z.strictObject({
  zero: z
    .int()
    .min(0)
    .max(3)
    .default(0)
    .describe("Stage of ZeRO: 1 divides the optimizer's state, 2 gradients too, 3 weights too."),
});

export const dataParallel: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "data-parallel",
    name: "Data parallelism",
    summary: "Divides the batch over all accelerators of a kind; stages of ZeRO divide the training state.",
    searchSpace: "one plan for each stage of ZeRO",
    paper:
      "Rajbhandari, Rasley, Ruwase, He: ZeRO: Memory Optimizations Toward Training Trillion Parameter Models. SC 2020",
    limits:
      "Gradients are summed tensor by tensor, not in buckets. Ops without a batch dimension run whole on every rank.",
  },
  traits: { answers: "sharding", objectives: ["iteration", "throughput"], effort: "instant", random: false },
  options,
  refuses: noSharding,
  create: ({ zero }) => ({
    async *plan(scenario, evaluator) {
      const plan = {
        ...dataParallelPlan(scenario.graph, gridMesh(scenario, 1)),
        memory: { zero: zeroStages[zero] as ZeroStage },
      };
      evaluator.evaluate(plan);
      yield plan;
      return { facts: [{ name: "mesh", value: meshText(plan) }] };
    },
  }),
};
