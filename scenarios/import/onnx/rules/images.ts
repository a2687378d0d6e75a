/**
 * Ops on images and regions of them. A value between pixels is a mean of its neighbours: 8 FLOP by
 * four of them. Semantics: onnx/docs/Operators.md.
 */
import { InputError } from "../../../../env/model/errors.ts";
import { axisOf } from "../../tensors/shapes.ts";
import {
  bytesOfShape,
  elements,
  type Shape,
  shown,
  type Tensor,
  UnknownTensor,
} from "../../tensors/tensor.ts";
import type { OnnxOp, Rule } from "../onnx-op.ts";
import { slide } from "./products.ts";

const BILINEAR_FLOPS = 8;
const CUBIC_FLOPS = 40;
/** Overlap of two boxes: six differences and bounds, three areas, a quotient and its comparison. */
const OVERLAP_FLOPS = 12;
/** The inverse transform of a block of 8 x 8 and the change of colours, for each sample. */
const DECODING_FLOPS = 16;
/** Samples along an axis of a bin where the attribute leaves the number to the sizes of regions. */
const ADAPTIVE_SAMPLES = 2;

const product = (sizes: readonly number[]): number => sizes.reduce((all, size) => all * size, 1);

const one = (op: OnnxOp, shape: Shape, flops: number) => ({
  outputs: [{ element: op.input(0).element, shape }],
  flops,
});

/** A convolution whose kernel reads between pixels, at offsets that come from the network. */
const deformableConvolution: Rule = (op) => {
  const [batch, channels, ...sizes] = op.rankedShape(0, 3);
  const weights = op.rankedShape(1, 3);
  const [filters, channelsOfGroup, ...kernel] = weights;
  if (kernel.length !== sizes.length || channelsOfGroup * op.int("group", 1) !== channels)
    throw new InputError(`the data ${shown(op.shape(0))} and the weights ${shown(weights)} do not fit.`);
  const places = slide(op, sizes, kernel);
  const shape = [batch, filters, ...places];
  const sampled = batch * channels * product(kernel) * product(places);
  const masked = op.has(4) ? sampled : 0;
  const bias = op.has(3) ? elements(shape) : 0;
  const products = 2 * elements(shape) * channelsOfGroup * product(kernel);
  return one(op, shape, products + BILINEAR_FLOPS * sampled + masked + bias);
};

const roiAlign: Rule = (op) => {
  const [, channels] = op.rankedShape(0, 4);
  const [regions] = op.rankedShape(1, 2);
  const shape = [regions, channels, op.int("output_height", 1), op.int("output_width", 1)];
  const samples = op.int("sampling_ratio", 0) || ADAPTIVE_SAMPLES;
  return one(op, shape, elements(shape) * samples ** 2 * (BILINEAR_FLOPS + 1));
};

/** A region is at most the whole image, so each of its elements is compared once at most. */
const maxRoiPool: Rule = (op) => {
  const [, channels, height, width] = op.rankedShape(0, 4);
  const [regions] = op.rankedShape(1, 2);
  const shape = [regions, channels, ...op.exactInts("pooled_shape", 2, 1)];
  return one(op, shape, regions * channels * height * width);
};

const gridSample: Rule = (op) => {
  const [batch, channels] = op.rankedShape(0, 3);
  const grid = op.rankedShape(1, 3);
  const shape = [batch, channels, ...grid.slice(1, -1)];
  const mode = op.text("mode", "linear");
  const each = mode === "nearest" ? 1 : /cubic/.test(mode) ? CUBIC_FLOPS : BILINEAR_FLOPS;
  return one(op, shape, each * elements(shape));
};

/** An affine map of every place of the grid. */
const affineGrid: Rule = (op) => {
  const size = op.values(1);
  const rank = size.length - 2;
  const shape = [size[0], ...size.slice(2), rank];
  return one(op, shape, 2 * (rank + 1) * elements(shape));
};

const maxUnpool: Rule = (op) => {
  const [batch, channels, ...sizes] = op.rankedShape(0, 3);
  const rank = sizes.length;
  const kernel = op.exactInts("kernel_shape", rank, 1);
  const strides = op.exactInts("strides", rank, 1);
  const pads = op.exactInts("pads", 2 * rank, 0);
  const grown = sizes.map((size, i) => strides[i] * (size - 1) + kernel[i] - pads[i] - pads[i + rank]);
  const shape = op.valuesOrNone(2) ?? [batch, channels, ...grown];
  if (shape.some((size) => size < 0))
    throw new InputError(`the result would have the shape ${shown(shape)}.`);
  return one(op, shape, 0);
};

/** Columns are added up where their blocks overlap. */
const columnsToImage: Rule = (op) => {
  const [batch, rows] = op.rankedShape(0, 3);
  const [image, block] = [op.values(1), op.values(2)];
  const channels = rows / product(block);
  if (!Number.isInteger(channels))
    throw new InputError(`blocks of ${shown(block)} do not divide columns of ${rows} elements.`);
  return one(op, [batch, channels, ...image], op.elements(0));
};

const cropOrPad: Rule = (op) => {
  const shape = [...op.shape(0)];
  const wanted = op.values(1);
  const axes = op.ints("axes") ?? shape.map((_, axis) => axis);
  if (axes.length !== wanted.length)
    throw new InputError(`${wanted.length} sizes are given for ${axes.length} axes.`);
  axes.forEach((axis, i) => {
    shape[axisOf(axis, shape.length)] = wanted[i];
  });
  const { element } = op.input(0);
  return { ...one(op, shape, 0), bytesTouched: 2 * bytesOfShape(element, shape) };
};

/** At most `max_output_boxes_per_class` boxes of each class; which ones depends on data. */
const nonMaxSuppression: Rule = (op) => {
  const boxes = op.rankedShape(0, 3)[1];
  const [batch, classes] = op.rankedShape(1, 3);
  const [most] = op.has(2) ? op.values(2) : [0];
  const kept = Math.min(boxes, Math.max(0, most));
  const outputs: Tensor[] = [{ element: "int64", shape: [batch * classes * kept, 3], isLargest: true }];
  return { outputs, flops: OVERLAP_FLOPS * batch * classes * boxes * kept };
};

/** The file does not say how large the picture is, unless it declares the result. */
const imageDecoder: Rule = (op) => {
  const [picture] = op.declared;
  if (picture?.shape == null) throw new UnknownTensor("the size of an encoded picture");
  return {
    outputs: [{ element: "uint8", shape: picture.shape }],
    flops: DECODING_FLOPS * elements(picture.shape),
  };
};

export const imageRules: Readonly<Record<string, Rule>> = {
  DeformConv: deformableConvolution,
  RoiAlign: roiAlign,
  MaxRoiPool: maxRoiPool,
  GridSample: gridSample,
  AffineGrid: affineGrid,
  MaxUnpool: maxUnpool,
  Col2Im: columnsToImage,
  CenterCropPad: cropOrPad,
  NonMaxSuppression: nonMaxSuppression,
  ImageDecoder: imageDecoder,
};
