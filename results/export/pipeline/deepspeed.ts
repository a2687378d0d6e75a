/**
 * DeepSpeed: the fields of its configuration for a `PipelineModule`. The grid of processes is
 * pipeline x data parallel. `pipeline.parts` is where each stage begins in the list of layers, and
 * the end; the program reads `stages` and `partition` alone. So a plan that `partition_method`
 * does not make needs `PipelineModule.parts` set to it.
 *
 * It runs 1F1B with a flush. `activation_checkpoint_interval` 1 recomputes every layer, 0 none.
 */
import { visible } from "../../text/visible.ts";
import type { PipelineExporter } from "../contract.ts";
import { dividedDeepspeed } from "../sharding/deepspeed.ts";
import { gridOf } from "./data-parallel.ts";
import { orderLoss, recomputed, recomputeLoss, scheduleLoss, sharedDeviceLoss, swapLoss } from "./losses.ts";
import { stageLayers } from "./stage-layers.ts";

const NAME = "deepspeed";

export const deepspeed: PipelineExporter = {
  name: NAME,
  summary:
    "JSON, DeepSpeed configuration: batch sizes, gradient accumulation, pipeline stages and parts, stage of ZeRO",
  subject: "pipeline",
  writeDivided: (scenario, plan) =>
    dividedDeepspeed(scenario, plan, (pipeline) => deepspeed.write(scenario, pipeline)),
  write({ graph }, plan) {
    const { ofStage, outOfOrder } = stageLayers(graph, plan);
    const grid = gridOf(NAME, graph, plan);
    const parts = [0];
    for (const layers of ofStage) parts.push(parts[parts.length - 1] + layers.length);
    const isUniform = uniformParts(parts[parts.length - 1], ofStage.length).every((at, k) => at === parts[k]);
    const fields = {
      ...(grid.globalBatchSize !== null && {
        train_batch_size: grid.globalBatchSize,
        train_micro_batch_size_per_gpu: grid.microBatchSize,
      }),
      gradient_accumulation_steps: grid.accumulation,
      pipeline: {
        stages: ofStage.length,
        partition: "uniform",
        activation_checkpoint_interval: recomputed(graph, plan) === "all" ? 1 : 0,
        parts,
      },
    };
    return {
      text: `${visible(JSON.stringify(fields, null, 2))}\n`,
      notes: [
        ...grid.notes,
        ...(isUniform
          ? []
          : [
              `The format ${NAME} makes other stages by partition uniform: set PipelineModule.parts to those written.`,
            ]),
        ...sharedDeviceLoss(NAME, plan),
        ...scheduleLoss(NAME, plan, { runs: "1f1b", held: ["1f1b"] }),
        ...orderLoss(NAME, outOfOrder),
        ...recomputeLoss(NAME, graph, plan),
        ...swapLoss(NAME, plan),
      ],
    };
  },
};

/** The parts of DeepSpeed's `partition_uniform`: the first ones are larger by one. */
function uniformParts(layers: number, stages: number): number[] {
  const [size, larger] = [Math.floor(layers / stages), layers % stages];
  return Array.from({ length: stages + 1 }, (_, k) => k * size + Math.min(k, larger));
}
