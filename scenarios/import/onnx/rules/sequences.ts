/**
 * Sequences and optional values. A sequence holds its tensors: to put one in, to take one out or to
 * count them moves no byte. Joining and splitting do. Semantics: onnx/docs/Operators.md.
 */
import { InputError } from "../../../../env/model/errors.ts";
import { axisOf, withNewAxes, withoutAxes } from "../../tensors/shapes.ts";
import { bytesOf, type Effect, type Tensor, UnknownTensor } from "../../tensors/tensor.ts";
import type { OnnxOp, Rule } from "../onnx-op.ts";

const held = (...outputs: readonly Tensor[]): Effect => ({ outputs, flops: 0, bytesTouched: 0 });

/** Longer sequences are not followed tensor by tensor. */
const MOST_ITEMS = 4096;

function sequenceOf(items: readonly Tensor[], element: Tensor["element"]): Tensor {
  if (items.some((item) => item.items !== undefined))
    throw new InputError("a sequence holds a sequence, expected tensors.");
  if (items.length > MOST_ITEMS) throw new UnknownTensor("a long sequence");
  return { element: items[0]?.element ?? element, shape: null, items };
}

/** The place in a sequence, also from its end; null where it depends on data. */
function placeIn(op: OnnxOp, input: number, length: number, fallback: number): number | null {
  if (!op.has(input)) return fallback;
  const [given] = op.input(input).value ?? [];
  if (given === undefined) return null;
  const place = given < 0 ? given + length : given;
  if (!Number.isInteger(place) || place < 0 || place > length)
    throw new InputError(`position ${given} is not in a sequence of ${length} tensors.`);
  return place;
}

const at: Rule = (op) => {
  const items = op.items(0);
  const place = placeIn(op, 1, items.length, 0);
  if (place !== null && place < items.length) return held(items[place]);
  const [first] = items;
  const isAlike = first !== undefined && items.every(({ shape }) => `${shape}` === `${first.shape}`);
  if (!isAlike) throw new UnknownTensor("which tensor of a sequence is taken");
  return held({ ...first, value: undefined });
};

const insert: Rule = (op) => {
  const items = op.items(0);
  const place = placeIn(op, 2, items.length, items.length) ?? items.length;
  return held(
    sequenceOf([...items.slice(0, place), op.input(1), ...items.slice(place)], op.input(1).element),
  );
};

const erase: Rule = (op) => {
  const items = op.items(0);
  const last = items.length - 1;
  const place = placeIn(op, 1, items.length, last);
  if (place === null && items.some(({ shape }) => `${shape}` !== `${items[0].shape}`))
    throw new UnknownTensor("which tensor of a sequence is erased");
  return held(
    sequenceOf(
      items.filter((_, i) => i !== (place ?? last)),
      op.input(0).element,
    ),
  );
};

/** Parts as long as `split` says, else of one element each, without their axis if wanted. */
const split: Rule = (op) => {
  const shape = op.rankedShape(0, 1);
  const axis = axisOf(op.int("axis", 0), shape.length);
  const { element } = op.input(0);
  const lengths = partLengths(op, shape[axis]);
  const isSqueezed = !op.has(1) && op.int("keepdims", 1) === 0;
  const items = lengths.map((length): Tensor => {
    const part = shape.map((size, i) => (i === axis ? length : size));
    return { element, shape: isSqueezed ? withoutAxes(part, new Set([axis])) : part };
  });
  return { outputs: [sequenceOf(items, element)], flops: 0 };
};

function partLengths(op: OnnxOp, size: number): readonly number[] {
  const parts = (count: number, lengthOf: (i: number) => number) => {
    if (!(count <= MOST_ITEMS)) throw new UnknownTensor("a long sequence");
    return Array.from({ length: count }, (_, i) => lengthOf(i));
  };
  if (!op.has(1)) return parts(size, () => 1);
  const given = op.values(1);
  if (op.shape(1).length > 0) return given;
  const [length] = given;
  if (!(length > 0)) throw new InputError(`parts of ${length} elements cannot be made.`);
  return parts(Math.ceil(size / length), (i) => Math.min(length, size - i * length));
}

const join: Rule = (op) => {
  const items = op.items(0);
  if (items.length === 0) throw new InputError("there is nothing to join.");
  const shapes = items.map(({ shape }) => {
    if (shape === null) throw new UnknownTensor("shape of a tensor of a sequence");
    return shape;
  });
  const isStacked = op.int("new_axis", 0) === 1;
  const rank = shapes[0].length + (isStacked ? 1 : 0);
  const axis = axisOf(op.int("axis", 0), rank);
  const parts = isStacked ? shapes.map((shape) => withNewAxes(shape, [axis])) : shapes;
  const length = parts.reduce((total, shape) => total + shape[axis], 0);
  const joined = parts[0].map((size, i) => (i === axis ? length : size));
  return {
    outputs: [{ element: items[0].element, shape: joined }],
    flops: 0,
    bytesTouched: 2 * bytesOf(op.input(0)),
  };
};

const optional: Rule = (op) => (op.has(0) ? held(op.input(0)) : held(sequenceOf([], "float32")));

/** An empty optional value is a sequence of no tensors. */
const hasElement: Rule = (op) => {
  const isKnown = !op.has(0) || op.input(0).items?.length !== 0;
  return held({ element: "bool", shape: [], ...(isKnown && { value: [op.has(0) ? 1 : 0] }) });
};

/** These move nothing. */
export const sequenceViews: Readonly<Record<string, Rule>> = {
  SequenceConstruct: (op) =>
    held(
      sequenceOf(
        op.inputs.map((_, i) => op.input(i)),
        "float32",
      ),
    ),
  SequenceEmpty: (op) => held(sequenceOf([], op.elementType("dtype", "float32"))),
  SequenceInsert: insert,
  SequenceErase: erase,
  SequenceAt: at,
  SequenceLength: (op) => held({ element: "int64", shape: [], value: [op.items(0).length] }),
  Optional: optional,
  OptionalGetElement: (op) => held(op.input(0)),
  OptionalHasElement: hasElement,
};

export const sequenceRules: Readonly<Record<string, Rule>> = {
  SplitToSequence: split,
  ConcatFromSequence: join,
};
