/** What the observation of `Hybrid/Plan-v1` may read of a running episode. */
import type { StageFamily } from "../../model/layers/stage-families.ts";
import type { LayerStage } from "../../model/layers/stage-plan.ts";
import type { PipelineView } from "./pipeline-view.ts";

/** What an action can decide, in the order in which it is first asked. */
export const hybridDecisions = Object.freeze(["schedule", "micro-batches", "cut", "treatment"] as const);
export type HybridDecision = 0 | 1 | 2 | 3;

export interface HybridView extends PipelineView {
  /** What the next action decides, -1 after the end. */
  readonly decision: HybridDecision | -1;
  /** Number of the schedule in the list of the episode, -1 before it is chosen. */
  readonly schedule: number;
  /** The last layer of the stage that the next action is about, -1 where there is none. */
  readonly current: number;
  /** First layer of that stage; the number of layers after the end. */
  readonly openFrom: number;
  /** Stages that are cut off. */
  readonly stages: readonly LayerStage[];
  readonly treatments: readonly (StageFamily & { readonly recompute: boolean })[];
}
