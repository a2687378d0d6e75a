/** Adding layers of one output to a network of PaSE, one line each. */

import { convolution, type Window } from "../../../../agents/exact/sharding/labels/pase/convolution.ts";
import {
  crossEntropy,
  elementwise,
  mean,
  norm,
  pooling,
} from "../../../../agents/exact/sharding/labels/pase/elementwise.ts";
import {
  type Layer,
  type NetworkBuilder,
  networkBuilder,
  type Tensor,
} from "../../../../agents/exact/sharding/labels/pase/layer.ts";
import { fullyConnected, namedProduct } from "../../../../agents/exact/sharding/labels/pase/products.ts";
import { concatenation } from "../../../../agents/exact/sharding/labels/pase/reshaping.ts";

export interface Adder {
  readonly network: NetworkBuilder;
  add(layer: Layer): Tensor;
  convolution(image: Tensor, channels: number, window: Window, pointwise?: number): Tensor;
  /** A convolution and a norm over the batch. */
  normed(image: Tensor, channels: number, window: Window): Tensor;
  pooling(image: Tensor, window: Window): Tensor;
  concatenation(tensors: readonly Tensor[]): Tensor;
  elementwise(one: Tensor, other: Tensor, pointwise?: number): Tensor;
  fullyConnected(input: Tensor, units: number, pointwise?: number): Tensor;
  product(names: string, one: Tensor, other: Tensor, pointwise?: number): Tensor;
  norm(input: Tensor): Tensor;
  /** The mean over the image, a fully connected layer to the classes, the loss. */
  classifier(image: Tensor, classes: number): Tensor;
  loss(input: Tensor): Tensor;
}

export const square = (size: number, rest: Partial<Window> = {}): Window => ({
  height: size,
  width: size,
  ...rest,
});

const IMAGE_DIMENSIONS = [2, 3];

export function adder(): Adder {
  const network = networkBuilder();
  const add = (layer: Layer) => network.add(layer)[0];
  return {
    network,
    add,
    convolution: (image, channels, window, pointwise) => add(convolution(image, channels, window, pointwise)),
    normed: (image, channels, window) => add(norm(add(convolution(image, channels, window)), 0)),
    pooling: (image, window) => add(pooling(image, window)),
    concatenation: (tensors) => add(concatenation(tensors, 1)),
    elementwise: (one, other, pointwise) => add(elementwise(one, other, pointwise)),
    fullyConnected: (input, units, pointwise) => add(fullyConnected(input, units, pointwise)),
    product: (names, one, other, pointwise) => add(namedProduct(names, one, other, pointwise)),
    norm: (input) => add(norm(input, input.shape.length - 1)),
    classifier: (image, classes) =>
      add(crossEntropy(add(fullyConnected(add(mean(image, IMAGE_DIMENSIONS)), classes)))),
    loss: (input) => add(crossEntropy(input)),
  };
}
