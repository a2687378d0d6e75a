/**
 * Normalisations of activations [batch, channels, height, width]. Where statistics are those of the
 * step, output 1 of the op holds mean and variance for the gradient.
 */
import { elements, type Tape, type Tensor } from "../../tape/tape.ts";

/** Training-mode batch normalisation with scale and offset (Ioffe and Szegedy, ICML 2015). */
export function batchNorm(tape: Tape, x: Tensor, name: string): Tensor {
  const channels = x.shape[1];
  return tape.record({
    name,
    type: "FusedBatchNorm",
    inputs: [x],
    outputs: [x.shape, [2 * channels]],
    kinds: ["number", "wide"],
    parameters: 2 * channels,
    flops: 8 * elements(x.shape),
    // Reads the input once for the statistics and once to normalise, and writes the result.
    bytesTouched: 3 * x.bytes,
  })[0];
}

/**
 * Statistics of each image over groups of channels, scale and offset of each channel (Wu and He,
 * ECCV 2018).
 */
export function groupNorm(tape: Tape, x: Tensor, name: string, groups: number): Tensor {
  const [batch, channels] = x.shape;
  return tape.record({
    name,
    type: "GroupNorm",
    inputs: [x],
    outputs: [x.shape, [batch, 2 * groups]],
    kinds: ["number", "wide"],
    parameters: 2 * channels,
    flops: 8 * elements(x.shape),
    bytesTouched: 3 * x.bytes,
  })[0];
}

/**
 * Statistics of each channel of each image, without scale and offset (Ulyanov, Vedaldi, Lempitsky
 * 2016).
 */
export function instanceNorm(tape: Tape, x: Tensor, name: string): Tensor {
  const [batch, channels] = x.shape;
  return tape.record({
    name,
    type: "InstanceNorm",
    inputs: [x],
    outputs: [x.shape, [batch, 2 * channels]],
    kinds: ["number", "wide"],
    flops: 6 * elements(x.shape),
    bytesTouched: 3 * x.bytes,
  })[0];
}

/**
 * Divides by a power of the squares in `depth` neighbouring channels (Krizhevsky, Sutskever,
 * Hinton, NIPS 2012).
 */
export function localResponseNorm(tape: Tape, x: Tensor, name: string, depth: number): Tensor {
  return tape.record({
    name,
    type: "LRN",
    inputs: [x],
    outputs: [x.shape],
    // Squares, their sums, scale and offset, the power at 4, the quotient.
    flops: (depth + 8) * elements(x.shape),
  })[0];
}
