/**
 * Shapes of HLO text: `f32[8,128]{1,0:T(8,128)}`, tuples `(f32[2], s32[])`, and shapes without data
 * such as `token[]`. Layouts are skipped. A bounded dynamic size (`<=10`) counts as its bound, an
 * unbounded one (`?`) as 1.
 */
import type { Scanner } from "./scanner.ts";

export interface ArrayShape {
  readonly kind: "array";
  readonly dtype: string;
  readonly dims: readonly number[];
  /** Whether a size is `?`. */
  readonly isUnbounded: boolean;
}
export interface TupleShape {
  readonly kind: "tuple";
  readonly parts: readonly Shape[];
}
export type Shape = ArrayShape | TupleShape;

/** Deeper tuples of tuples are refused. */
const DEEPEST = 64;
const bitsOf: Readonly<Record<string, number>> = { pred: 8, token: 0, opaque: 0, c64: 64, c128: 128 };

/** Bits of an element: the number in the type's name. The types below have names without it. */
function elementBits(dtype: string): number {
  if (Object.hasOwn(bitsOf, dtype)) return bitsOf[dtype];
  return Number(/^(?:[sufb]|bf)(\d+)/.exec(dtype)?.[1] ?? 0);
}

export const elementsOf = ({ dims }: ArrayShape): number => dims.reduce((product, size) => product * size, 1);

export function bytesOf(shape: Shape): number {
  if (shape.kind === "tuple") return leavesOf(shape).reduce((sum, leaf) => sum + bytesOf(leaf), 0);
  return Math.ceil((elementsOf(shape) * elementBits(shape.dtype)) / 8);
}

/** Arrays of a shape in order: output ports of an instruction. */
export function leavesOf(shape: Shape): readonly ArrayShape[] {
  return shape.kind === "array" ? [shape] : shape.parts.flatMap(leavesOf);
}

/** The first array: what an instruction mainly computes. */
export const mainArray = (shape: Shape): ArrayShape | undefined => leavesOf(shape)[0];

const arrayPattern = /([a-z][a-z0-9]*)\[([^\]]*)\]/y;
const layoutPattern = /\{[^{}]*\}/y;
const MOST_DIMENSIONS = 64;
const MOST_PARTS = 100_000;

/** The shape at the scanner's position. */
export function readShape(scanner: Scanner, depth = 0): Shape {
  if (depth > DEEPEST) throw scanner.refused(`a shape is nested more than ${DEEPEST} deep`);
  if (!scanner.has("(")) return readArray(scanner);
  const parts: Shape[] = [];
  while (!scanner.has(")")) {
    parts.push(readShape(scanner, depth + 1));
    if (parts.length > MOST_PARTS) throw scanner.refused(`a tuple has more than ${MOST_PARTS} parts`);
    if (!scanner.has(",") && !scanner.sees(")"))
      throw scanner.refused(`a tuple shape has "${scanner.ahead(20)}" where a comma should be`);
  }
  return { kind: "tuple", parts };
}

function readArray(scanner: Scanner): ArrayShape {
  const match = scanner.match(arrayPattern);
  if (match === null) throw scanner.refused(`"${scanner.ahead(30)}" is no shape such as f32[2,3]`);
  const [whole, dtype, text] = match;
  const sizes = text.split(",", MOST_DIMENSIONS + 1).map((part) => part.trim().replace(/^<=/, ""));
  if (sizes.length > MOST_DIMENSIONS)
    throw scanner.refused(`a shape has more than ${MOST_DIMENSIONS} dimensions`);
  const dims = sizes.flatMap((size): number[] => {
    if (size === "") return [];
    if (size === "?") return [1];
    if (/^\d{1,15}$/.test(size)) return [Number(size)];
    throw scanner.refused(
      `the shape "${whole.slice(0, 40)}" has the size "${size.slice(0, 20)}", expected a whole number`,
    );
  });
  scanner.adjacent(layoutPattern);
  return { kind: "array", dtype, dims, isUnbounded: sizes.includes("?") };
}
