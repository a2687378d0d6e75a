/**
 * A segment-recurrent Transformer over the nodes of a graph in topological order, as GDP (Zhou et
 * al., 2019) places them. Layers are those of Transformer-XL (Dai et al., ACL 2019): attention to
 * the own segment and the cached states of the one before, then a feed-forward layer. Each is added
 * to its input and followed by layer norm. There is no positional encoding; the graph embedding
 * says where a node is.
 *
 * All segments of a layer are computed before the next layer. That gives what segment after segment
 * gives, because the cache of a layer holds its inputs in the segment before.
 */
import type { Rng } from "../../../env/model/rng.ts";
import { dense } from "../../tensors/dense.ts";
import { layerNorm } from "../../tensors/transformer/layer-norm.ts";
import { segmentAttention } from "../../tensors/transformer/segment-attention.ts";
import type { Tensor2D, Tf } from "../../tensors/types.ts";
import type { Weights } from "../weights.ts";

export interface TransformerSize {
  readonly width: number;
  readonly layers: number;
  /** Divides the width. */
  readonly heads: number;
  /** Nodes of a segment. */
  readonly segment: number;
}

/** Inner width of the feed-forward layer over that of the states. */
const WIDENING = 2;

/** States [nodes x width] to states. `conditioned` changes the input of each layer. */
export type SegmentTransformer = (
  states: Tensor2D,
  conditioned: (layer: number, input: Tensor2D) => Tensor2D,
) => Tensor2D;

export function segmentTransformer(
  tf: Tf,
  weights: Weights,
  size: TransformerSize,
  rng: Rng,
): SegmentTransformer {
  const { width, heads, segment } = size;
  const layers = Array.from({ length: size.layers }, (_, l) =>
    declareLayer(weights, `layer ${l}`, width, rng),
  );
  const run = (layer: ReturnType<typeof declareLayer>, x: Tensor2D): Tensor2D => {
    const seen = segmentAttention(tf, x, layer.attention, layer.attentionBias, { heads, segment });
    const attended = dense(tf, seen, layer.output, layer.outputBias, "linear");
    const y = layerNorm(tf, tf.add(x, attended), layer.firstGain, layer.firstShift);
    const inner = dense(tf, y, layer.widen, layer.widenBias, "relu");
    const fed = dense(tf, inner, layer.narrow, layer.narrowBias, "linear");
    return layerNorm(tf, tf.add(y, fed), layer.secondGain, layer.secondShift);
  };
  // A tidy of its own frees what a layer made, where no gradient keeps it.
  return (states, conditioned) =>
    layers.reduce((state, layer, l) => tf.tidy(() => run(layer, conditioned(l, state))), states);
}

function declareLayer(weights: Weights, name: string, width: number, rng: Rng) {
  const inner = WIDENING * width;
  const ones = (what: string) => weights.add(`${name} ${what}`, [width], new Float32Array(width).fill(1));
  return {
    attention: weights.matrix(`${name} attention`, width, 3 * width, rng),
    attentionBias: weights.zeros(`${name} attention bias`, [3 * width]),
    output: weights.matrix(`${name} output`, width, width, rng),
    outputBias: weights.zeros(`${name} output bias`, [width]),
    firstGain: ones("first gain"),
    firstShift: weights.zeros(`${name} first shift`, [width]),
    widen: weights.reluMatrix(`${name} widen`, width, inner, rng),
    widenBias: weights.zeros(`${name} widen bias`, [inner]),
    narrow: weights.matrix(`${name} narrow`, inner, width, rng),
    narrowBias: weights.zeros(`${name} narrow bias`, [width]),
    secondGain: ones("second gain"),
    secondShift: weights.zeros(`${name} second shift`, [width]),
  };
}
