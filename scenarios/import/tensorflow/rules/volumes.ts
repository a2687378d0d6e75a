/**
 * Convolutions and pools over volumes, [batch, depth, height, width, channels] or NCDHW. Semantics:
 * the op definitions in tensorflow/core/ops/nn_ops.cc.
 */
import { InputError } from "../../../../env/model/errors.ts";
import { windowsIn } from "../../tensors/shapes.ts";
import { elements, type Shape, shown } from "../../tensors/tensor.ts";
import type { TfOp, TfRule } from "../tf-op.ts";

const axesOf = (op: TfOp) =>
  op.text("data_format", "NDHWC") === "NCDHW"
    ? { channels: 1, spatial: [2, 3, 4] }
    : { channels: 4, spatial: [1, 2, 3] };

/** The sizes after a window has slid over the volume. */
function slid(op: TfOp, shape: Shape, window: readonly number[], channels: number): Shape {
  const axes = axesOf(op);
  const [strides, dilations] = [op.ints("strides"), op.ints("dilations")];
  const isSame = op.text("padding", "VALID") === "SAME";
  const sizes = [...shape];
  axes.spatial.forEach((axis, i) => {
    const stride = Math.max(1, strides[axis] ?? 1);
    const options = { kernel: window[i], stride, dilation: dilations[axis] ?? 1, padding: 0 };
    sizes[axis] = isSame ? Math.ceil(shape[axis] / stride) : windowsIn(shape[axis], options);
  });
  sizes[axes.channels] = channels;
  return sizes;
}

const convolution: TfRule = (op) => {
  const data = op.ofRank(0, 5);
  const [depth, height, width, channels, filters] = op.ofRank(1, 5);
  const given = data[axesOf(op).channels];
  if (channels === 0 || given % Math.max(1, channels) > 0)
    throw new InputError(`the data ${shown(data)} and the filter ${shown(op.sizes(1))} do not fit.`);
  const shape = slid(op, data, [depth, height, width], filters);
  const flops = 2 * elements(shape) * depth * height * width * channels;
  return { outputs: [{ element: op.input(0).element, shape }], flops };
};

const pool: TfRule = (op) => {
  const data = op.ofRank(0, 5);
  const { channels, spatial } = axesOf(op);
  const window = spatial.map((axis) => op.ints("ksize")[axis] ?? 1);
  const shape = slid(op, data, window, data[channels]);
  const flops = elements(shape) * window.reduce((all, size) => all * size, 1);
  return { outputs: [{ element: op.input(0).element, shape }], flops };
};

export const volumeRules: Readonly<Record<string, TfRule>> = {
  Conv3D: convolution,
  MaxPool3D: pool,
  AvgPool3D: pool,
};
