/**
 * The operator graph of an HLO module: one op for each instruction of the entry computation that
 * computes or moves data.
 *
 * - A tuple, one of its elements and a bitcast are names of other instructions' outputs; they are
 *   no ops.
 * - A call is the computation it calls, in place (`call.3/dot.1`); fusions, loops, conditionals and
 *   reductions are one op each.
 * - A parameter is an op on every device, and so is a constant; a constant's bytes are weights, and
 *   so are those of parameters that the caller names.
 */

import { InputError } from "../../../env/model/errors.ts";
import { graphBuilder, type OpSpec } from "../../../env/model/graph/builder.ts";
import type { OpGraph } from "../../../env/model/graph/graph.ts";
import { bytesOf, leavesOf, type Shape } from "./shape.ts";
import { type Computation, type HloModule, type Instruction, namesOf, wordOf } from "./text.ts";
import type { WorkReader } from "./work.ts";

/** Where a value lives: an output port of an op, or for a tuple each of its parts. */
type Value = { readonly op: string; readonly port: number } | readonly Value[];

export interface HloGraph {
  readonly graph: OpGraph;
  /** Instructions that are only names. */
  readonly names: number;
  readonly collectives: number;
}

export interface HloGraphOptions {
  readonly isWeight: (parameter: number) => boolean;
  readonly dtype: string;
}

/** Calls may be nested so that they would unroll without end. */
const MOST_OPS = 250_000;
const DEEPEST_CALLS = 200;
/** Tuples of tuples may hold one array over and over. */
const MOST_PARTS = 100_000;
const MOST_EDGES = 10_000_000;
const copies = new Set(["slice", "dynamic-slice", "gather"]);

export function hloGraph(
  module: HloModule,
  work: WorkReader,
  { isWeight, dtype }: HloGraphOptions,
): HloGraph {
  const builder = graphBuilder({ dtype });
  const edges: { readonly from: string; readonly output: number; readonly to: string }[] = [];
  const controls: { readonly from: string; readonly to: string }[] = [];
  let ops = 0;
  let names = 0;
  let collectives = 0;

  const addOp = (name: string, instruction: Instruction, within: Computation): Value => {
    if (++ops > MOST_OPS) throw new InputError(`the calls unroll to more than ${MOST_OPS} instructions.`);
    builder.op(specOf(name, instruction, within));
    return outputsAt(name, instruction.shape);
  };

  const specOf = (name: string, instruction: Instruction, within: Computation): OpSpec => {
    const { opcode, shape, attributes } = instruction;
    const outputs = leavesOf(shape).map(bytesOf);
    const bytes = outputs.reduce((sum, size) => sum + size, 0);
    if (/^(all-|reduce-scatter|collective-)/.test(opcode)) collectives++;
    const stays =
      opcode === "constant" ||
      (opcode === "parameter" && within === module.entry && isWeight(Number(instruction.literal)));
    const isFree = opcode === "constant" || opcode === "parameter";
    return {
      name,
      type: isFree ? opcode : work.type(instruction),
      role: backwardPattern.test(wordInMetadata(attributes)) ? "backward" : "forward",
      flops: isFree ? 0 : work.flops(instruction, within),
      bytesTouched: isFree ? 0 : touched(instruction, within, bytes),
      parameterBytes: stays ? bytes : 0,
      outputs,
    };
  };

  /** Adds a computation's instructions; answers its root. */
  const add = (computation: Computation, prefix: string, given: readonly Value[], depth: number): Value => {
    if (depth > DEEPEST_CALLS) throw new InputError(`calls are nested more than ${DEEPEST_CALLS} deep.`);
    const values = new Map<string, Value>();
    const find = (name: string, user: Instruction): Value => {
      const value = values.get(name);
      if (value === undefined)
        throw new InputError(
          `instruction "${user.name}" uses "${name}", which is not defined before it in "${computation.name}".`,
        );
      return value;
    };
    for (const instruction of computation.instructions) {
      const { name, opcode, operands, literal } = instruction;
      const inputs = operands.map((operand) => find(operand, instruction));
      const path = prefix + name;
      const renamed = renaming(instruction, inputs);
      if (renamed !== undefined) {
        names++;
        values.set(name, renamed);
      } else if (opcode === "parameter" && depth > 0) {
        const value = given[Number(literal)];
        if (value === undefined)
          throw new InputError(
            `"${computation.name}" is called without its parameter ${literal.slice(0, 20)}.`,
          );
        values.set(name, value);
      } else if (opcode === "call") {
        const called = module.computations.get(wordOf(instruction, "to_apply") ?? "");
        if (called === undefined)
          throw new InputError(`instruction "${name}" calls a computation that is not defined.`);
        values.set(name, add(called, `${path}/`, inputs, depth + 1));
      } else {
        values.set(name, addOp(path, instruction, computation));
        for (const { op, port } of inputs.flatMap(placesOf)) edges.push({ from: op, output: port, to: path });
        if (edges.length > MOST_EDGES) throw new InputError(`the module has more than ${MOST_EDGES} edges.`);
        for (const before of namesOf(instruction, "control-predecessors"))
          for (const { op } of placesOf(find(before, instruction)).slice(0, 1))
            controls.push({ from: op, to: path });
      }
    }
    return find(computation.root.name, computation.root);
  };

  add(module.entry, "", [], 0);
  for (const edge of edges) builder.edge(edge);
  for (const { from, to } of controls) builder.control(from, to);
  return { graph: builder.build(), names, collectives };
}

/** Gradients carry their origin in the names that JAX and TensorFlow give them. */
const backwardPattern = /transpose\(jvp\(|(^|\/)gradients?(_tape)?(\/|$)/;
const wordInMetadata = (attributes: string): string => /op_name="([^"]{0,2000})"/.exec(attributes)?.[1] ?? "";

function outputsAt(op: string, shape: Shape): Value {
  let port = 0;
  const valueAt = (part: Shape): Value =>
    part.kind === "tuple" ? part.parts.map(valueAt) : { op, port: port++ };
  return valueAt(shape);
}

const isTuple = (value: Value): value is readonly Value[] => Array.isArray(value);

/** Ports of all arrays in a value, each once. */
function placesOf(value: Value): readonly { readonly op: string; readonly port: number }[] {
  return isTuple(value) ? value.flatMap(placesOf) : [value];
}

const partsOf = new WeakMap<readonly Value[], number>();

function tupleOf(parts: readonly Value[], name: string): Value {
  const size = parts.reduce((sum, part) => sum + (isTuple(part) ? (partsOf.get(part) ?? part.length) : 1), 0);
  if (size > MOST_PARTS) throw new InputError(`the tuple "${name}" has more than ${MOST_PARTS} parts.`);
  partsOf.set(parts, size);
  return parts;
}

function renaming(instruction: Instruction, inputs: readonly Value[]): Value | undefined {
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

/**
 * Operands and output once each; slices read what they keep, an update in place reads and writes
 * only the update.
 */
function touched(instruction: Instruction, within: Computation, outputBytes: number): number {
  const { opcode, operands } = instruction;
  const bytesAt = (name: string): number => {
    const source = within.byName.get(name);
    return source === undefined ? 0 : bytesOf(source.shape);
  };
  if (copies.has(opcode)) return 2 * outputBytes;
  if (opcode === "dynamic-update-slice") return 2 * bytesAt(operands[1] ?? "");
  if (/-(done|update)$/.test(opcode)) return 0;
  return operands.reduce((sum, name) => sum + bytesAt(name), outputBytes);
}
