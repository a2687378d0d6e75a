/**
 * Ops that see the same data in another shape or order. Those that keep the order move nothing.
 * Semantics: onnx/docs/Operators.md.
 */
import { InputError } from "../../../../env/model/errors.ts";
import { axisOf, broadcast, reshaped, withNewAxes, withoutAxes } from "../../tensors/shapes.ts";
import { elements, type Shape, shown, type Tensor } from "../../tensors/tensor.ts";
import type { OnnxOp, Rule } from "../onnx-op.ts";

/** A view: no byte is read or written. */
const view = (op: OnnxOp, shape: Shape) => ({
  outputs: [{ element: op.input(0).element, shape }],
  flops: 0,
  bytesTouched: 0,
});

const moved = (op: OnnxOp, shape: Shape) => ({
  outputs: [{ element: op.input(0).element, shape }],
  flops: 0,
});

const reshape: Rule = (op) => {
  const input = op.shape(0);
  const wanted = op.ints("shape") ?? op.values(1);
  const keepsZero = op.int("allowzero", 0) === 0;
  const sizes = wanted.map((size, axis) => (size === 0 && keepsZero ? (input[axis] ?? 0) : size));
  return view(op, reshaped(input, sizes));
};

const flatten: Rule = (op) => {
  const shape = op.shape(0);
  const given = op.int("axis", 1);
  const axis = given === shape.length ? given : axisOf(given, Math.max(1, shape.length));
  return view(op, [elements(shape.slice(0, axis)), elements(shape.slice(axis))]);
};

const squeeze: Rule = (op) => {
  const shape = op.shape(0);
  const axes = op.axes(1) ?? shape.flatMap((size, axis) => (size === 1 ? [axis] : []));
  const removed = new Set(axes.map((axis) => axisOf(axis, shape.length)));
  for (const axis of removed)
    if (shape[axis] !== 1)
      throw new InputError(
        `axis ${axis} of ${shown(shape)} has more than one element and cannot be squeezed.`,
      );
  return view(op, withoutAxes(shape, removed));
};

const unsqueeze: Rule = (op) => view(op, withNewAxes(op.shape(0), op.axes(1) ?? []));

const transpose: Rule = (op) => {
  const shape = op.shape(0);
  const order = op.ints("perm") ?? shape.map((_, axis) => shape.length - 1 - axis);
  if (
    order.length !== shape.length ||
    new Set(order.map((axis) => axisOf(axis, shape.length))).size !== shape.length
  )
    throw new InputError(`perm is ${shown(order)}, no order of the axes of ${shown(shape)}.`);
  return moved(
    op,
    order.map((axis) => shape[axisOf(axis, shape.length)]),
  );
};

const shapeOf: Rule = (op) => {
  const shape = op.shape(0);
  const end = op.int("end", shape.length);
  const value = shape.slice(op.int("start", 0), end);
  return {
    outputs: [{ element: "int64", shape: [value.length], value }],
    flops: 0,
    bytesTouched: 0,
  };
};

const size: Rule = (op) => ({
  outputs: [{ element: "int64", shape: [], value: [op.elements(0)] }],
  flops: 0,
  bytesTouched: 0,
});

const expand: Rule = (op) => moved(op, broadcast([op.shape(0), op.values(1)]));

const blocks =
  (grow: (shape: Shape, block: number) => Shape): Rule =>
  (op) => {
    const shape = grow(op.rankedShape(0, 4), op.int("blocksize", 1));
    if (shape.some((axis) => !Number.isInteger(axis)))
      throw new InputError(`blocks of ${op.int("blocksize", 1)} do not divide ${shown(op.shape(0))}.`);
    return moved(op, shape);
  };

/** The same bits under another name or type. */
const identity: Rule = (op) => {
  const { element, shape, items } = op.input(0);
  return items === undefined ? view(op, op.shape(0)) : held({ element, shape, items });
};

const held = (tensor: Tensor) => ({ outputs: [tensor], flops: 0, bytesTouched: 0 });

const bitCast: Rule = (op) =>
  held({ element: op.elementType("to", op.input(0).element), shape: op.shape(0) });

/** ONNX Runtime gives the new axis as an input. */
const expandDims: Rule = (op) => view(op, withNewAxes(op.shape(0), [op.values(1)[0]]));

/** These move nothing. */
export const viewRules: Readonly<Record<string, Rule>> = {
  Identity: identity,
  BitCast: bitCast,
  Reshape: reshape,
  Flatten: flatten,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  ExpandDims: expandDims,
  Shape: shapeOf,
  Size: size,
};

export const layoutRules: Readonly<Record<string, Rule>> = {
  Transpose: transpose,
  Expand: expand,
  DepthToSpace: blocks(([n, c, h, w], b) => [n, c / (b * b), h * b, w * b]),
  SpaceToDepth: blocks(([n, c, h, w], b) => [n, c * b * b, h / b, w / b]),
};
