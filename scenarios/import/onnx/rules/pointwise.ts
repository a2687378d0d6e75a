/**
 * Ops that treat every element alike: one input's shape, or the broadcast of several. Semantics:
 * onnx/docs/Operators.md.
 */
import { InputError } from "../../../../env/model/errors.ts";
import { axisOf, broadcast } from "../../tensors/shapes.ts";
import { type ElementType, elements, type Shape, shown, type Tensor } from "../../tensors/tensor.ts";
import { flopsPerElement } from "../../tensors/work.ts";
import type { OnnxOp, Rule } from "../onnx-op.ts";

const unary: Rule = (op) => keeping(op, op.input(0).element);

/** The first input's shape in another element type. */
function keeping(op: OnnxOp, element: ElementType) {
  const shape = op.shape(0);
  return { outputs: [{ element, shape }], flops: flopsPerElement(op.type) * elements(shape) };
}

const broadcasting =
  (element: (op: OnnxOp) => ElementType): Rule =>
  (op) => {
    const shape = broadcast(alignedShapes(op));
    const work = flopsPerElement(op.type) * Math.max(1, op.inputs.length - 1);
    return { outputs: [{ element: element(op), shape }], flops: work * elements(shape) };
  };

/**
 * Before opset 7 the second input stretched only where the attribute `broadcast` said so, from the
 * axis that `axis` gave. The slopes of `PRelu` were one, or one for each channel.
 */
function alignedShapes(op: OnnxOp): readonly Shape[] {
  const shapes = op.inputs.map((_, i) => op.shape(i));
  const [first, second] = shapes;
  if (op.opset >= FIRST_NUMPY_OPSET || shapes.length !== 2 || second.length === 0) return shapes;
  const isSlope = op.type === "PRelu" && second.length === 1 && first.length > 1 && second[0] > 1;
  const given = isSlope ? 1 : op.hasAttribute("axis") ? op.int("axis", 0) : first.length - second.length;
  if (given === first.length - second.length) return shapes;
  const axis = axisOf(given, first.length);
  const behind = first.length - axis - second.length;
  if (behind < 0) throw new InputError(`${shown(second)} does not fit ${shown(first)} from axis ${axis} on.`);
  return [first, [...second, ...Array.from({ length: behind }, () => 1)]];
}

const FIRST_NUMPY_OPSET = 7;

function castTo(op: OnnxOp): ElementType {
  if (!op.hasAttribute("to")) throw new InputError("has no attribute to, the type to cast to.");
  return op.elementType("to", op.input(0).element);
}

/** Its second output is the mask. */
const dropout: Rule = (op) => {
  const shape = op.shape(0);
  const outputs: Tensor[] = [
    { element: op.input(0).element, shape },
    { element: "bool", shape },
  ];
  return { outputs: outputs.slice(0, op.outputCount), flops: 0 };
};

const named = (names: string, rule: Rule): Record<string, Rule> =>
  Object.fromEntries(names.split(" ").map((name) => [name, rule]));

export const pointwiseRules: Readonly<Record<string, Rule>> = {
  ...named(
    "Abs Acos Acosh Asin Asinh Atan Atanh BitwiseNot Ceil Celu Clip Cos Cosh CumSum Elu Erf Exp FastGelu Floor Gelu",
    unary,
  ),
  ...named(
    "HardSigmoid HardSwish Hardmax LeakyRelu Log LogSoftmax LRN Mish Neg Not QuickGelu Reciprocal Relu Round",
    unary,
  ),
  ...named(
    "Selu Shrink Sigmoid Sign Sin Sinh Softmax Softplus Softsign Sqrt Swish Tan Tanh ThresholdedRelu Trilu CumProd",
    unary,
  ),
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
  Cast: (op) => keeping(op, castTo(op)),
  CastLike: (op) => keeping(op, op.input(1).element),
  Dropout: dropout,
  // A gate and its product.
  SwiGLU: (op) => {
    const { outputs, flops } = keeping(op, op.input(0).element);
    return { outputs, flops: flops + flopsPerElement("swish") * op.elements(0) };
  },
  ...named("ImageScaler ParametricSoftplus ScaledTanh Affine", unary),
};
