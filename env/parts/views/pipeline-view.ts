/**
 * What the observations of the pipeline envs may read of a running episode.
 *
 * Parts never write to it and keep nothing between calls, because clones of an env share their
 * parts.
 */
import type { LayerChain } from "../../model/layers/layer-chain.ts";

export interface PipelineView {
  readonly chain: LayerChain;
  /** Micro-batches of the episode. */
  readonly microBatches: number;
  /** Devices that hold no stage yet, and those that stages may have. */
  readonly devicesLeft: number;
  readonly deviceCount: number;
}

/** Of `Pipeline/Cuts-v1`. */
export interface CutsView extends PipelineView {
  /** The layer that the next action is about, -1 after the end. */
  readonly current: number;
  /** First layer of the stage that is open; the number of layers after the end. */
  readonly openFrom: number;
  /** Stage of each layer that an action was about, -1 of the others. */
  readonly stageOf: Int32Array;
}

/** Of `Pipeline/Assign-v1`. */
export interface AssignView extends PipelineView {
  /** The group that the next action is about, -1 after the end. */
  readonly current: number;
  /** Group of each layer. */
  readonly groupOf: Int32Array;
  /** Device of each layer, -1 where no action has placed its group. */
  readonly deviceOf: Int32Array;
}
