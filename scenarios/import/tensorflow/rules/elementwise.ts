/**
 * Ops of TensorFlow that treat every element alike, reductions, and what optimizers do with
 * variables.
 */
import { axisOf, broadcast, withOnes, withoutAxes } from "../../tensors/shapes.ts";
import { type ElementType, elements, isWeight, type Tensor } from "../../tensors/tensor.ts";
import { flopsPerElement } from "../../tensors/work.ts";
import type { TfOp, TfRule } from "../tf-op.ts";

const named = (names: string, rule: TfRule): Record<string, TfRule> =>
  Object.fromEntries(names.split(" ").map((name) => [name, rule]));

const unary: TfRule = (op) => {
  const shape = op.sizes(0);
  return {
    outputs: [{ element: op.input(0).element, shape }],
    flops: flopsPerElement(op.type) * elements(shape),
  };
};

const cast: TfRule = (op) => ({
  outputs: [{ ...op.input(0), element: op.element("DstT") }],
  flops: 0,
});

const pairwise =
  (compute: ((a: number, b: number) => number) | null, element: (op: TfOp) => ElementType): TfRule =>
  (op) => {
    const shape = broadcast(op.inputs.map((_, i) => op.sizes(i)));
    const value = compute === null ? undefined : smallValue(op, elements(shape), compute);
    const flops = flopsPerElement(op.type) * Math.max(1, op.inputs.length - 1) * elements(shape);
    return { outputs: [{ element: element(op), shape, ...(value && { value }) }], flops: value ? 0 : flops };
  };

/** Shape arithmetic: whole numbers that are all known. */
function smallValue(op: TfOp, count: number, compute: (a: number, b: number) => number) {
  const lists = op.inputs.map(({ value, element }) =>
    isWeight(element) && element !== "int32" ? undefined : value,
  );
  let all: readonly number[] | undefined;
  for (const list of lists) {
    if (list === undefined || (list.length !== count && list.length !== 1)) return undefined;
    const stretched = list.length === count ? list : Array.from({ length: count }, () => list[0]);
    const so: readonly number[] | undefined = all;
    all = so === undefined ? stretched : so.map((a, i) => compute(a, stretched[i]));
  }
  return all;
}

const same = (op: TfOp): ElementType => op.input(0).element;

/** Reductions that shapes and limits of loops are computed with. */
const ofSizes: Readonly<Record<string, (a: number, b: number) => number>> = {
  Prod: (a, b) => a * b,
  Sum: (a, b) => a + b,
  Max: Math.max,
  Min: Math.min,
};

/** Axes are the numbers of the second input. */
const reduce: TfRule = (op) => {
  const shape = op.sizes(0);
  const axes = new Set(op.values(1).map((axis) => axisOf(axis, shape.length)));
  const keeps = op.isSet("keep_dims") || op.isSet("keepdims");
  const isTruth = op.type === "All" || op.type === "Any";
  const known = op.input(0).value;
  const compute = ofSizes[op.type];
  const isComputed = compute !== undefined && known !== undefined && known.length > 0 && !keeps;
  const value = isComputed && axes.size === shape.length ? { value: [known.reduce(compute)] } : {};
  return {
    outputs: [
      {
        element: isTruth ? "bool" : same(op),
        shape: keeps ? withOnes(shape, axes) : withoutAxes(shape, axes),
        ...value,
      },
    ],
    flops: elements(shape),
  };
};

const argument: TfRule = (op) => {
  const shape = op.sizes(0);
  const axis = new Set(op.values(1).map((given) => axisOf(given, shape.length)));
  const element = op.has("output_type") ? op.element("output_type") : "int64";
  return { outputs: [{ element, shape: withoutAxes(shape, axis) }], flops: elements(shape) };
};

/** Per-example loss and the gradient of the logits. */
const crossEntropy: TfRule = (op) => {
  const shape = op.sizes(0);
  const element = same(op);
  const loss: Tensor = { element, shape: shape.slice(0, -1) };
  return { outputs: [loss, { element, shape }], flops: 6 * elements(shape) };
};

/** The gradient of a bias: a sum over all axes except the channels. */
const biasAddGrad: TfRule = (op) => {
  const shape = op.sizes(0);
  const channels = op.text("data_format", "NHWC") === "NCHW" ? shape[1] : (shape.at(-1) ?? 1);
  return { outputs: [{ element: same(op), shape: [channels] }], flops: elements(shape) };
};

/** Work for each weight: that of the optimizer's rule. */
const updateFlops: Readonly<Record<string, number>> = {
  GradientDescent: 2,
  Momentum: 4,
  KerasMomentum: 4,
  Adagrad: 5,
  AdagradV2: 5,
  RMSProp: 8,
  CenteredRMSProp: 10,
  Adam: 12,
};
const update =
  (flops: number): TfRule =>
  (op) => ({ outputs: [op.input(0)], flops: flops * elements(op.shape(0)) });

const updates = Object.fromEntries(
  Object.entries(updateFlops).flatMap(([optimizer, flops]) =>
    ["Apply", "ResourceApply"].map((prefix) => [prefix + optimizer, update(flops)]),
  ),
);

const assigned: TfRule = (op) => ({
  outputs: [op.input(0)],
  flops: op.type === "Assign" ? 0 : elements(op.shape(0)),
});

export const elementwiseRules: Readonly<Record<string, TfRule>> = {
  ...named(
    "Abs Acos Acosh Asin Asinh Atan Atanh BiasAdd Ceil Cos Cosh Elu Erf Erfc Erfinv Exp Expm1 Floor",
    unary,
  ),
  ...named("Inv LeakyRelu Log Log1p LogSoftmax Sinh Digamma Lgamma Rint Invert Conj Cumprod", unary),
  ...named(
    "Neg Reciprocal Relu Relu6 Round Rsqrt Selu Sigmoid Sign Sin Softmax Softplus Softsign Sqrt Square",
    unary,
  ),
  ...named("Tan Tanh ZerosLike OnesLike LRN LogicalNot CheckNumerics Cumsum", unary),
  ...named("IsNan IsInf IsFinite", (op) => ({
    ...unary(op),
    outputs: [{ element: "bool", shape: op.sizes(0) }],
  })),
  ...named("ClipByValue FakeQuantWithMinMaxVars FakeQuantWithMinMaxArgs QuantizeAndDequantizeV2", unary),
  ...named("QuantizeAndDequantizeV3 QuantizeAndDequantizeV4 LeakyReluGrad ReciprocalGrad InvGrad", unary),
  ...named("ReluGrad Relu6Grad EluGrad SeluGrad SigmoidGrad TanhGrad SoftplusGrad RsqrtGrad SqrtGrad", unary),
  Cast: cast,
  ...named(
    "Add AddV2 AddN",
    pairwise((a, b) => a + b, same),
  ),
  ...named(
    "Sub",
    pairwise((a, b) => a - b, same),
  ),
  ...named(
    "Mul",
    pairwise((a, b) => a * b, same),
  ),
  ...named(
    "FloorDiv",
    pairwise((a, b) => Math.floor(a / b), same),
  ),
  ...named("Maximum", pairwise(Math.max, same)),
  ...named("Minimum", pairwise(Math.min, same)),
  ...named(
    "RealDiv Div DivNoNan MulNoNan Xdivy Xlogy Xlog1py Atan2 Pow FloorMod Mod TruncateDiv TruncateMod SquaredDifference",
    pairwise(null, same),
  ),
  ...named(
    "Greater GreaterEqual Less LessEqual Equal NotEqual LogicalAnd LogicalOr",
    pairwise(null, () => "bool"),
  ),
  ...named(
    "Select SelectV2",
    pairwise(null, (op) => op.input(1).element),
  ),
  ...named("Mean Sum Max Min Prod All Any EuclideanNorm", reduce),
  L2Loss: (op) => ({ outputs: [{ element: same(op), shape: [] }], flops: 2 * elements(op.sizes(0)) }),
  ...named("ArgMax ArgMin", argument),
  SoftmaxCrossEntropyWithLogits: crossEntropy,
  SparseSoftmaxCrossEntropyWithLogits: crossEntropy,
  BiasAddGrad: biasAddGrad,
  ...updates,
  ...named("Assign AssignAdd AssignSub AssignVariableOp AssignAddVariableOp AssignSubVariableOp", assigned),
};
