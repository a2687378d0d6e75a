/**
 * Layers of convolutional networks, each recording one forward op per kernel. Activations have shape
 * [batch, channels, height, width]. Convolutions have no bias where a batch normalisation follows, as in the published
 * networks.
 */
import { elements, type Tape, type Tensor } from "../tape.ts";

export type Pair = readonly [number, number];

export interface WindowOptions {
  /** Height and width. */
  readonly kernel: Pair;
  readonly stride?: number;
  readonly padding?: Pair;
}

function windowShape(x: Tensor, { kernel, stride = 1, padding = [0, 0] }: WindowOptions): Pair {
  const [, , height, width] = x.shape;
  return [
    Math.floor((height + 2 * padding[0] - kernel[0]) / stride) + 1,
    Math.floor((width + 2 * padding[1] - kernel[1]) / stride) + 1,
  ];
}

export function conv2d(
  tape: Tape,
  x: Tensor,
  name: string,
  options: WindowOptions & { readonly filters: number },
): Tensor {
  const [batch, channels] = x.shape;
  const shape = [batch, options.filters, ...windowShape(x, options)];
  const weightsPerFilter = channels * options.kernel[0] * options.kernel[1];
  return tape.record({
    name,
    type: "Conv2D",
    inputs: [x],
    outputs: [shape],
    parameters: options.filters * weightsPerFilter,
    flops: 2 * elements(shape) * weightsPerFilter,
  })[0];
}

/** Training-mode batch normalisation with scale and offset; output 1 of its op keeps mean and variance. */
export function batchNorm(tape: Tape, x: Tensor, name: string): Tensor {
  const channels = x.shape[1];
  return tape.record({
    name,
    type: "FusedBatchNorm",
    inputs: [x],
    outputs: [x.shape, [2 * channels]],
    parameters: 2 * channels,
    flops: 8 * elements(x.shape),
    // Once for the statistics, once to normalise, and the result.
    bytesTouched: 3 * x.bytes,
  })[0];
}

export function relu(tape: Tape, x: Tensor, name: string): Tensor {
  return tape.record({
    name,
    type: "Relu",
    inputs: [x],
    outputs: [x.shape],
    flops: elements(x.shape),
  })[0];
}

/** Convolution, batch normalisation, rectifier. */
export function convUnit(
  tape: Tape,
  x: Tensor,
  name: string,
  options: WindowOptions & { readonly filters: number },
): Tensor {
  const convolved = conv2d(tape, x, `${name}/conv`, options);
  return relu(tape, batchNorm(tape, convolved, `${name}/bn`), `${name}/relu`);
}

export const maxPool = (tape: Tape, x: Tensor, name: string, options: WindowOptions): Tensor =>
  pool(tape, x, name, "MaxPool", options);

export const avgPool = (tape: Tape, x: Tensor, name: string, options: WindowOptions): Tensor =>
  pool(tape, x, name, "AvgPool", options);

function pool(
  tape: Tape,
  x: Tensor,
  name: string,
  type: "MaxPool" | "AvgPool",
  options: WindowOptions,
): Tensor {
  const [batch, channels] = x.shape;
  const shape = [batch, channels, ...windowShape(x, options)];
  return tape.record({
    name,
    type,
    inputs: [x],
    outputs: [shape],
    flops: elements(shape) * options.kernel[0] * options.kernel[1],
  })[0];
}

/** Mean over height and width; the result has shape [batch, channels]. */
export function globalAvgPool(tape: Tape, x: Tensor, name: string): Tensor {
  const [batch, channels] = x.shape;
  return tape.record({
    name,
    type: "AvgPool",
    inputs: [x],
    outputs: [[batch, channels]],
    flops: elements(x.shape),
  })[0];
}
