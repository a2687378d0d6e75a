/**
 * The layers that FTPipe partitions (Eliad et al., "Fine-tuning giant neural networks on commodity
 * hardware with automatic pipeline model parallelism", USENIX ATC 2021), and a stage for each.
 */

/** Layers are numbered in a topological order; every edge goes to a higher number. */
export interface LayerGraph {
  readonly count: number;
  readonly forwardUs: Float64Array;
  readonly backwardUs: Float64Array;
  /** Bytes that each layer takes on its GPU. */
  readonly bytes: Float64Array;
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** Time of each edge's activations between two GPUs; its gradients take as long. */
  readonly sendUs: Float64Array;
  /** 1 for each edge that no boundary of stages may cut; absent for none. */
  readonly uncuttable?: Uint8Array;
  /** Module that each layer belongs to, -1 for none; the layers of one are merged first. */
  readonly scope?: Int32Array;
  /** Kind of repeated block that each layer belongs to, -1 for none; centres are among them. */
  readonly block?: Int32Array;
}

/** Stages are numbered so that every edge stays in its stage or goes to a higher one. */
export interface MixedStages {
  readonly stageOf: Int32Array;
  /** GPU of each stage; several stages may share one. */
  readonly gpuOf: Int32Array;
}

/**
 * What a layer weighs, from its times: `"auto"` is (b^2 + f^2) / (b + f), a number r is f + r b.
 * As in the published program, 0 is the forward time and a negative number the backward time alone.
 */
export type WeightRule = number | "auto";

export function layerWeights({ forwardUs, backwardUs }: LayerGraph, rule: WeightRule): Float64Array {
  return forwardUs.map((f, layer) => {
    const b = backwardUs[layer];
    if (rule === "auto") return f + b === 0 ? 0 : (b * b + f * f) / (b + f);
    return rule < 0 ? b : f + rule * b;
  });
}
