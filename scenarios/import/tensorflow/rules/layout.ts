/**
 * Ops of TensorFlow that hold, move, join or cut data. Views move nothing, and only what is copied
 * is read.
 */
import { InputError } from "../../../../env/model/errors.ts";
import { axisOf, reshaped, sliceRange, withNewAxes, withoutAxes } from "../../tensors/shapes.ts";
import {
  bytesOf,
  bytesOfShape,
  elements,
  MOST_VALUES,
  type Shape,
  shown,
  type Tensor,
} from "../../tensors/tensor.ts";
import type { TfOp, TfRule } from "../tf-op.ts";

const named = (names: string, rule: TfRule): Record<string, TfRule> =>
  Object.fromEntries(names.split(" ").map((name) => [name, rule]));

const view = (tensor: Tensor) => ({ outputs: [tensor], flops: 0, bytesTouched: 0 });
const copied = (op: TfOp, shape: Shape, source = 0) => {
  const { element } = op.input(source);
  return { outputs: [{ element, shape }], flops: 0, bytesTouched: 2 * bytesOfShape(element, shape) };
};
const kept = (op: TfOp, shape: Shape): Tensor => {
  const { element, value } = op.input(0);
  return { element, shape, ...(value && { value }) };
};

const identity: TfRule = (op) => ({ outputs: op.inputs, flops: 0, bytesTouched: 0 });

/** Reads the variable of the handle. */
const readVariable: TfRule = (op) => view({ element: op.element("dtype"), shape: op.input(0).shape });

const reshape: TfRule = (op) => {
  const [shape, wanted] = [op.input(0).shape, op.sizesIn(1)];
  const isKnown = shape !== null && ![...shape, ...wanted].some(Number.isNaN);
  if (isKnown) return view(kept(op, reshaped(shape, wanted)));
  // What is left for an open size is not known.
  return view({
    element: op.input(0).element,
    shape: wanted.map((size) => (size === -1 ? Number.NaN : size)),
  });
};

const squeeze: TfRule = (op) => {
  const shape = op.sizes(0);
  const given = op.ints("squeeze_dims").length > 0 ? op.ints("squeeze_dims") : op.ints("axis");
  const axes = given.length > 0 ? given : shape.flatMap((size, axis) => (size === 1 ? [axis] : []));
  return view(kept(op, withoutAxes(shape, new Set(axes.map((axis) => axisOf(axis, shape.length))))));
};

const expandDims: TfRule = (op) => view(kept(op, withNewAxes(op.sizes(0), op.values(1))));

/** Unknown sizes are NaN among the numbers too. */
const shapeOf: TfRule = (op) => {
  const value = op.sizes(0);
  return view({ element: "int32", shape: [value.length], value });
};

const transpose: TfRule = (op) => {
  const shape = op.sizes(0);
  const order = op.values(1).map((axis) => axisOf(axis, shape.length));
  if (new Set(order).size !== shape.length || order.length !== shape.length)
    throw new InputError(`the order ${shown(order)} is none of the axes of ${shown(shape)}.`);
  return copied(
    op,
    order.map((axis) => shape[axis]),
  );
};

const joined = (op: TfOp, parts: readonly number[], given: number) => {
  const shapes = parts.map((i) => op.sizes(i));
  if (shapes.length === 0) throw new InputError("there is nothing to join.");
  const axis = axisOf(given, shapes[0].length);
  for (const shape of shapes)
    if (
      shape.length !== shapes[0].length ||
      shape.some((s, i) => i !== axis && Math.abs(s - shapes[0][i]) > 0)
    )
      throw new InputError(`${shown(shapes[0])} and ${shown(shape)} cannot be joined along axis ${axis}.`);
  const total = shapes.reduce((sum, shape) => sum + shape[axis], 0);
  const effect = copied(
    op,
    shapes[0].map((s, i) => (i === axis ? total : s)),
    parts[0],
  );
  const values = parts.map((i) => op.input(i).value);
  if (shapes[0].length !== 1 || !values.every((list) => list !== undefined)) return effect;
  return view({ ...effect.outputs[0], value: values.flat() });
};
const upTo = (count: number): readonly number[] => Array.from({ length: Math.max(0, count) }, (_, i) => i);
const concatV2: TfRule = (op) => joined(op, upTo(op.inputs.length - 1), op.values(-1)[0]);
const concat: TfRule = (op) => joined(op, upTo(op.inputs.length).slice(1), op.values(0)[0]);

const pack: TfRule = (op) => {
  const shape = op.sizes(0);
  const axis = axisOf(op.int("axis", 0), shape.length + 1);
  const stacked = [...shape.slice(0, axis), op.inputs.length, ...shape.slice(axis)];
  const values = op.inputs.map(({ value }) => value);
  if (shape.length === 0 && values.every((list) => list !== undefined))
    return view({ element: op.input(0).element, shape: stacked, value: values.flat() });
  return copied(op, stacked);
};

const unpack: TfRule = (op) => {
  const shape = op.sizes(0);
  const axis = axisOf(op.int("axis", 0), shape.length);
  const part: Tensor = { element: op.input(0).element, shape: shape.filter((_, i) => i !== axis) };
  return { outputs: Array.from({ length: shape[axis] }, () => part), flops: 0 };
};

/** Inputs: axis, data. */
const split: TfRule = (op) => {
  const shape = op.shape(1);
  const axis = axisOf(op.values(0)[0], shape.length);
  const parts = op.int("num_split", 1);
  if (!(parts >= 1) || shape[axis] % parts !== 0)
    throw new InputError(`axis ${axis} of ${shown(shape)} does not split into ${parts} parts.`);
  const part: Tensor = {
    element: op.input(1).element,
    shape: shape.map((s, i) => (i === axis ? s / parts : s)),
  };
  return { outputs: Array.from({ length: parts }, () => part), flops: 0 };
};

const pad: TfRule = (op) => {
  const shape = op.sizes(0);
  const pads = op.values(1);
  if (pads.length !== 2 * shape.length)
    throw new InputError(`paddings has ${pads.length} numbers for ${shape.length} axes.`);
  return copied(
    op,
    shape.map((s, i) => s + pads[2 * i] + pads[2 * i + 1]),
  );
};

const slice: TfRule = (op) => {
  const shape = op.shape(0);
  const [begin, size] = [op.values(1), op.values(2)];
  if (size.length !== shape.length) throw new InputError(`${size.length} sizes for ${shape.length} axes.`);
  return copied(
    op,
    size.map((s, i) => (s === -1 ? shape[i] - begin[i] : s)),
  );
};

/** For slices without ellipsis and new axes, whose masks are 0. */
const stridedSlice: TfRule = (op) => {
  const shape = op.sizes(0);
  const [begin, end, strides] = [op.values(1), op.values(2), op.values(3)];
  if (op.int("ellipsis_mask", 0) !== 0 || op.int("new_axis_mask", 0) !== 0 || begin.length > shape.length)
    return { outputs: [{ element: op.input(0).element, shape: null }], flops: 0 };
  const bit = (mask: string, axis: number) => Math.floor(op.int(mask, 0) / 2 ** axis) % 2 === 1;
  const cuts = begin.map((from, axis) => {
    if (bit("shrink_axis_mask", axis)) return { first: from < 0 ? from + shape[axis] : from, length: 1 };
    const forward = strides[axis] > 0;
    const low = bit("begin_mask", axis) ? (forward ? 0 : shape[axis] - 1) : from;
    const high = bit("end_mask", axis) ? (forward ? shape[axis] : -shape[axis] - 1) : end[axis];
    return sliceRange(shape[axis], low, high, strides[axis]);
  });
  const sizes = shape.map((s, axis) => cuts[axis]?.length ?? s);
  const effect = copied(
    op,
    sizes.filter((_, axis) => !(axis < begin.length && bit("shrink_axis_mask", axis))),
  );
  const { value } = op.input(0);
  if (value === undefined || shape.length !== 1) return effect;
  const picked = Array.from({ length: cuts[0].length }, (_, i) => value[cuts[0].first + i * strides[0]]);
  return view({ ...effect.outputs[0], value: picked });
};

/** Reads the rows that it returns, and the indices. The data can be the handle of a variable. */
const gather: TfRule = (op) => {
  const shape = op.sizes(0);
  const batches = op.int("batch_dims", 0);
  const axis = op.inputs.length > 2 ? axisOf(op.values(2)[0], shape.length) : Math.max(0, batches);
  const indices = op.sizes(1);
  const rows = [...shape.slice(0, axis), ...indices.slice(Math.max(0, batches)), ...shape.slice(axis + 1)];
  const element = op.type === "ResourceGather" ? op.element("dtype") : op.input(0).element;
  const [from, picked] = [op.input(0).value, op.input(1).value];
  if (from !== undefined && picked !== undefined && shape.length === 1 && batches === 0)
    return view({ element, shape: rows, value: picked.map((i) => from[i] ?? Number.NaN) });
  const touched = 2 * bytesOfShape(element, rows) + bytesOf(op.input(1));
  return { outputs: [{ element, shape: rows }], flops: 0, bytesTouched: touched };
};

const gatherNd: TfRule = (op) => {
  const [shape, indices] = [op.sizes(0), op.sizes(1)];
  const depth = indices.at(-1) ?? 0;
  const element = op.type.startsWith("Resource") ? op.element("dtype") : op.input(0).element;
  const rows = [...indices.slice(0, -1), ...shape.slice(depth)];
  return {
    outputs: [{ element, shape: rows }],
    flops: 0,
    bytesTouched: 2 * bytesOfShape(element, rows) + bytesOf(op.input(1)),
  };
};

const tile: TfRule = (op) => {
  const [shape, repeats] = [op.sizes(0), op.values(1)];
  return copied(
    op,
    shape.map((s, i) => s * (repeats[i] ?? 1)),
  );
};

const fill: TfRule = (op) => {
  const shape = op.sizesIn(0);
  return { outputs: [{ element: op.input(1).element, shape }], flops: 0 };
};

const oneHot: TfRule = (op) => copied(op, [...op.shape(0), op.values(1)[0]], 2);

const range: TfRule = (op) => {
  const [start, limit, step] = [0, 1, 2].map((i) => op.values(i)[0]);
  const length = Math.max(0, Math.ceil((limit - start) / step));
  if (!Number.isFinite(length))
    throw new InputError(`a range from ${start} to ${limit} by ${step} has no end.`);
  const value = length > MOST_VALUES ? undefined : upTo(length).map((i) => start + i * step);
  return view({ element: op.input(0).element, shape: [length], ...(value && { value }) });
};

const resize: TfRule = (op) => {
  const [batch, , , channels] = op.ofRank(0, 4);
  const [height, width] = op.values(1);
  const shape = [batch, height, width, channels];
  const isCopy = op.type === "ResizeNearestNeighbor";
  return { outputs: [{ element: op.input(0).element, shape }], flops: isCopy ? 0 : 8 * elements(shape) };
};

export const layoutRules: Readonly<Record<string, TfRule>> = {
  ...named("Identity IdentityN StopGradient PreventGradient Snapshot PlaceholderWithDefault", identity),
  ReadVariableOp: readVariable,
  Reshape: reshape,
  Squeeze: squeeze,
  ExpandDims: expandDims,
  Shape: shapeOf,
  ShapeN: (op) => ({
    outputs: op.inputs.map((_, i) => ({ element: "int32", shape: [op.sizes(i).length], value: op.sizes(i) })),
    flops: 0,
    bytesTouched: 0,
  }),
  Transpose: transpose,
  ConcatV2: concatV2,
  Concat: concat,
  Pack: pack,
  Unpack: unpack,
  Split: split,
  ...named("Pad PadV2 MirrorPad", pad),
  Slice: slice,
  StridedSlice: stridedSlice,
  ...named("Gather GatherV2 ResourceGather", gather),
  ...named("GatherNd ResourceGatherNd", gatherNd),
  Tile: tile,
  Fill: fill,
  OneHot: oneHot,
  Range: range,
  ...named("ResizeBilinear ResizeNearestNeighbor ResizeBicubic", resize),
};
