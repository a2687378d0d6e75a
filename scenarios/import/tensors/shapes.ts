/**
 * Shape arithmetic that ONNX and TensorFlow share. Sizes that do not fit are an `InputError`
 * without the op's name.
 */
import { InputError } from "../../../env/model/errors.ts";
import { type Shape, shown } from "./tensor.ts";

/**
 * The common shape of numpy's broadcasting: sizes align at the end, and a size of 1 stretches. An
 * unknown size, which is NaN, beside a known one above 1 is that one.
 */
export function broadcast(shapes: readonly Shape[]): Shape {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    let size = 1;
    for (const shape of shapes) {
      const own = shape[axis - rank + shape.length] ?? 1;
      if (own === 1 || own === size || (Number.isNaN(own) && size !== 1)) continue;
      if (size !== 1 && !Number.isNaN(size))
        throw new InputError(`inputs of shapes ${shapes.map(shown).join(" and ")} do not fit together.`);
      size = own;
    }
    return size;
  });
}

/** An axis counted from the front; negative ones count from the end. */
export function axisOf(axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || positive < 0 || positive >= rank)
    throw new InputError(`axis is ${axis}, but there are ${rank} axes.`);
  return positive;
}

export interface Product {
  readonly shape: Shape;
  /** Multiply-adds. */
  readonly multiplyAdds: number;
}

/**
 * Matrix product over the last two axes, as numpy's `matmul`: vectors gain an axis, leading axes
 * broadcast. An unknown inner size, which is NaN, is that of the other matrix.
 */
export function matrixProduct(a: Shape, b: Shape): Product {
  if (a.length === 0 || b.length === 0)
    throw new InputError(`a matrix product needs two matrices, found ${shown(a)} and ${shown(b)}.`);
  const left = a.length === 1 ? [1, ...a] : a;
  const right = b.length === 1 ? [...b, 1] : b;
  const [rows, inner] = left.slice(-2);
  const [innerOfRight, columns] = right.slice(-2);
  if (Math.abs(inner - innerOfRight) > 0)
    throw new InputError(`the matrices ${shown(a)} and ${shown(b)} have no common inner size.`);
  const batch = broadcast([left.slice(0, -2), right.slice(0, -2)]);
  const shape = [...batch, ...(a.length === 1 ? [] : [rows]), ...(b.length === 1 ? [] : [columns])];
  const known = Number.isNaN(inner) ? innerOfRight : inner;
  return { shape, multiplyAdds: batch.reduce((all, size) => all * size, 1) * rows * known * columns };
}

/**
 * The shape that `wanted` describes for a number of elements. One size may be -1, and with `keep` a
 * 0 copies the input's size.
 */
export function reshaped(input: Shape, wanted: readonly number[]): Shape {
  const total = input.reduce((all, size) => all * size, 1);
  const known = wanted.reduce((all, size) => (size === -1 ? all : all * size), 1);
  const open = wanted.filter((size) => size === -1).length;
  const rest = open === 0 ? 1 : known === 0 ? 0 : total / known;
  const isWhole = Number.isInteger(rest) && wanted.every((size) => Number.isInteger(size) && size >= -1);
  if (open > 1 || !isWhole || (known === 0 ? total !== 0 : known * rest !== total))
    throw new InputError(`${total} elements of shape ${shown(input)} do not fit the shape ${shown(wanted)}.`);
  return wanted.map((size) => (size === -1 ? rest : size));
}

/**
 * The number of places where a window of `kernel` elements, `dilation` apart, fits into `size`
 * elements and their padding. NaN, an unknown size, has an unknown number.
 */
export function windowsIn(
  size: number,
  window: { kernel: number; stride: number; dilation: number; padding: number },
  round: (value: number) => number = Math.floor,
): number {
  const { kernel, stride, dilation, padding } = window;
  if (Number.isNaN(size)) return size;
  const reach = dilation * (kernel - 1) + 1;
  const count = round((size + padding - reach) / stride) + 1;
  if (!(stride > 0) || !(kernel > 0) || !Number.isInteger(count) || count < 1)
    throw new InputError(
      `a window of ${kernel} (dilation ${dilation}, stride ${stride}) does not fit ${size} elements with ${padding} of padding.`,
    );
  return count;
}

/** Removes the axes, or keeps them with size 1. */
export function withoutAxes(shape: Shape, axes: ReadonlySet<number>): Shape {
  return shape.filter((_, axis) => !axes.has(axis));
}

export function withOnes(shape: Shape, axes: ReadonlySet<number>): Shape {
  return shape.map((size, axis) => (axes.has(axis) ? 1 : size));
}

/** Inserts axes of size 1 at the given places of the result. */
export function withNewAxes(shape: Shape, axes: readonly number[]): Shape {
  const rank = shape.length + axes.length;
  const places = new Set(axes.map((axis) => axisOf(axis, rank)));
  const sizes = [...shape];
  return Array.from({ length: rank }, (_, axis) => (places.has(axis) ? 1 : (sizes.shift() ?? 1)));
}

/** The elements that a slice from `start` to `end` takes of `size`, counted as in Python. */
export function sliceRange(
  size: number,
  start: number,
  end: number,
  step: number,
): { first: number; length: number } {
  if (!Number.isInteger(step) || step === 0) throw new InputError(`a slice has the step ${step}.`);
  const clamp = (at: number, low: number, high: number) =>
    Math.min(high, Math.max(low, at < 0 ? at + size : at));
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const first = clamp(start, low, high);
  const last = clamp(end, low, high);
  return { first, length: Math.max(0, Math.ceil((last - first) / step)) };
}
