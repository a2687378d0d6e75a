/**
 * Shapes of HLO text: `f32[8,128]{1,0:T(8,128)}`, tuples `(f32[2], s32[])`, and shapes without data
 * such as `token[]`. Layouts are skipped. A bounded dynamic size (`<=10`) counts as its bound, an
 * unbounded one (`?`) as 1.
 */
import { InputError } from "../../../env/model/errors.ts";

export interface ArrayShape {
  readonly kind: "array";
  readonly dtype: string;
  readonly dims: readonly number[];
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

/** The shape at a position of a line, and the position after it. */
export function readShape(
  line: string,
  at: number,
  depth = 0,
): { readonly shape: Shape; readonly end: number } {
  if (depth > DEEPEST) throw new InputError(`a shape is nested more than ${DEEPEST} deep.`);
  if (line[at] !== "(") return readArray(line, at);
  const parts: Shape[] = [];
  let end = skipSpace(line, at + 1);
  while (line[end] !== ")") {
    const part = readShape(line, end, depth + 1);
    parts.push(part.shape);
    end = skipSpace(line, part.end);
    if (line[end] === ",") end = skipSpace(line, end + 1);
    else if (line[end] !== ")")
      throw new InputError(`a tuple shape has "${line.slice(end, end + 20)}" where a comma should be.`);
  }
  return { shape: { kind: "tuple", parts }, end: end + 1 };
}

function readArray(line: string, at: number): { readonly shape: Shape; readonly end: number } {
  arrayPattern.lastIndex = at;
  const match = arrayPattern.exec(line);
  if (match === null) throw new InputError(`"${line.slice(at, at + 30)}" is no shape such as f32[2,3].`);
  const [, dtype, text] = match;
  const dims = text.split(",").flatMap((part): number[] => {
    const size = part.trim().replace(/^<=/, "");
    if (size === "") return [];
    if (size === "?") return [1];
    if (/^\d{1,15}$/.test(size)) return [Number(size)];
    throw new InputError(
      `the shape "${match[0].slice(0, 40)}" has the size "${size.slice(0, 20)}", expected a whole number.`,
    );
  });
  layoutPattern.lastIndex = arrayPattern.lastIndex;
  const layout = layoutPattern.exec(line);
  return {
    shape: { kind: "array", dtype, dims },
    end: layout === null ? arrayPattern.lastIndex : layoutPattern.lastIndex,
  };
}

/** The position after white space and comments, such as the element numbers of long tuples. */
export function skipSpace(line: string, at: number): number {
  let next = at;
  for (;;) {
    while (line[next] === " " || line[next] === "\t") next++;
    if (!line.startsWith("/*", next)) return next;
    const end = line.indexOf("*/", next + 2);
    if (end === -1) return line.length;
    next = end + 2;
  }
}
