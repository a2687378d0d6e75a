/**
 * Lists of tensors, in which loops of TF 2 keep what they read and make. A list is a handle with
 * the shape [length, sizes of an element ...]; its bytes are those of the elements that move.
 */
import { bytesOfShape, type Effect, elements, type Shape, type Tensor } from "../../tensors/tensor.ts";
import type { TfOp, TfRule } from "../tf-op.ts";

const UNKNOWN_SIZE = Number.NaN;
const handle = (shape: Shape | null): Tensor => ({ element: "resource", shape });

/** The shape of an element as a number for each axis, -1 for unknown ones; one -1 is any rank. */
function elementShape(op: TfOp, i: number): Shape | null {
  const { value, shape } = op.input(i);
  if (value === undefined || shape === null || shape.length === 0) return null;
  return value.map((size) => (size === -1 ? UNKNOWN_SIZE : size));
}

const list = (length: number, element: Shape | null): Effect => ({
  outputs: [handle(element === null ? null : [length, ...element])],
  flops: 0,
  bytesTouched: 0,
});

const reserve: TfRule = (op) => list(op.input(1).value?.[0] ?? UNKNOWN_SIZE, elementShape(op, 0));
const empty: TfRule = (op) => list(0, elementShape(op, 0));

const fromTensor: TfRule = (op) => ({ outputs: [handle(op.sizes(0))], flops: 0, bytesTouched: 0 });

/** Inputs: list, index, element. */
const setItem: TfRule = (op) => {
  const { shape, element } = op.input(2);
  const length = op.input(0).shape?.[0] ?? UNKNOWN_SIZE;
  const moved = shape === null ? UNKNOWN_SIZE : 2 * bytesOfShape(element, shape);
  return { ...list(length, shape ?? op.input(0).shape?.slice(1) ?? null), bytesTouched: moved };
};

/** Inputs: list, element. */
const pushBack: TfRule = (op) => {
  const { shape, element } = op.input(1);
  const length = (op.input(0).shape?.[0] ?? UNKNOWN_SIZE) + 1;
  return {
    ...list(length, shape),
    bytesTouched: shape === null ? UNKNOWN_SIZE : 2 * bytesOfShape(element, shape),
  };
};

/** The element that the list holds, else the one that the op declares. */
function item(op: TfOp, declared: number): Tensor {
  const held = op.input(0).shape?.slice(1) ?? null;
  const shape = held !== null && !held.some(Number.isNaN) ? held : (elementShape(op, declared) ?? held);
  return { element: op.element("element_dtype"), shape };
}

const moved = ({ element, shape }: Tensor): number =>
  shape === null ? UNKNOWN_SIZE : 2 * bytesOfShape(element, shape);

const getItem: TfRule = (op) => {
  const output = item(op, 2);
  return { outputs: [output], flops: 0, bytesTouched: moved(output) };
};

const popBack: TfRule = (op) => {
  const output = item(op, 1);
  return { outputs: [handle(op.input(0).shape), output], flops: 0, bytesTouched: moved(output) };
};

const stack: TfRule = (op) => {
  const each = item(op, 1);
  const declared = op.int("num_elements", -1);
  const length = declared >= 0 ? declared : (op.input(0).shape?.[0] ?? UNKNOWN_SIZE);
  const output = { ...each, shape: each.shape === null ? null : [length, ...each.shape] };
  return { outputs: [output], flops: 0, bytesTouched: moved(output) };
};

const concat: TfRule = (op) => {
  const each = item(op, 1);
  const length = op.input(0).shape?.[0] ?? UNKNOWN_SIZE;
  const shape = each.shape === null ? null : [length * (each.shape[0] ?? 1), ...each.shape.slice(1)];
  const lengths: Tensor = { element: "int64", shape: [length] };
  return { outputs: [{ ...each, shape }, lengths], flops: 0, bytesTouched: moved({ ...each, shape }) };
};

const length: TfRule = (op) => {
  const size = op.input(0).shape?.[0] ?? UNKNOWN_SIZE;
  return { outputs: [{ element: "int32", shape: [], value: [size] }], flops: 0, bytesTouched: 0 };
};

const split: TfRule = (op) => {
  const shape = op.sizes(0);
  const count = elements(op.sizes(2));
  return list(count, elementShape(op, 1) ?? [UNKNOWN_SIZE, ...shape.slice(1)]);
};

export const listRules: Readonly<Record<string, TfRule>> = {
  TensorListReserve: reserve,
  EmptyTensorList: empty,
  TensorListFromTensor: fromTensor,
  TensorListSetItem: setItem,
  TensorListPushBack: pushBack,
  TensorListGetItem: getItem,
  TensorListPopBack: popBack,
  TensorListStack: stack,
  TensorListConcat: concat,
  TensorListConcatV2: concat,
  TensorListLength: length,
  TensorListSplit: split,
  TensorListResize: (op) => list(op.input(1).value?.[0] ?? UNKNOWN_SIZE, op.input(0).shape?.slice(1) ?? null),
};
