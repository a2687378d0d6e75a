/**
 * Random tensors. A number costs a share of a counter-based generator; normal ones also a logarithm
 * and a cosine, drawn classes a search in the summed probabilities. Semantics:
 * onnx/docs/Operators.md.
 */
import { InputError } from "../../../../env/model/errors.ts";
import { type ElementType, elements, type Shape } from "../../tensors/tensor.ts";
import { flopsPerElement } from "../../tensors/work.ts";
import type { OnnxOp, Rule } from "../onnx-op.ts";

const UNIFORM_FLOPS = 10;
const NORMAL_FLOPS = UNIFORM_FLOPS + 2 * flopsPerElement("log");
/** A random number and its comparison. */
const COIN_FLOPS = UNIFORM_FLOPS + 1;

const filled = (element: ElementType, shape: Shape, flops: number) => ({
  outputs: [{ element, shape }],
  flops: flops * elements(shape),
});

const ofShape =
  (flops: number): Rule =>
  (op) =>
    filled(op.elementType("dtype", "float32"), op.ints("shape") ?? [], flops);

const like =
  (flops: number): Rule =>
  (op) => {
    const { element } = op.input(0);
    const shape = op.shape(0);
    const { outputs } = filled(op.elementType("dtype", element), shape, 0);
    return { outputs, flops: flops * elements(shape) };
  };

/** Rows of unnormalised log-probabilities; `sample_size` classes are drawn from each. */
const multinomial: Rule = (op: OnnxOp) => {
  const [rows, classes] = op.rankedShape(0, 2);
  const samples = op.int("sample_size", 1);
  if (samples < 0) throw new InputError(`sample_size is ${samples}, expected at least 0.`);
  const search = Math.ceil(Math.log2(Math.max(2, classes)));
  return {
    outputs: [{ element: op.elementType("dtype", "int32"), shape: [rows, samples] }],
    flops: (flopsPerElement("softmax") + 1) * rows * classes + rows * samples * (UNIFORM_FLOPS + search),
  };
};

export const randomRules: Readonly<Record<string, Rule>> = {
  RandomUniform: ofShape(UNIFORM_FLOPS),
  RandomNormal: ofShape(NORMAL_FLOPS),
  RandomUniformLike: like(UNIFORM_FLOPS),
  RandomNormalLike: like(NORMAL_FLOPS),
  Bernoulli: like(COIN_FLOPS),
  Multinomial: multinomial,
  // Ones and zeros, no numbers to draw.
  EyeLike: like(0),
};
