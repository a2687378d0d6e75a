/**
 * Work and bytes of a transformer's parts on one rank of a tensor group, for one micro-batch. A
 * multiply and an add count as 2 FLOP. Feed-forward width 4 h, fp16.
 *
 * The bytes of a layer's activations are those of Korthikanti et al. (arXiv 2205.05198, section 4),
 * as in the closed form (iv) of vTrain's README.
 */

/** Shape and split of a training run. */
export interface Run {
  readonly gpus: number;
  readonly batch: number;
  readonly microBatch: number;
  readonly hidden: number;
  readonly heads: number;
  readonly layers: number;
  readonly sequence: number;
  readonly tensor: number;
  readonly data: number;
  readonly pipeline: number;
  /** Model chunks of a stage; 1 without interleaving. */
  readonly chunks: number;
  readonly vocabulary: number;
  readonly recompute: "none" | "selective" | "full";
  readonly sequenceParallel: boolean;
  /** Ranks of a tensor group each send a part of an activation to the next stage. */
  readonly splitsSends: boolean;
}

export interface Work {
  readonly flops: number;
  readonly bytes: number;
}

/** Bytes of a half-precision number. */
const HALF = 2;

export const microBatchesOf = ({ batch, data, microBatch }: Run): number => batch / (data * microBatch);

/** Bytes of the activations between layers, which collectives sum too. */
export const activationBytes = ({ microBatch, sequence, hidden }: Run): number =>
  HALF * microBatch * sequence * hidden;

/** A forward pass of a layer, and of its attention scores, softmax and their product alone. */
export function layerWork(run: Run): { readonly all: Work; readonly scores: Work } {
  const { microBatch, sequence, hidden, heads, tensor, sequenceParallel } = run;
  const tokens = microBatch * sequence;
  const scores = {
    flops: (4 * tokens * sequence * hidden) / tensor,
    bytes: (5 * tokens * heads * sequence) / tensor,
  };
  const perHidden = sequenceParallel ? 34 / tensor : 10 + 24 / tensor;
  return {
    all: {
      flops: (24 * tokens * hidden ** 2) / tensor + scores.flops,
      bytes: perHidden * tokens * hidden + scores.bytes,
    },
    scores,
  };
}

/** Forward and backward pass of logits and loss. */
export function headWork({ microBatch, sequence, hidden, vocabulary, tensor }: Run): Work {
  const tokens = microBatch * sequence;
  return {
    flops: (6 * tokens * hidden * vocabulary) / tensor,
    bytes: (12 * tokens * vocabulary) / tensor,
  };
}

/** Parameters of a layer and of the embedding on one rank. */
export const layerParameters = ({ hidden, tensor }: Run): number => (12 * hidden ** 2 + 13 * hidden) / tensor;
export const embeddingParameters = ({ hidden, vocabulary, sequence, tensor }: Run): number =>
  ((vocabulary + sequence) * hidden) / tensor;

/** Layers of each stage and chunk, larger ones first where they do not divide evenly. */
export function layersOfStages({ layers, pipeline, chunks }: Run): number[] {
  const count = pipeline * chunks;
  const least = Math.floor(layers / count);
  return Array.from({ length: count }, (_, stage) => least + (stage < layers % count ? 1 : 0));
}
