/**
 * GPipe (Huang et al., NeurIPS 2019): one stage of contiguous layers on each accelerator, all
 * micro-batches forward, then all backward, with the activations computed again.
 *
 * The article asks for stages of equal estimated cost and prints no algorithm. Here the slowest
 * stage is as fast as possible (exact/cuts/stage-cuts.ts). A layer costs its forward and backward
 * times.
 */
import { z } from "zod";
import { stagePlan } from "../../../../env/model/layers/stage-plan.ts";
import type { PlannerModule } from "../../../contract.ts";
import { evenLengths, minMaxLengths } from "../../../exact/cuts/stage-cuts.ts";
import { equalDevices, stageCountOf } from "../../../problems/pipeline/equal-devices.ts";
import { checkpoints, fillDrainPlan } from "../../../problems/pipeline/fill-drain.ts";
import { shareTimes } from "../../../problems/pipeline/micro-batches.ts";
import { stageFacts } from "../../../search/pipelines/stage-facts.ts";
import { microBatchesOption } from "../micro-batches-option.ts";

const options = z.strictObject({
  partition: z
    .enum(["min-max", "even-layers"])
    .default("min-max")
    .describe("Cuts so that the slowest stage is as fast as possible, or into equal numbers of layers."),
  recompute: z
    .enum(checkpoints)
    .default("always")
    .describe("Which micro-batches are computed again for their backward pass."),
  microBatches: microBatchesOption,
  stages: z.int().min(0).default(0).describe("Stages; 0 takes one for each accelerator."),
});

export const gpipe: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "gpipe",
    systems: ["gpipe"],
    name: "GPipe",
    summary: "Cuts into stages of equal time, one for each accelerator, and fills and drains the pipeline.",
    searchSpace: "contiguous stages, one accelerator each; number of micro-batches",
    paper:
      "Huang, Cheng, Bapna, Firat, Chen, Chen, Lee, Ngiam, Le, Wu, Chen: GPipe: Efficient Training of Giant Neural Networks " +
      "using Pipeline Parallelism. NeurIPS 2019",
    limits:
      "It assumes equal accelerators and ignores transfers and memory. The article leaves the number of micro-batches to " +
      "the user; by default its closed form chooses it.",
  },
  traits: { answers: "pipeline", objectives: ["iteration", "throughput"], effort: "instant", random: false },
  options,
  create: ({ partition, recompute, microBatches, stages }) => ({
    async *plan(scenario, evaluator) {
      const on = equalDevices(scenario);
      if (typeof on === "string") return { failure: on };
      const count = stageCountOf(on, stages);
      const { forwardUs, backwardUs } = shareTimes(on.chain, on.type, 1);
      const costs = forwardUs.map((us, layer) => us + backwardUs[layer]);
      const lengths =
        partition === "min-max" ? minMaxLengths(costs, count) : evenLengths(costs.length, count);
      const found = fillDrainPlan(on, lengths, { checkpoint: recompute, microBatches });
      const plan = stagePlan(on.chain, found.plan);
      evaluator.evaluate(plan);
      yield plan;
      return {
        estimate: { value: found.estimateUs, unit: "us", model: "GPipe's fill and drain, transfers free" },
        facts: stageFacts(lengths, plan, on.devices.length),
      };
    },
  }),
};
