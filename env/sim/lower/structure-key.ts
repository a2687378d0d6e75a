/**
 * Texts that tell which plans share what: the same schedule, and the same structure of tasks. Plans
 * of one structure differ in times and bytes alone.
 */
import type { PipelinePlan } from "../../model/plan/pipeline.ts";
import type { StageCosts } from "./costs/stage-costs.ts";

/** All that a schedule depends on. */
export const scheduleKey = ({ stages, microBatches, schedule }: PipelinePlan): string =>
  JSON.stringify([stages.map(({ devices, share }) => [share, ...devices]), microBatches, schedule]);

/** All else that decides which tasks, tensors and buffers there are. */
export function structureKey(
  { collective, sync }: PipelinePlan,
  { parcels, holds, sharedGradients, gradientBytes, updates, recomputes }: StageCosts,
): string {
  return [
    collective ?? "",
    sync ?? "",
    updates.join(""),
    recomputes.join(""),
    Array.from(gradientBytes, (bytes) => (bytes > 0 ? 1 : 0)).join(""),
    parcels.map(({ fromStage, fromWork, toStage, way, uses }) => [fromStage, fromWork, toStage, way, uses]),
    holds.map(({ fromStage, fromWork, parcels: members }) => [fromStage, fromWork, ...members]).join(";"),
    sharedGradients.map(({ fromStage, toStage }) => [fromStage, toStage]).join(";"),
  ].join("|");
}
