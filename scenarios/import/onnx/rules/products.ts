/**
 * Convolutions, matrix products and recurrent layers, which do nearly all FLOP of a network. 2 FLOP
 * per multiply-add, and one per element for a bias. Semantics: onnx/docs/Operators.md.
 */
import { InputError } from "../../../../env/model/errors.ts";
import { einsum } from "../../tensors/einsum.ts";
import { matrixProduct, windowsIn } from "../../tensors/shapes.ts";
import { type ElementType, elements, type Shape, shown, type Tensor } from "../../tensors/tensor.ts";
import type { OnnxOp, Rule } from "../onnx-op.ts";

const product = (sizes: readonly number[]): number => sizes.reduce((all, size) => all * size, 1);

/** Sizes of the axes after batch and channels, once a kernel has slid over them. */
export function slide(
  op: OnnxOp,
  sizes: Shape,
  kernel: readonly number[],
  round: (value: number) => number = Math.floor,
): Shape {
  const rank = sizes.length;
  const strides = op.exactInts("strides", rank, 1);
  const dilations = op.exactInts("dilations", rank, 1);
  const pads = op.exactInts("pads", 2 * rank, 0);
  const autoPad = op.text("auto_pad", "NOTSET");
  return sizes.map((size, i) => {
    if (autoPad.startsWith("SAME")) return Math.ceil(size / Math.max(1, strides[i]));
    const padding = autoPad === "VALID" ? 0 : pads[i] + pads[i + rank];
    const window = { kernel: kernel[i], stride: strides[i], dilation: dilations[i], padding };
    const count = windowsIn(size, window, round);
    // A window may not begin in the padding after the data.
    return count > 1 && (count - 1) * strides[i] >= size + pads[i] && round === Math.ceil ? count - 1 : count;
  });
}

const convolution =
  (weights: number, result: ElementType | null): Rule =>
  (op) => {
    const [batch, channels, ...sizes] = op.rankedShape(0, 3);
    const kernelShape = op.rankedShape(weights, 3);
    const [filters, channelsOfGroup, ...kernel] = kernelShape;
    const groups = op.int("group", 1);
    if (kernel.length !== sizes.length || channelsOfGroup * groups !== channels)
      throw new InputError(
        `the data ${shown(op.shape(0))} and the weights ${shown(kernelShape)} in ${groups} groups do not fit.`,
      );
    const shape = [batch, filters, ...slide(op, sizes, kernel)];
    const bias = op.has(weights === 1 ? 2 : 8) ? elements(shape) : 0;
    return {
      outputs: [{ element: result ?? op.input(0).element, shape }],
      flops: 2 * elements(shape) * channelsOfGroup * product(kernel) + bias,
    };
  };

const transposedConvolution: Rule = (op) => {
  const data = op.rankedShape(0, 3);
  const [batch, channels, ...sizes] = data;
  const [channelsOfWeights, filtersOfGroup, ...kernel] = op.rankedShape(1, 3);
  const rank = sizes.length;
  if (kernel.length !== rank || channelsOfWeights !== channels)
    throw new InputError(`the data ${shown(data)} and the weights ${shown(op.shape(1))} do not fit.`);
  const strides = op.exactInts("strides", rank, 1);
  const dilations = op.exactInts("dilations", rank, 1);
  const pads = op.exactInts("pads", 2 * rank, 0);
  const extra = op.exactInts("output_padding", rank, 0);
  const same = op.text("auto_pad", "NOTSET").startsWith("SAME");
  const grown = sizes.map((size, i) => {
    if (same) return size * strides[i];
    const reach = dilations[i] * (kernel[i] - 1) + 1;
    return strides[i] * (size - 1) + extra[i] + reach - pads[i] - pads[i + rank];
  });
  const shape = [batch, filtersOfGroup * op.int("group", 1), ...(op.ints("output_shape") ?? grown)];
  if (shape.some((size) => size < 1))
    throw new InputError(`the result would have the shape ${shown(shape)}.`);
  const bias = op.has(2) ? elements(shape) : 0;
  return {
    outputs: [{ element: op.input(0).element, shape }],
    flops: 2 * elements(data) * filtersOfGroup * product(kernel) + bias,
  };
};

const matMul =
  (second: number, result: ElementType | null): Rule =>
  (op) => {
    const { shape, multiplyAdds } = matrixProduct(op.shape(0), op.shape(second));
    return { outputs: [{ element: result ?? op.input(0).element, shape }], flops: 2 * multiplyAdds };
  };

const transposed = (shape: Shape, flag: number): Shape =>
  flag === 0 ? shape : [...shape.slice(0, -2), ...shape.slice(-2).reverse()];

const gemm: Rule = (op) => {
  const a = transposed(op.rankedShape(0, 2), op.int("transA", 0));
  const b = transposed(op.rankedShape(1, 2), op.int("transB", 0));
  const { shape, multiplyAdds } = matrixProduct(a, b);
  return {
    outputs: [{ element: op.input(0).element, shape }],
    flops: 2 * multiplyAdds + (op.has(2) ? elements(shape) : 0),
  };
};

const einsumRule: Rule = (op) => {
  const shapes = op.inputs.map((_, i) => op.shape(i));
  const { shape, multiplyAdds } = einsum(op.text("equation", ""), shapes);
  return { outputs: [{ element: op.input(0).element, shape }], flops: 2 * multiplyAdds };
};

/** Elimination takes two thirds of a cube, the inverse two of them. */
const solved =
  (flops: number, isMatrix: boolean): Rule =>
  (op) => {
    const shape = op.rankedShape(0, 2);
    const rows = shape[shape.length - 1];
    const batch = shape.slice(0, -2);
    return {
      outputs: [{ element: op.input(0).element, shape: isMatrix ? shape : batch }],
      flops: flops * product(batch) * rows ** 3,
    };
  };

/** FLOP of activations and products between the gates, for each element of the state. */
const gateFlops = { 1: 5, 3: 20, 4: 30 } as const;

const recurrent =
  (gates: 1 | 3 | 4): Rule =>
  (op) => {
    const data = op.rankedShape(0, 3);
    const [steps, batch] = op.int("layout", 0) === 0 ? data : [data[1], data[0]];
    const [directions, , inputWidth] = op.rankedShape(1, 3);
    const width = op.rankedShape(2, 3)[2];
    const { element } = op.input(0);
    const state: Tensor = { element, shape: [directions, batch, width] };
    const outputs = [{ element, shape: [steps, directions, batch, width] }, state, state];
    const perStep = 2 * batch * gates * width * (inputWidth + width) + batch * width * gateFlops[gates];
    return { outputs: outputs.slice(0, op.outputCount), flops: directions * steps * perStep };
  };

export const productRules: Readonly<Record<string, Rule>> = {
  Conv: convolution(1, null),
  ConvInteger: convolution(1, "int32"),
  QLinearConv: convolution(3, null),
  ConvTranspose: transposedConvolution,
  MatMul: matMul(1, null),
  MatMulInteger: matMul(1, "int32"),
  QLinearMatMul: matMul(3, null),
  Gemm: gemm,
  Einsum: einsumRule,
  RNN: recurrent(1),
  GRU: recurrent(3),
  LSTM: recurrent(4),
  Det: solved(2 / 3, false),
};

/** Of ONNX Runtime. */
export const runtimeProductRules: Readonly<Record<string, Rule>> = {
  FusedConv: convolution(1, null),
  FusedMatMul: gemm,
  TransposeMatMul: gemm,
  FusedGemm: gemm,
  DynamicQuantizeMatMul: matMul(1, null),
  MatMulIntegerToFloat: matMul(1, "float32"),
  Inverse: solved(2, true),
};
