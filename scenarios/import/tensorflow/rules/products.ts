/**
 * Convolutions, matrix products, pools and normalisations of TensorFlow, with gradients of
 * convolutions. 2 FLOP per multiply-add. Semantics: the op definitions of tensorflow/core/ops.
 */
import { InputError } from "../../../../env/model/errors.ts";
import { matrixProduct, windowsIn } from "../../tensors/shapes.ts";
import { bytesOfShape, elements, type Shape, shown, type Tensor } from "../../tensors/tensor.ts";
import { NORMALISATION_FLOPS, STORED_STATISTICS_FLOPS } from "../../tensors/work.ts";
import type { TfOp, TfRule } from "../tf-op.ts";

/** Positions of batch, channels, height and width. */
const axesOf = (op: TfOp): { channels: number; height: number; width: number } =>
  op.text("data_format", "NHWC") === "NCHW"
    ? { channels: 1, height: 2, width: 3 }
    : { channels: 3, height: 1, width: 2 };

/** Height and width after a window of the given size has slid over them. */
function slid(op: TfOp, shape: Shape, kernel: readonly [number, number]): readonly [number, number] {
  const { height, width } = axesOf(op);
  const strides = op.ints("strides");
  const dilations = op.ints("dilations");
  const padding = op.text("padding", "VALID");
  const explicit = op.ints("explicit_paddings");
  const along = (axis: number, size: number): number => {
    const stride = strides[axis] ?? 1;
    if (padding === "SAME") return Math.ceil(shape[axis] / Math.max(1, stride));
    const padded = padding === "EXPLICIT" ? (explicit[2 * axis] ?? 0) + (explicit[2 * axis + 1] ?? 0) : 0;
    return windowsIn(shape[axis], { kernel: size, stride, dilation: dilations[axis] ?? 1, padding: padded });
  };
  return [along(height, kernel[0]), along(width, kernel[1])];
}

function withSizes(
  op: TfOp,
  shape: Shape,
  [height, width]: readonly [number, number],
  channels: number,
): Shape {
  const axes = axesOf(op);
  const sizes = [...shape];
  sizes[axes.height] = height;
  sizes[axes.width] = width;
  sizes[axes.channels] = channels;
  return sizes;
}

const only = (op: TfOp, shape: Shape, flops: number) => ({
  outputs: [{ element: op.input(0).element, shape }],
  flops,
});

const conv2d: TfRule = (op) => {
  const data = op.ofRank(0, 4);
  const [height, width, channels, filters] = op.ofRank(1, 4);
  if (channels === 0 || data[axesOf(op).channels] % Math.max(1, channels) > 0)
    throw new InputError(`the data ${shown(data)} and the filter ${shown(op.shape(1))} do not fit.`);
  const shape = withSizes(op, data, slid(op, data, [height, width]), filters);
  return only(op, shape, 2 * elements(shape) * height * width * channels);
};

const depthwise: TfRule = (op) => {
  const data = op.ofRank(0, 4);
  const [height, width, channels, multiplier] = op.ofRank(1, 4);
  if (differ(data[axesOf(op).channels], channels))
    throw new InputError(`the data ${shown(data)} and the filter ${shown(op.shape(1))} do not fit.`);
  const shape = withSizes(op, data, slid(op, data, [height, width]), channels * multiplier);
  return only(op, shape, 2 * elements(shape) * height * width);
};

/** Inputs: sizes of the data, filter, gradient of the result. */
const convolutionToInput: TfRule = (op) => {
  const shape = op.values(0);
  const [height, width, channels] = op.ofRank(1, 4);
  const element = op.input(2).element;
  const perElement = op.type.startsWith("Depthwise") ? height * width : height * width * channels;
  return { outputs: [{ element, shape }], flops: 2 * elements(op.shape(2)) * perElement };
};

/** Inputs: data, sizes of the filter, gradient of the result. */
const convolutionToFilter: TfRule = (op) => {
  const shape = op.values(1);
  const perElement = op.type.startsWith("Depthwise") ? shape[0] * shape[1] : elements(shape.slice(0, 3));
  return only(op, shape, 2 * elements(op.shape(2)) * perElement);
};

/** An unknown size fits every other one. */
const differ = (a: number, b: number): boolean => !Number.isNaN(a) && !Number.isNaN(b) && a !== b;

const flipped = (shape: Shape, isFlipped: boolean): Shape =>
  isFlipped ? [...shape.slice(0, -2), ...shape.slice(-2).reverse()] : shape;

const matMul =
  (left: string, right: string): TfRule =>
  (op) => {
    const sides = [operandOf(op, 0), operandOf(op, 1)];
    const { shape, multiplyAdds } = matrixProduct(
      flipped(sides[0], op.isSet(left)),
      flipped(sides[1], op.isSet(right)),
    );
    // The sizes that one side tells of the other are known here too.
    const inner = known(
      sides[0],
      op.isSet(left) ? -2 : -1,
      known(sides[1], op.isSet(right) ? -1 : -2, Number.NaN),
    );
    const touched = [
      filled(sides[0], op.isSet(left) ? -2 : -1, inner),
      filled(sides[1], op.isSet(right) ? -1 : -2, inner),
      shape,
    ];
    const { element } = op.input(0);
    const bytesTouched = touched.reduce((all, each) => all + bytesOfShape(element, each), 0);
    return { ...only(op, shape, 2 * multiplyAdds), bytesTouched };
  };

const known = (shape: Shape, axis: number, otherwise: number): number => {
  const size = shape.at(axis) ?? otherwise;
  return Number.isNaN(size) ? otherwise : size;
};

const filled = (shape: Shape, axis: number, size: number): Shape =>
  shape.length < 2 ? shape : shape.with(axis, size);

/** The other side tells how many axes a matrix has, and its inner size. */
function operandOf(op: TfOp, i: 0 | 1): Shape {
  const { shape } = op.input(i);
  if (shape !== null || !op.type.endsWith("MatMul")) return op.sizes(i);
  op.sizes(1 - i);
  const isFlipped = op.isSet(i === 0 ? "transpose_a" : "transpose_b");
  if (i === 1 || isFlipped) return [Number.NaN, Number.NaN];
  return [op.batch(), Number.NaN];
}

const pool: TfRule = (op) => {
  const data = op.ofRank(0, 4);
  const { channels, height, width } = axesOf(op);
  const kernel = op.ints("ksize");
  const window: readonly [number, number] = [kernel[height] ?? 1, kernel[width] ?? 1];
  const shape = withSizes(op, data, slid(op, data, window), data[channels]);
  return only(op, shape, elements(shape) * window[0] * window[1]);
};

const batchNorm: TfRule = (op) => {
  const shape = op.ofRank(0, 4);
  const isTraining = !op.has("is_training") || op.isSet("is_training");
  const statistics: Tensor = { element: "float32", shape: [shape[axesOf(op).channels]] };
  return {
    outputs: [{ element: op.input(0).element, shape }, ...Array.from({ length: 5 }, () => statistics)],
    flops: (isTraining ? NORMALISATION_FLOPS : STORED_STATISTICS_FLOPS) * elements(shape),
  };
};

/** Inputs: gradient, data, scale; the results are gradients of data, scale and offset. */
const batchNormGrad: TfRule = (op) => {
  const shape = op.ofRank(1, 4);
  const ofChannels: Tensor = { element: "float32", shape: [shape[axesOf(op).channels]] };
  const none: Tensor = { element: "float32", shape: [0] };
  return {
    outputs: [{ element: op.input(1).element, shape }, ofChannels, ofChannels, none, none],
    flops: 11 * elements(shape),
  };
};

/** Inputs: data of the pool, its result, the gradient. */
const maxPoolGrad: TfRule = (op) => only(op, op.shape(0), elements(op.shape(0)));

export const productRules: Readonly<Record<string, TfRule>> = {
  Conv2D: conv2d,
  _FusedConv2D: conv2d,
  DepthwiseConv2dNative: depthwise,
  FusedDepthwiseConv2dNative: depthwise,
  _FusedDepthwiseConv2dNative: depthwise,
  Conv2DBackpropInput: convolutionToInput,
  Conv2DBackpropFilter: convolutionToFilter,
  DepthwiseConv2dNativeBackpropInput: convolutionToInput,
  DepthwiseConv2dNativeBackpropFilter: convolutionToFilter,
  MatMul: matMul("transpose_a", "transpose_b"),
  _FusedMatMul: matMul("transpose_a", "transpose_b"),
  BatchMatMul: matMul("adj_x", "adj_y"),
  BatchMatMulV2: matMul("adj_x", "adj_y"),
  BatchMatMulV3: matMul("adj_x", "adj_y"),
  MaxPool: pool,
  AvgPool: pool,
  MaxPoolGrad: maxPoolGrad,
  FusedBatchNorm: batchNorm,
  FusedBatchNormV2: batchNorm,
  FusedBatchNormV3: batchNorm,
  FusedBatchNormGrad: batchNormGrad,
  FusedBatchNormGradV2: batchNormGrad,
  FusedBatchNormGradV3: batchNormGrad,
};
