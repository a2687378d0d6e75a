/**
 * Layers without weights of a matrix: pooling, element-wise operations, norms, means, softmax. Each
 * is split over the dimensions of its tensor.
 */

import { type Window, windowed } from "./convolution.ts";
import { type Layer, partSize, product, type Splits, type Tensor } from "./layer.ts";
import { allReduce, type Machine } from "./machine.ts";

/** A layer whose inputs and outputs all have the space's own dimensions. */
const sameShape = (kind: string, inputs: readonly Tensor[], cost: Layer["cost"]): Layer => ({
  kind,
  space: inputs[0].shape,
  inputs,
  outputs: [inputs[0].shape],
  cost,
  inputSplits: (splits) => Array.from(splits),
  outputSplits: (splits) => Array.from(splits),
});

/** Splits of height and width add a rim of the window's whole size to each part. */
export function pooling(image: Tensor, window: Window): Layer {
  const [batch, channels, height, width] = image.shape;
  const space = [batch, channels, ...windowed(image.shape, window)];
  const rim = (splits: Splits) => {
    const [high, wide] = [height / splits[2], width / splits[3]];
    const outer = (high + (splits[2] > 1 ? window.height : 0)) * (wide + (splits[3] > 1 ? window.width : 0));
    return (outer - high * wide) * (batch / splits[0]) * (channels / splits[1]);
  };
  return {
    ...sameShape(
      "Pooling",
      [image],
      (splits, { flopPerWord }) => partSize(space, splits) + flopPerWord * rim(splits),
    ),
    space,
    outputs: [space],
  };
}

/** A sum or product of two tensors, and `pointwise` operations on it. */
export const elementwise = (one: Tensor, other: Tensor, pointwise = 0): Layer =>
  sameShape("Elementwise", [one, other], (splits) => (1 + pointwise) * partSize(one.shape, splits));

const NORM_FLOP = 16;
const NORM_REDUCTIONS = 4;

/** Means and variances over `axis`; the released code's batch norm has the batch as its axis. */
export const norm = (input: Tensor, axis: number): Layer =>
  sameShape("Norm", [input], (splits, machine) => {
    const size = partSize(input.shape, splits);
    const along = input.shape[axis] / splits[axis];
    const others = product(splits) / splits[axis];
    return (
      NORM_FLOP * size +
      NORM_REDUCTIONS * allReduce(size / along, splits[axis], machine) +
      NORM_REDUCTIONS * allReduce(along, others, machine)
    );
  });

/** The mean over some dimensions, which the output lacks. */
export function mean(input: Tensor, axes: readonly number[]): Layer {
  const isLeft = (_: unknown, dimension: number) => !axes.includes(dimension);
  return {
    ...sameShape("ReduceMean", [input], (splits, machine) =>
      allReduce(partSize(input.shape, splits), product(axes.map((axis) => splits[axis])), machine),
    ),
    outputs: [input.shape.filter(isLeft)],
    outputSplits: (splits) => Array.from(splits).filter(isLeft),
  };
}

const EXPONENT_FLOP = 3;

export const softmax = (input: Tensor, axis: number): Layer =>
  sameShape("Softmax", [input], (splits, machine) => {
    const size = partSize(input.shape, splits);
    const whole = input.shape[axis];
    const rows = size / (whole / splits[axis]);
    return (EXPONENT_FLOP + 1 + whole) * size + allReduce((2 + whole) * rows, splits[axis], machine);
  });

/** Softmax over the last dimension and the loss; only a split of it moves words. */
export const crossEntropy = (input: Tensor): Layer =>
  sameShape("SoftmaxCrossEntropy", [input], (splits: Splits, { flopPerWord }: Machine) => {
    const last = input.shape.length - 1;
    const size = partSize(input.shape, splits);
    const rows = size / (input.shape[last] / splits[last]);
    return (EXPONENT_FLOP + 1) * size + 2 * rows + (splits[last] > 1 ? flopPerWord * 2 * rows : 0);
  });
