/**
 * Ops that pick, join, repeat or make elements. They read only what they copy. Semantics:
 * onnx/docs/Operators.md.
 */
import { InputError } from "../../../../env/model/errors.ts";
import { axisOf, sliceRange } from "../../tensors/shapes.ts";
import { bytesOfShape, elements, MOST_VALUES, type Shape, shown } from "../../tensors/tensor.ts";
import type { OnnxOp, Rule } from "../onnx-op.ts";

/** It reads as much as it writes. */
function copy(op: OnnxOp, shape: Shape, source = 0) {
  const { element } = op.input(source);
  return { outputs: [{ element, shape }], flops: 0, bytesTouched: 2 * bytesOfShape(element, shape) };
}

const gather: Rule = (op) => {
  const shape = op.rankedShape(0, 1);
  const axis = axisOf(op.int("axis", 0), shape.length);
  return copy(op, [...shape.slice(0, axis), ...op.shape(1), ...shape.slice(axis + 1)]);
};

const gatherND: Rule = (op) => {
  const shape = op.rankedShape(0, 1);
  const indices = op.rankedShape(1, 1);
  const batch = op.int("batch_dims", 0);
  return copy(op, [...indices.slice(0, -1), ...shape.slice(batch + (indices.at(-1) as number))]);
};

const slice: Rule = (op) => {
  const shape = op.shape(0);
  const starts = op.ints("starts") ?? op.values(1);
  const ends = op.ints("ends") ?? op.values(2);
  const axes = op.ints("axes") ?? op.valuesOrNone(3) ?? starts.map((_, i) => i);
  const steps = op.valuesOrNone(4) ?? starts.map(() => 1);
  if (ends.length !== starts.length || axes.length !== starts.length || steps.length !== starts.length)
    throw new InputError("starts, ends, axes and steps differ in length.");
  const sizes = [...shape];
  axes.forEach((given, i) => {
    const axis = axisOf(given, shape.length);
    sizes[axis] = sliceRange(shape[axis], starts[i], ends[i], steps[i]).length;
  });
  return copy(op, sizes);
};

const split: Rule = (op) => {
  const shape = op.rankedShape(0, 1);
  const axis = axisOf(op.int("axis", 0), shape.length);
  const parts = Math.max(1, op.outputCount);
  const even = Math.ceil(shape[axis] / parts);
  const lengths =
    op.ints("split") ??
    op.valuesOrNone(1) ??
    Array.from({ length: parts }, (_, i) => Math.max(0, Math.min(even, shape[axis] - i * even)));
  if (lengths.length !== parts || lengths.reduce((all, length) => all + length, 0) !== shape[axis])
    throw new InputError(
      `parts of ${shown(lengths)} are not the ${parts} parts of axis ${axis} of ${shown(shape)}.`,
    );
  const { element } = op.input(0);
  return {
    outputs: lengths.map((length) => ({ element, shape: shape.map((s, i) => (i === axis ? length : s)) })),
    flops: 0,
  };
};

const concat: Rule = (op) => {
  const shapes = op.inputs.map((_, i) => op.rankedShape(i, 1));
  if (shapes.length === 0) throw new InputError("there is nothing to join.");
  const axis = axisOf(op.int("axis", op.opset < 4 ? 1 : 0), shapes[0].length);
  for (const shape of shapes)
    if (shape.length !== shapes[0].length || shape.some((s, i) => i !== axis && s !== shapes[0][i]))
      throw new InputError(`${shown(shapes[0])} and ${shown(shape)} cannot be joined along axis ${axis}.`);
  const joined = shapes.reduce((total, shape) => total + shape[axis], 0);
  return copy(
    op,
    shapes[0].map((s, i) => (i === axis ? joined : s)),
  );
};

const pad: Rule = (op) => {
  const shape = op.shape(0);
  const pads = op.ints("pads") ?? op.ints("paddings") ?? op.values(1);
  const axes = (op.valuesOrNone(3) ?? shape.map((_, i) => i)).map((axis) => axisOf(axis, shape.length));
  if (pads.length !== 2 * axes.length)
    throw new InputError(`pads has ${pads.length} numbers, expected ${2 * axes.length}.`);
  const sizes = [...shape];
  axes.forEach((axis, i) => {
    sizes[axis] += pads[i] + pads[i + axes.length];
  });
  if (sizes.some((s) => s < 0)) throw new InputError(`the result would have the shape ${shown(sizes)}.`);
  return copy(op, sizes);
};

const tile: Rule = (op) => {
  const shape = op.shape(0);
  // Before opset 6: how often, and along which axis.
  if (op.inputs.length === 3) {
    const axis = axisOf(op.values(2)[0], shape.length);
    return copy(
      op,
      shape.map((s, i) => (i === axis ? s * op.values(1)[0] : s)),
    );
  }
  const repeats = op.values(1);
  if (repeats.length !== shape.length)
    throw new InputError(`${repeats.length} repeats for the ${shape.length} axes of ${shown(shape)}.`);
  return copy(
    op,
    shape.map((s, i) => s * repeats[i]),
  );
};

const resize: Rule = (op) => {
  const shape = op.shape(0);
  const isUpsample = op.type === "Upsample";
  const sizes = isUpsample ? null : nonEmpty(op, 3);
  const scales =
    op.floats("scales") ?? planeScales(op) ?? nonEmpty(op, isUpsample || op.inputs.length === 2 ? 1 : 2);
  const factors = sizes ?? scales ?? [];
  if (factors.length !== shape.length)
    throw new InputError(
      `${factors.length} scales or sizes for the ${shape.length} axes of ${shown(shape)}.`,
    );
  const result = sizes ?? shape.map((s, i) => Math.floor(s * factors[i]));
  // Linear interpolation takes two multiply-adds along each axis that it stretches.
  const isCopy = op.text("mode", "nearest") === "nearest";
  return {
    outputs: [{ element: op.input(0).element, shape: result }],
    flops: isCopy ? 0 : 8 * elements(result),
  };
};

/** The two factors of the first version of `Upsample`. */
function planeScales(op: OnnxOp): readonly number[] | null {
  const [height, width] = [op.float("height_scale"), op.float("width_scale")];
  return height === null || width === null ? null : [1, 1, height, width];
}

const nonEmpty = (op: OnnxOp, i: number): readonly number[] | null =>
  op.has(i) && elements(op.shape(i)) > 0 ? op.values(i) : null;

const oneHot: Rule = (op) => {
  const shape = op.shape(0);
  const [depth] = op.values(1);
  const axis = axisOf(op.int("axis", -1), shape.length + 1);
  return copy(op, [...shape.slice(0, axis), depth, ...shape.slice(axis)], 2);
};

const range: Rule = (op) => {
  const [start] = op.values(0);
  const [limit] = op.values(1);
  const [step] = op.values(2);
  const count = Math.max(0, Math.ceil((limit - start) / step));
  if (!Number.isFinite(count))
    throw new InputError(`a range from ${start} to ${limit} by ${step} has no end.`);
  const value = count <= MOST_VALUES ? Array.from({ length: count }, (_, i) => start + i * step) : undefined;
  return { outputs: [{ element: op.input(0).element, shape: [count], ...(value && { value }) }], flops: 0 };
};

const constantOfShape: Rule = (op) => {
  const shape = op.values(0);
  if (shape.some((s) => s < 0)) throw new InputError(`the result would have the shape ${shown(shape)}.`);
  const fill = op.tensor("value") ?? { element: "float32" as const, value: [0] };
  const count = elements(shape);
  const known = fill.value !== undefined && count <= MOST_VALUES;
  const value = known ? Array.from({ length: count }, () => fill.value?.[0] ?? 0) : undefined;
  return { outputs: [{ element: fill.element, shape, ...(value && { value }) }], flops: 0 };
};

const sameAsData: Rule = (op) => copy(op, op.shape(0));

export const selectionRules: Readonly<Record<string, Rule>> = {
  Gather: gather,
  GatherElements: (op) => copy(op, op.shape(1)),
  GatherND: gatherND,
  ScatterElements: sameAsData,
  Scatter: sameAsData,
  ScatterND: sameAsData,
  ReverseSequence: sameAsData,
  Slice: slice,
  Split: split,
  Concat: concat,
  Pad: pad,
  Tile: tile,
  Resize: resize,
  Upsample: resize,
  OneHot: oneHot,
  Range: range,
  ConstantOfShape: constantOfShape,
};
