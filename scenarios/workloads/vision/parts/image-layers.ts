/**
 * Layers on windows of an image, and layers that move image data. Each records one forward op per
 * kernel. Activations have shape [batch, channels, height, width]. Convolutions have no bias where
 * a normalisation follows, as in the published networks.
 */

import type { Windows } from "../../../../env/model/layout/halo.ts";
import { relu } from "../../layers/pointwise.ts";
import { elements, type Shape, type Tape, type Tensor } from "../../tape/tape.ts";
import { batchNorm } from "./normalisation.ts";

export type Pair = readonly [number, number];

export interface WindowOptions {
  /** Height and width. */
  readonly kernel: Pair;
  /** Of both axes, or of height and width. */
  readonly stride?: number | Pair;
  readonly padding?: Pair;
  /** Whether a last window that reaches beyond the image is dropped or filled. */
  readonly rounding?: "floor" | "ceil";
}

export interface ConvOptions extends WindowOptions {
  readonly filters: number;
  /** Each group of filters reads its own share of the channels. */
  readonly groups?: number;
}

const windowsOf = ({ kernel, stride = 1, padding = [0, 0] }: WindowOptions): Windows => ({
  kernel,
  stride: typeof stride === "number" ? [stride, stride] : stride,
  padding,
});

/** Windows of one pixel, the first of which lies so many rows and columns inside. */
export const oneTap = (offset: readonly number[]): Windows => ({
  kernel: [1, 1],
  stride: [1, 1],
  padding: offset.map((pixels) => -pixels),
});

function windowShape(x: Tensor, options: WindowOptions) {
  const { kernel, stride, padding } = windowsOf(options);
  const { rounding = "floor" } = options;
  return [0, 1].map(
    (axis) => Math[rounding]((x.shape[2 + axis] + 2 * padding[axis] - kernel[axis]) / stride[axis]) + 1,
  );
}

/**
 * The padding for windows of odd size that keeps the size at stride 1, and halves it (rounded up)
 * at stride 2.
 */
export const samePadding = ([height, width]: Pair): Pair => [(height - 1) / 2, (width - 1) / 2];

export function conv2d(tape: Tape, x: Tensor, name: string, options: ConvOptions): Tensor {
  const [batch, channels] = x.shape;
  const { filters, groups = 1, kernel } = options;
  const shape = [batch, filters, ...windowShape(x, options)];
  const weightsPerFilter = (channels / groups) * kernel[0] * kernel[1];
  return tape.record({
    name,
    type: "Conv2D",
    inputs: [x],
    outputs: [shape],
    parameters: filters * weightsPerFilter,
    flops: 2 * elements(shape) * weightsPerFilter,
    windows: windowsOf(options),
  })[0];
}

/** One filter for each channel. */
export function depthwiseConv2d(tape: Tape, x: Tensor, name: string, options: WindowOptions): Tensor {
  const [batch, channels] = x.shape;
  const shape = [batch, channels, ...windowShape(x, options)];
  const weightsPerFilter = options.kernel[0] * options.kernel[1];
  return tape.record({
    name,
    type: "DepthwiseConv2dNative",
    inputs: [x],
    outputs: [shape],
    parameters: channels * weightsPerFilter,
    flops: 2 * elements(shape) * weightsPerFilter,
    windows: windowsOf(options),
  })[0];
}

/**
 * The transposed convolution without padding, which TensorFlow runs as the input gradient of a
 * convolution.
 */
export function conv2dTranspose(
  tape: Tape,
  x: Tensor,
  name: string,
  { filters, kernel, stride }: { readonly filters: number; readonly kernel: Pair; readonly stride: number },
): Tensor {
  const [batch, channels, height, width] = x.shape;
  const weightsPerChannel = filters * kernel[0] * kernel[1];
  return tape.record({
    name,
    type: "Conv2DBackpropInput",
    inputs: [x],
    outputs: [[batch, filters, (height - 1) * stride + kernel[0], (width - 1) * stride + kernel[1]]],
    parameters: channels * weightsPerChannel,
    flops: 2 * elements(x.shape) * weightsPerChannel,
    windows: windowsOf({ kernel, stride }),
  })[0];
}

/** Adds one weight to each channel. */
export function channelBias(tape: Tape, x: Tensor, name: string): Tensor {
  return tape.record({
    name,
    type: "BiasAdd",
    inputs: [x],
    outputs: [x.shape],
    parameters: x.shape[1],
    flops: elements(x.shape),
  })[0];
}

/** Convolution with bias, for networks without normalisation. */
export const biasedConv = (tape: Tape, x: Tensor, name: string, options: ConvOptions): Tensor =>
  channelBias(tape, conv2d(tape, x, `${name}/conv`, options), `${name}/bias`);

/** Convolution, batch normalisation. */
export const convBn = (tape: Tape, x: Tensor, name: string, options: ConvOptions): Tensor =>
  batchNorm(tape, conv2d(tape, x, `${name}/conv`, options), `${name}/bn`);

/** Convolution, batch normalisation, rectifier. */
export const convUnit = (tape: Tape, x: Tensor, name: string, options: ConvOptions): Tensor =>
  relu(tape, convBn(tape, x, name, options), `${name}/relu`);

const pool =
  (type: "MaxPool" | "AvgPool") =>
  (tape: Tape, x: Tensor, name: string, options: WindowOptions): Tensor => {
    const [batch, channels] = x.shape;
    const shape = [batch, channels, ...windowShape(x, options)];
    return tape.record({
      name,
      type,
      inputs: [x],
      outputs: [shape],
      flops: elements(shape) * options.kernel[0] * options.kernel[1],
      windows: windowsOf(options),
    })[0];
  };

export const maxPool = pool("MaxPool");
export const avgPool = pool("AvgPool");

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

/** Repeats each pixel `scale` times in both directions. */
export function upsample(tape: Tape, x: Tensor, name: string, scale: number): Tensor {
  const [batch, channels, height, width] = x.shape;
  const shape = [batch, channels, height * scale, width * scale];
  return tape.record({ name, type: "ResizeNearestNeighbor", inputs: [x], outputs: [shape] })[0];
}

/** The image moved by one pixel, filled with zeros. */
export const shifted = (tape: Tape, x: Tensor, name: string): Tensor =>
  tape.record({ name, type: "Pad", inputs: [x], outputs: [x.shape], windows: oneTap([1, 1]) })[0];

/** The image with zeros at its far edges, up to `height` and `width`. */
export function padTo(tape: Tape, x: Tensor, name: string, [height, width]: Pair): Tensor {
  const [batch, channels] = x.shape;
  const outputs = [[batch, channels, height, width]];
  return tape.record({ name, type: "Pad", inputs: [x], outputs, windows: oneTap([0, 0]) })[0];
}

/** Dropout of whole channels; output 1 of its op is the mask. */
export function channelDropout(tape: Tape, x: Tensor, name: string): Tensor {
  return tape.record({
    name,
    type: "Dropout",
    inputs: [x],
    outputs: [x.shape, x.shape.slice(0, 2)],
    kinds: ["number", "mask"],
    flops: 2 * elements(x.shape),
  })[0];
}

/** The same data with another shape. */
export const reshape = (tape: Tape, x: Tensor, name: string, shape: Shape): Tensor =>
  tape.record({ name, type: "Reshape", inputs: [x], outputs: [shape], bytesTouched: 0 })[0];

/** [batch, channels, height, width] as [batch, channels x height x width]. */
export const flatten = (tape: Tape, x: Tensor, name: string): Tensor =>
  reshape(tape, x, name, [x.shape[0], elements(x.shape.slice(1))]);
