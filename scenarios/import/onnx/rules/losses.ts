/** Losses. Classes are on axis 1 of the scores. Semantics: onnx/docs/Operators.md. */
import { elements, type Tensor } from "../../tensors/tensor.ts";
import { flopsPerElement } from "../../tensors/work.ts";
import type { OnnxOp, Rule } from "../onnx-op.ts";

/** One number, or one for each label with the reduction `none`. */
const lossOf = (op: OnnxOp): Tensor => ({
  element: op.input(0).element,
  shape: op.text("reduction", "mean") === "none" ? op.shape(1) : [],
});

/** The second output are the logarithms of the probabilities. */
const softmaxCrossEntropy: Rule = (op) => {
  const scores = op.rankedShape(0, 2);
  const outputs: Tensor[] = [lossOf(op), { element: op.input(0).element, shape: scores }];
  return {
    outputs: outputs.slice(0, op.outputCount),
    flops: flopsPerElement("logsoftmax") * elements(scores) + 2 * op.elements(1),
  };
};

/** Reads one score for each label. */
const negativeLogLikelihood: Rule = (op) => ({
  outputs: [lossOf(op)],
  flops: 2 * op.elements(1),
});

export const lossRules: Readonly<Record<string, Rule>> = {
  SoftmaxCrossEntropyLoss: softmaxCrossEntropy,
  NegativeLogLikelihoodLoss: negativeLogLikelihood,
  // Of ONNX Runtime's training graphs.
  SoftmaxCrossEntropyLossInternal: softmaxCrossEntropy,
  SoftmaxCrossEntropy: softmaxCrossEntropy,
  SparseSoftmaxCrossEntropy: softmaxCrossEntropy,
};
