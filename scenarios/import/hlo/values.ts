/**
 * Values of HLO instructions: the output ports of ops that hold them. A tuple, one of its elements
 * and a bitcast name values of other instructions and make none.
 */
import { InputError } from "../../../env/model/errors.ts";
import type { Shape } from "./shape.ts";
import { type Instruction, wordOf } from "./text.ts";

/** An output port of an op, or the parts of a tuple. */
export type Value = { readonly op: string; readonly port: number } | readonly Value[];

/** Tuples of tuples can repeat one array exponentially often. */
const MOST_PARTS = 100_000;

/** The outputs of a new op. */
export function outputsAt(op: string, shape: Shape): Value {
  let port = 0;
  const valueAt = (part: Shape): Value =>
    part.kind === "tuple" ? part.parts.map(valueAt) : { op, port: port++ };
  return valueAt(shape);
}

const isTuple = (value: Value): value is readonly Value[] => Array.isArray(value);

/** Ports of all arrays in a value, each once. */
export function placesOf(value: Value): readonly { readonly op: string; readonly port: number }[] {
  return isTuple(value) ? value.flatMap(placesOf) : [value];
}

const partsOf = new WeakMap<readonly Value[], number>();

function tupleOf(parts: readonly Value[], name: string): Value {
  const size = parts.reduce((sum, part) => sum + (isTuple(part) ? (partsOf.get(part) ?? part.length) : 1), 0);
  if (size > MOST_PARTS) throw new InputError(`the tuple "${name}" has more than ${MOST_PARTS} parts.`);
  partsOf.set(parts, size);
  return parts;
}

/** The value that an instruction only names; undefined where it is an op. */
export function renaming(instruction: Instruction, inputs: readonly Value[]): Value | undefined {
  const { opcode, name } = instruction;
  if (opcode === "tuple") return tupleOf(inputs, name);
  if (opcode === "bitcast" || opcode === "opt-barrier" || opcode === "domain") return inputs[0];
  if (opcode !== "get-tuple-element") return undefined;
  const index = Number(wordOf(instruction, "index"));
  const [from] = inputs;
  if (from === undefined || !isTuple(from) || from[index] === undefined)
    throw new InputError(`instruction "${name}" takes element ${index} of what has none such.`);
  return from[index];
}
