/**
 * Ops that treat every element alike: one input's shape, or the broadcast of several. Semantics:
 * onnx/docs/Operators.md.
 */
import { broadcast } from "../../tensors/shapes.ts";
import { type ElementType, elements, type Tensor } from "../../tensors/tensor.ts";
import { flopsPerElement } from "../../tensors/work.ts";
import type { OnnxOp, Rule } from "../onnx-op.ts";
import { elementTypeOf } from "../tensor-proto.ts";

const unary: Rule = (op) => keeping(op, op.input(0).element);

/** The first input's shape in another element type. */
function keeping(op: OnnxOp, element: ElementType) {
  const shape = op.shape(0);
  return { outputs: [{ element, shape }], flops: flopsPerElement(op.type) * elements(shape) };
}

const broadcasting =
  (element: (op: OnnxOp) => ElementType): Rule =>
  (op) => {
    const shape = broadcast(op.inputs.map((_, i) => op.shape(i)));
    const work = flopsPerElement(op.type) * Math.max(1, op.inputs.length - 1);
    return { outputs: [{ element: element(op), shape }], flops: work * elements(shape) };
  };

/** Its second output is the mask. */
const dropout: Rule = (op) => {
  const shape = op.shape(0);
  const outputs: Tensor[] = [
    { element: op.input(0).element, shape },
    { element: "bool", shape },
  ];
  return { outputs: outputs.slice(0, op.outputCount), flops: 0 };
};

const dynamicQuantize: Rule = (op) => {
  const shape = op.shape(0);
  const outputs: Tensor[] = [
    { element: "uint8", shape },
    { element: "float32", shape: [] },
    { element: "uint8", shape: [] },
  ];
  return { outputs, flops: 4 * elements(shape) };
};

const named = (names: string, rule: Rule): Record<string, Rule> =>
  Object.fromEntries(names.split(" ").map((name) => [name, rule]));

export const pointwiseRules: Readonly<Record<string, Rule>> = {
  ...named(
    "Abs Acos Acosh Asin Asinh Atan Atanh BitwiseNot Ceil Celu Clip Cos Cosh CumSum Elu Erf Exp FastGelu Floor Gelu",
    unary,
  ),
  ...named(
    "HardSigmoid HardSwish Hardmax Identity LeakyRelu Log LogSoftmax LRN Mish Neg Not QuickGelu Reciprocal Relu Round",
    unary,
  ),
  ...named(
    "Selu Shrink Sigmoid Sign Sin Sinh Softmax Softplus Softsign Sqrt Swish Tan Tanh ThresholdedRelu Trilu RandomNormalLike",
    unary,
  ),
  ...named("RandomUniformLike EyeLike", unary),
  ...named(
    "Add Sub Mul Div Pow Mod Min Max Sum Mean PRelu BitShift BitwiseAnd BitwiseOr BitwiseXor BiasGelu",
    broadcasting((op) => op.input(0).element),
  ),
  ...named(
    "Equal Greater GreaterOrEqual Less LessOrEqual And Or Xor",
    broadcasting(() => "bool"),
  ),
  Where: broadcasting((op) => op.input(1).element),
  IsNaN: (op) => keeping(op, "bool"),
  IsInf: (op) => keeping(op, "bool"),
  Cast: (op) => keeping(op, elementTypeOf(op.int("to", 0))),
  CastLike: (op) => keeping(op, op.input(1).element),
  QuantizeLinear: (op) => keeping(op, op.has(2) ? op.input(2).element : "uint8"),
  DequantizeLinear: (op) => keeping(op, op.input(1).element),
  DynamicQuantizeLinear: dynamicQuantize,
  Dropout: dropout,
};
