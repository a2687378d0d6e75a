/**
 * Ops that make one tensor of another, element by element or axis by axis. Each has fixed FLOP per
 * element. gradients.ts has the FLOP of their gradients.
 */
import { elements, type Shape, type Tape, type Tensor } from "../tape/tape.ts";

type PointwiseType = "Relu" | "Relu6" | "LeakyRelu" | "Swish" | "Tanh" | "Sigmoid" | "Gelu" | "Softmax";

const pointwise =
  (type: PointwiseType, flopsPerElement: number) =>
  (tape: Tape, x: Tensor, name: string): Tensor =>
    tape.record({
      name,
      type,
      inputs: [x],
      outputs: [x.shape],
      flops: flopsPerElement * elements(x.shape),
    })[0];

export const relu = pointwise("Relu", 1);
export const relu6 = pointwise("Relu6", 2);
export const leakyRelu = pointwise("LeakyRelu", 2);
/** x sigmoid(x) (Ramachandran, Zoph, Le: "Searching for Activation Functions", 2017). */
export const swish = pointwise("Swish", 5);
export const tanh = pointwise("Tanh", 4);
export const sigmoid = pointwise("Sigmoid", 4);
export const gelu = pointwise("Gelu", 9);
export const softmax = pointwise("Softmax", 5);

/** Moves the data to another order of `axes`; `shape` is the new shape. */
export const transpose = (tape: Tape, x: Tensor, name: string, shape: Shape, axes: string): Tensor =>
  tape.record({ name, type: "Transpose", inputs: [x], outputs: [shape], axes })[0];
