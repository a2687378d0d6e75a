/**
 * Layers that only arrange: to one dimension and back, concatenation, stacking. They cost nothing
 * themselves; what moves is on their edges. Nothing is split along the dimension that is joined.
 */
import { type Layer, product, type Shape, type Splits, type Tensor } from "./layer.ts";

/** A part is contiguous: dimensions are split wholly, then one in part, then none. */
const isContiguous = (space: Shape) => (splits: Splits) => {
  const inPart = space.findIndex((size, i) => size !== splits[i]);
  return inPart === -1 || Array.from(splits).every((parts, i) => i <= inPart || parts === 1);
};

/** A tensor as one dimension. */
export const ravel = (input: Tensor): Layer => ({
  kind: "Ravel",
  space: input.shape,
  allows: isContiguous(input.shape),
  inputs: [input],
  outputs: [[product(input.shape)]],
  cost: () => 0,
  inputSplits: (splits) => Array.from(splits),
  outputSplits: (splits) => [product(splits)],
});

/** One dimension as a tensor. */
export const unravel = (input: Tensor, shape: Shape): Layer => ({
  kind: "Unravel",
  space: shape,
  allows: isContiguous(shape),
  inputs: [input],
  outputs: [shape],
  cost: () => 0,
  inputSplits: (splits) => [product(splits)],
  outputSplits: (splits) => Array.from(splits),
});

export function concatenation(inputs: readonly Tensor[], axis: number): Layer {
  const { shape } = inputs[0];
  const joined = inputs.reduce((sum, input) => sum + input.shape[axis], 0);
  return {
    kind: "Concat",
    space: shape.with(axis, 1),
    inputs,
    outputs: [shape.with(axis, joined)],
    cost: () => 0,
    inputSplits: (splits) => Array.from(splits),
    outputSplits: (splits) => Array.from(splits),
  };
}

/** Tensors of one shape, along a new first dimension. */
export const stack = (inputs: readonly Tensor[]): Layer => ({
  kind: "Stack",
  space: [1, ...inputs[0].shape],
  inputs,
  outputs: [[inputs.length, ...inputs[0].shape]],
  cost: () => 0,
  inputSplits: (splits) => Array.from(splits).slice(1),
  outputSplits: (splits) => Array.from(splits),
});

/** The tensors of a stack. */
export const unstack = (input: Tensor): Layer => ({
  kind: "Unstack",
  space: [1, ...input.shape.slice(1)],
  inputs: [input],
  outputs: Array.from({ length: input.shape[0] }, () => input.shape.slice(1)),
  cost: () => 0,
  inputSplits: (splits) => Array.from(splits),
  outputSplits: (splits) => Array.from(splits).slice(1),
});
