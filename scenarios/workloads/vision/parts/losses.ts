/** Losses of networks that produce an image. Each is a mean over all elements, one number. */
import { elements, type Tape, type Tensor } from "../../tape/tape.ts";

const imageLoss =
  (type: "MeanSquaredError" | "SigmoidCrossEntropy", flopsPerElement: number) =>
  (tape: Tape, predicted: Tensor, wanted: Tensor, name: string): Tensor =>
    tape.record({
      name,
      type,
      inputs: [predicted, wanted],
      outputs: [[1]],
      kinds: ["wide"],
      flops: flopsPerElement * elements(predicted.shape),
    })[0];

export const meanSquaredError = imageLoss("MeanSquaredError", 3);
/** Cross-entropy of a sigmoid against zeros and ones. */
export const sigmoidCrossEntropy = imageLoss("SigmoidCrossEntropy", 10);
