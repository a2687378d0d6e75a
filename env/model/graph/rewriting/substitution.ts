/**
 * `Substitution`: terms that may take the place of other terms, whatever tensors their variables
 * stand for. Its text is its name:
 *
 *     matmul(a,b); matmul(a,c) => split0[-1](matmul(a,concat[-1](b,c))); split1[-1](...)
 *
 * Results on the left are those on the right, in order. Letters are variables: a to d rows of
 * columns, t to w filters, o and x to z images, p to s vectors. A number in brackets is an axis.
 * All functions of a substitution are one function, and so are all windows.
 */
import { InputError } from "../../errors.ts";
import { freshSize, type Size, type SymbolicShape, settled, symbolicShape, unify } from "./dimensions.ts";
import { type OperatorName, operatorNames, operatorOf } from "./operators.ts";

export interface PatternNode {
  /** Null for a variable. */
  readonly operator: OperatorName | null;
  readonly axis: number;
  readonly inputs: readonly number[];
  readonly text: string;
  readonly shape: SymbolicShape;
  /** Where a split divides its axis. */
  readonly at: Size | null;
}

export interface Substitution {
  readonly text: string;
  /** Each one once, inputs before what reads them. */
  readonly nodes: readonly PatternNode[];
  readonly sources: readonly number[];
  readonly targets: readonly number[];
}

export type VariableKind = "rows" | "image" | "filters" | "vector";

/** Axes of a variable; rows may have more in front. */
export const variableAxes: Readonly<Record<VariableKind, number>> = {
  rows: 2,
  image: 4,
  filters: 4,
  vector: 1,
};

const letters: readonly (readonly [pattern: RegExp, kind: VariableKind])[] = [
  [/^[a-d]$/, "rows"],
  [/^[xyzo]$/, "image"],
  [/^[t-w]$/, "filters"],
  [/^[p-s]$/, "vector"],
];

export const variableKind = (name: string): VariableKind | undefined =>
  letters.find(([pattern]) => pattern.test(name))?.[1];

/** Throws one sentence on a text that is no substitution, or whose sizes cannot suit each other. */
export function substitutionOf(text: string): Substitution {
  const sides = text.split("=>").map((side) => side.split(";").map((term) => term.trim()));
  if (sides.length !== 2 || sides[0].length !== sides[1].length)
    throw new InputError(`The substitution "${text}" is not of the form SOURCES => TARGETS.`);
  const reading: Reading = { text, nodes: [], numbers: new Map() };
  const [sources, targets] = sides.map((terms) => terms.map((term) => readTerm(reading, term)));
  const { nodes } = reading;
  sources.forEach((source, i) => {
    const [a, b] = [nodes[source].shape, nodes[targets[i]].shape];
    if (a.length !== b.length || !a.every((size, axis) => unify(size, b[axis])))
      throw new InputError(`The substitution "${text}" gives result ${i} another shape.`);
  });
  return { text, nodes, sources, targets };
}

interface Reading {
  readonly text: string;
  readonly nodes: PatternNode[];
  readonly numbers: Map<string, number>;
}

function readTerm(reading: Reading, text: string): number {
  const known = reading.numbers.get(text);
  if (known !== undefined) return known;
  const node = variableKind(text) === undefined ? readOperator(reading, text) : variable(text);
  reading.nodes.push(node);
  reading.numbers.set(text, reading.nodes.length - 1);
  return reading.nodes.length - 1;
}

function variable(text: string): PatternNode {
  const shape = Array.from({ length: variableAxes[variableKind(text)!] }, freshSize);
  return { operator: null, axis: 0, inputs: [], text, shape, at: null };
}

function readOperator(reading: Reading, text: string): PatternNode {
  const [, name, axisText, inside] = /^(\w+)(?:\[(-?\d+)\])?\((.*)\)$/.exec(text) ?? [];
  const operator = operatorNames.find((each) => each === name);
  if (operator === undefined)
    throw new InputError(`The substitution "${reading.text}" has the unknown term "${text}".`);
  const inputs = commaList(inside).map((term) => readTerm(reading, term));
  const { inputs: count, attributes } = operatorOf(operator);
  if (inputs.length !== count || attributes.includes("axis") !== (axisText !== undefined))
    throw new InputError(
      `The substitution "${reading.text}" has the term "${text}"; ${name} takes ${count} inputs${attributes.includes("axis") ? " and an axis" : ""}.`,
    );
  const axis = Number(axisText ?? 0);
  const shapes = inputs.map((input) => reading.nodes[input].shape);
  const shape = symbolicShape(operator, shapes, axis);
  if (shape === null)
    throw new InputError(`The substitution "${reading.text}" has the term "${text}" of no shape.`);
  const isSplit = operator === "split0" || operator === "split1";
  const at = isSplit ? settled(shapes[0][shapes[0].length + axis]).of!.parts[0] : null;
  return { operator, axis, inputs, text, shape, at };
}

/** Parts between the commas that are in no parentheses. */
function commaList(text: string): string[] {
  const parts: string[] = [];
  let [depth, from] = [0, 0];
  [...text].forEach((letter, i) => {
    if (letter === "(" || letter === "[") depth++;
    if (letter === ")" || letter === "]") depth--;
    if (letter !== "," || depth > 0) return;
    parts.push(text.slice(from, i));
    from = i + 1;
  });
  return [...parts, text.slice(from)].map((part) => part.trim());
}
