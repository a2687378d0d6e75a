/** What planners of pipelines report of their last plan. */
import type { PipelinePlan } from "../../../env/model/plan/pipeline.ts";
import type { Fact } from "../../contract.ts";

/** @param lengths layers of each stage */
export function stageFacts(
  lengths: ArrayLike<number>,
  { stages, microBatches }: Pick<PipelinePlan, "stages" | "microBatches">,
  deviceCount: number,
): Fact[] {
  const used = new Set(stages.flatMap(({ devices }) => devices)).size;
  return [
    { name: "layers of each stage", value: Array.from(lengths).join(", ") },
    { name: "micro-batches", value: microBatches },
    // A device without a stage stays idle.
    { name: "accelerators used", value: `${used} of ${deviceCount}` },
  ];
}
