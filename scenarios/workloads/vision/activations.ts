/** Pointwise non-linearities of image networks, one op each. FLOP per element as their gradients in `gradients.ts`. */
import { elements, type Tape, type Tensor } from "../tape.ts";

const activation =
  (type: "Relu" | "Relu6" | "LeakyRelu" | "Swish", flopsPerElement: number) =>
  (tape: Tape, x: Tensor, name: string): Tensor =>
    tape.record({
      name,
      type,
      inputs: [x],
      outputs: [x.shape],
      flops: flopsPerElement * elements(x.shape),
    })[0];

export const relu = activation("Relu", 1);
export const relu6 = activation("Relu6", 2);
export const leakyRelu = activation("LeakyRelu", 2);
/** x sigmoid(x) (Ramachandran, Zoph, Le: "Searching for Activation Functions", 2017). */
export const swish = activation("Swish", 5);
