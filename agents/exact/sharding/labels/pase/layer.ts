/**
 * A layer as PaSE's released code sees it (baidu-research/PaSE, commit 32aa761). It is an iteration
 * space whose dimensions are split. A split says how the layer's tensors lie, and what it costs.
 */
import type { Machine } from "./machine.ts";

export type Shape = readonly number[];

/** How many parts each dimension has. */
export type Splits = ArrayLike<number>;

export interface Tensor {
  readonly shape: Shape;
  /** The layer that makes it, by number; -1 for an input of the network. */
  readonly layer: number;
  /** Which output of that layer it is. */
  readonly output: number;
}

export interface Layer {
  readonly kind: string;
  /** Sizes of the dimensions; 1 where a dimension must not be split. */
  readonly space: Shape;
  /** Which configurations of the space are offered; all where it is not given. */
  readonly allows?: (splits: Splits) => boolean;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Shape[];
  /** Operations of one device for a step of training, words that move included. */
  readonly cost: (splits: Splits, machine: Machine) => number;
  /** Splits of the tensor's own dimensions. */
  readonly inputSplits: (splits: Splits, input: number) => readonly number[];
  readonly outputSplits: (splits: Splits, output: number) => readonly number[];
}

export interface Network {
  readonly layers: readonly Layer[];
}

export interface NetworkBuilder extends Network {
  input(shape: Shape): Tensor;
  /** Adds a layer and returns its outputs. */
  add(layer: Layer): Tensor[];
}

export function networkBuilder(): NetworkBuilder {
  const layers: Layer[] = [];
  return {
    layers,
    input: (shape) => ({ shape, layer: -1, output: 0 }),
    add(layer) {
      const number = layers.push(layer) - 1;
      return layer.outputs.map((shape, output) => ({ shape, layer: number, output }));
    },
  };
}

export const product = (numbers: ArrayLike<number>): number => {
  let result = 1;
  for (let i = 0; i < numbers.length; i++) result *= numbers[i];
  return result;
};

/** Elements of one part. */
export function partSize(shape: ArrayLike<number>, splits: Splits): number {
  let size = 1;
  for (let i = 0; i < shape.length; i++) size *= shape[i] / splits[i];
  return size;
}

/** The splits of some dimensions, in the order given. */
export const picked = (splits: Splits, dimensions: readonly number[]): number[] =>
  dimensions.map((dimension) => splits[dimension]);
