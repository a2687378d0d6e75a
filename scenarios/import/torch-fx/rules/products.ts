/**
 * Matrix products, contractions and convolutions of PyTorch, 2 FLOP per multiply-add. Biases are
 * free, as in `torch.utils.flop_counter`. Semantics: the documentation of torch and torch.nn, and
 * native_functions.yaml.
 */
import { InputError } from "../../../../env/model/errors.ts";
import { einsum as contraction } from "../../tensors/einsum.ts";
import { isList } from "../arguments.ts";
import { type FxCall, type FxRule, named, product } from "../fx-call.ts";
import { elementsOf, type TensorType } from "../tensor-type.ts";

export const lastOf = ({ shape }: TensorType): number => shape[shape.length - 1] ?? 1;

/** Each element of the result is a sum over the last axis of the left operand. */
const matrixProduct =
  (left: number): FxRule =>
  (call) =>
    product(2 * elementsOf(call.output) * lastOf(call.tensor(left)), call.tensor(left + 1));

/** Module: input, then weights. */
const linear: FxRule = (call) => {
  if (call.inputs.length < 2) throw new InputError(`${call.word} has no weights.`);
  return { type: "MatMul", flops: 2 * elementsOf(call.output) * lastOf(call.tensor(0)) };
};

/** Gradients of input and weights: twice the work of the product. */
const linearBackward: FxRule = (call) => ({
  type: "MatMul",
  flops: 4 * elementsOf(call.tensor(1)) * lastOf(call.tensor(0)),
});

/** Weights are [out, in 1, in 2]. The weights meet the first input, and then the second one. */
const bilinear: FxRule = (call) => {
  const weight = call.inputs.find(({ shape }) => shape.length === 3 && shape[0] === lastOf(call.output));
  if (weight === undefined) throw new InputError("bilinear has no weights of three axes.");
  const rows = elementsOf(call.output) / Math.max(1, lastOf(call.output));
  return product(2 * rows * (elementsOf(weight) + weight.shape[0] * weight.shape[2]), weight);
};

const einsum: FxRule = (call) => {
  const equation = call.value(0);
  const operands = call.inputs;
  if (typeof equation !== "string") throw new InputError("einsum has no equation.");
  const { multiplyAdds } = contraction(
    equation,
    operands.map(({ shape }) => shape),
  );
  return product(2 * multiplyAdds, call.outputs[0]);
};

/** Third argument: the axes of the left operand that are summed. */
const tensordot: FxRule = (call) => {
  const left = call.tensor(0);
  const axes = call.value(2);
  const summed = isList(axes) ? axes : [];
  const inner = summed.reduce<number>((all, axis) => all * (left.shape.at(Number(axis)) ?? 1), 1);
  return product(2 * elementsOf(call.output) * inner, call.outputs[0]);
};

/** Matrices from left to right. */
const chain: FxRule = (call) => {
  const matrices = call.inputs;
  const rows = matrices[0]?.shape[0] ?? 1;
  const flops = matrices.slice(1).reduce((sum, matrix) => sum + 2 * rows * elementsOf(matrix), 0);
  return product(flops, call.outputs[0]);
};

/** Distances of all rows to all rows: a difference, a power and a sum for each coordinate. */
const distances: FxRule = (call) => ({
  type: "BatchMatMul",
  flops: 3 * elementsOf(call.output) * lastOf(call.tensor(0)),
});

/** Each row of the left operand meets the matrix of its group. */
const grouped: FxRule = (call) => {
  const right = call.tensor(1);
  return product(2 * elementsOf(call.tensor(0)) * lastOf(right), right);
};

/**
 * A kernel is [out, in / groups, window ...], that of a transposed convolution [in, out / groups,
 * window ...].
 */
function convolved(call: FxCall, input: TensorType, kernel: TensorType, output: TensorType): number {
  if (kernel.shape.length < 3) throw new InputError(`${call.word} has no input and kernel of known shapes.`);
  const perElement = kernel.shape.slice(1).reduce((all, size) => all * size, 1);
  return 2 * (isTransposed(call) ? elementsOf(input) : elementsOf(output)) * perElement;
}

/** aten.convolution has it as its seventh argument, its gradient as the eighth. */
function isTransposed(call: FxCall): boolean {
  if (call.word.includes("transpose")) return true;
  if (call.word === "convolution_backward") return call.value(7) === true;
  return /^convolution/.test(call.word) && call.value(6) === true;
}

const convolution: FxRule = (call) => {
  if (call.inputs.length < 2) throw new InputError(`${call.word} has no input and kernel of known shapes.`);
  return { type: "Conv2D", flops: convolved(call, call.tensor(0), call.tensor(1), call.output) };
};

/** Inputs: gradient of the result, data, kernel. The mask says which gradients are wanted. */
const convolutionBackward: FxRule = (call) => {
  const mask = call.value(10);
  const wanted = isList(mask) ? mask.slice(0, 2).filter((each) => each === true).length : 2;
  return {
    type: "Conv2D",
    flops: wanted * convolved(call, call.tensor(1), call.tensor(2), call.tensor(0)),
  };
};

/** Every sample of the window is bilinear, at 8 FLOP for each channel. */
const deformed: FxRule = (call) => {
  const [, channels, ...window] = call.tensor(1).shape;
  const places = elementsOf(call.output) / Math.max(1, call.output.shape[1] ?? 1);
  const samples = places * window.reduce((all, size) => all * size, 1) * channels;
  return {
    type: "Conv2D",
    flops: convolved(call, call.tensor(0), call.tensor(1), call.output) + 8 * samples,
  };
};

export const productRules: readonly (readonly [string, FxRule])[] = [
  ...named("mm bmm matmul mv dot vdot inner linalg_vecdot linalg_matmul int_mm scaled_mm", matrixProduct(0)),
  ...named("weight_int8pack_mm weight_int4pack_mm sparse_mm", matrixProduct(0)),
  ...named("addmm addmv baddbmm addbmm addmm_activation sparse_addmm", matrixProduct(1)),
  ...named("linear mkldnn_linear", linear),
  ...named("linear_backward mkldnn_linear_backward", linearBackward),
  ...named("bilinear trilinear", bilinear),
  ...named("einsum", einsum),
  ...named("tensordot", tensordot),
  ...named("linalg_multi_dot chain_matmul", chain),
  ...named("cdist cdist_forward pdist", distances),
  ...named("grouped_mm scaled_grouped_mm grouped_mm_fallback", grouped),
  ...named(
    "conv1d conv2d conv3d convolution convolution_mode convolution_overrideable conv_tbc",
    convolution,
  ),
  ...named("conv_transpose1d conv_transpose2d conv_transpose3d", convolution),
  ...named("convtranspose1d convtranspose2d convtranspose3d mkldnn_convolution", convolution),
  ...named("cudnn_convolution cudnn_convolution_transpose conv_depthwise2d conv_depthwise3d", convolution),
  ...named("slow_conv2d_forward slow_conv3d thnn_conv2d slow_conv_transpose2d", convolution),
  ...named("convolution_backward", convolutionBackward),
  ...named("deform_conv2d", deformed),
];
