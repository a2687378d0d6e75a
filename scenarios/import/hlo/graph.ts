/**
 * The operator graph of an HLO module: one op for each instruction of the entry computation that
 * computes or moves data.
 *
 * - A tuple, one of its elements and a bitcast name the outputs of other instructions and are no
 *   ops.
 * - A call is replaced by the computation it calls (`call.3/dot.1`). Fusions, loops, conditionals
 *   and reductions are one op each.
 * - Parameters and constants are ops that every device can run. The bytes of constants, and of
 *   parameters that the caller names, are weights.
 */

import { InputError } from "../../../env/model/errors.ts";
import { type GraphBuilder, graphBuilder, type OpSpec } from "../../../env/model/graph/builder.ts";
import type { OpGraph } from "../../../env/model/graph/graph.ts";
import type { OpIteration, TensorAxes } from "../../../env/model/graph/iteration.ts";
import { checkSize, MOST_EDGES, MOST_OPS } from "../../../env/model/graph/limits.ts";
import type { UnknownOps } from "../contract.ts";
import { iterationOf } from "./iteration.ts";
import { bytesOf, leavesOf } from "./shape.ts";
import { type Computation, type HloModule, type Instruction, namesOf, wordOf } from "./text.ts";
import { outputsAt, placesOf, renaming, type Value } from "./values.ts";
import type { WorkReader } from "./work.ts";

export interface HloGraph {
  readonly graph: OpGraph;
  /** Number of instructions that only name outputs. */
  readonly names: number;
  readonly collectives: number;
  readonly unknown: UnknownOps;
}

export interface HloGraphOptions {
  readonly isWeight: (parameter: number) => boolean;
  readonly dtype: string;
}

const DEEPEST_CALLS = 200;
/** Names of unrolled instructions hold the names of all calls on the way. */
const MOST_NAME_CHARACTERS = 50_000_000;
const copies = new Set(["slice", "dynamic-slice", "gather"]);

export function hloGraph(module: HloModule, work: WorkReader, options: HloGraphOptions): HloGraph {
  checkUnrolled(module);
  return new Unrolling(module, work, options).graph();
}

/**
 * Nested calls can unroll to exponentially many instructions, so these are counted before any is
 * made.
 */
function checkUnrolled({ computations, entry }: HloModule): void {
  const sizes = new Map<Computation, number>();
  const sizeOf = (computation: Computation, depth: number): number => {
    const known = sizes.get(computation);
    if (known !== undefined) return known;
    if (depth > DEEPEST_CALLS) throw new InputError(`calls are nested more than ${DEEPEST_CALLS} deep.`);
    let size = 0;
    for (const instruction of computation.instructions) {
      const called = instruction.opcode === "call" ? wordOf(instruction, "to_apply") : undefined;
      const inside = called === undefined ? undefined : computations.get(called);
      size += inside === undefined ? 1 : sizeOf(inside, depth + 1);
    }
    sizes.set(computation, size);
    return size;
  };
  if (sizeOf(entry, 0) > MOST_OPS)
    throw new InputError(`the calls unroll to more than ${MOST_OPS} instructions.`);
}

/** One call of a computation. */
interface Call {
  readonly computation: Computation;
  /** Path of the calls that lead to it, such as `call.3/`. */
  readonly prefix: string;
  readonly given: readonly Value[];
  readonly depth: number;
  /** By name of instruction, as far as they are known. */
  readonly values: Map<string, Value>;
}

/** The entry computation with all calls unrolled. */
class Unrolling {
  readonly #module: HloModule;
  readonly #work: WorkReader;
  readonly #isWeight: HloGraphOptions["isWeight"];
  readonly #builder: GraphBuilder;
  readonly #edges: { readonly from: string; readonly output: number; readonly to: string }[] = [];
  readonly #controls: { readonly from: string; readonly to: string }[] = [];
  readonly #withoutRule: number[] = [];
  readonly #withoutSize: number[] = [];
  /** Elements of the outputs of ops with dimensions. */
  readonly #made = new Map<string, number>();
  #ops = 0;
  #nameCharacters = 0;
  #names = 0;
  #collectives = 0;

  constructor(module: HloModule, work: WorkReader, { isWeight, dtype }: HloGraphOptions) {
    this.#module = module;
    this.#work = work;
    this.#isWeight = isWeight;
    this.#builder = graphBuilder({ dtype });
  }

  graph(): HloGraph {
    this.#add(this.#module.entry, "", [], 0);
    for (const edge of this.#edges) this.#builder.edge(edge);
    for (const { from, to } of this.#controls) this.#builder.control(from, to);
    return {
      graph: this.#builder.build(),
      names: this.#names,
      collectives: this.#collectives,
      unknown: { withoutRule: this.#withoutRule, withoutSize: this.#withoutSize },
    };
  }

  /**
   * Adds a computation's instructions and returns the value of its root. `given` are the arguments
   * of a call.
   */
  #add(computation: Computation, prefix: string, given: readonly Value[], depth: number): Value {
    if (depth > DEEPEST_CALLS) throw new InputError(`calls are nested more than ${DEEPEST_CALLS} deep.`);
    const call: Call = { computation, prefix, given, depth, values: new Map() };
    for (const instruction of computation.instructions)
      call.values.set(instruction.name, this.#value(instruction, call));
    return valueIn(call, computation.root.name, computation.root);
  }

  #value(instruction: Instruction, call: Call): Value {
    const { name, opcode, operands } = instruction;
    const inputs = operands.map((operand) => valueIn(call, operand, instruction));
    const renamed = renaming(instruction, inputs);
    if (renamed !== undefined) {
      this.#names++;
      return renamed;
    }
    if (opcode === "parameter" && call.depth > 0) return argumentOf(instruction, call);
    if (opcode === "call")
      return this.#add(this.#called(instruction), `${call.prefix}${name}/`, inputs, call.depth + 1);
    return this.#addOp(instruction, inputs, call);
  }

  #called(instruction: Instruction): Computation {
    const called = this.#module.computations.get(wordOf(instruction, "to_apply") ?? "");
    if (called === undefined)
      throw new InputError(`instruction "${instruction.name}" calls a computation that is not defined.`);
    return called;
  }

  #addOp(instruction: Instruction, inputs: readonly Value[], call: Call): Value {
    this.#nameCharacters += call.prefix.length + instruction.name.length;
    if (this.#nameCharacters > MOST_NAME_CHARACTERS)
      throw new InputError(
        `the names of instructions in nested calls have more than ${MOST_NAME_CHARACTERS} characters.`,
      );
    const path = call.prefix + instruction.name;
    const iteration = this.#iterationOf(path, instruction, call.computation, inputs);
    const spec = this.#specOf(path, instruction, call.computation);
    this.#builder.op({ ...spec, ...(iteration && { iteration: withWeights(iteration, spec) }) });
    if (this.#work.isUnknown(instruction)) this.#withoutRule.push(this.#ops);
    if (isUnbounded(instruction, call.computation)) this.#withoutSize.push(this.#ops);
    this.#ops++;
    const places = inputs.flatMap(placesOf);
    checkSize("edges", this.#edges.length + places.length, MOST_EDGES);
    for (const { op, port } of places) this.#edges.push({ from: op, output: port, to: path });
    for (const before of namesOf(instruction, "control-predecessors"))
      for (const { op } of placesOf(valueIn(call, before, instruction)).slice(0, 1))
        this.#controls.push({ from: op, to: path });
    return outputsAt(path, instruction.shape);
  }

  /** None where the text says other sizes of a value than its maker does. */
  #iterationOf(
    path: string,
    instruction: Instruction,
    within: Computation,
    inputs: readonly Value[],
  ): OpIteration | undefined {
    const iteration = iterationOf(instruction, within);
    if (iteration === undefined) return undefined;
    const places = inputs.flatMap(placesOf);
    if (places.length !== iteration.inputs.length) return undefined;
    const fits = iteration.inputs.every((tensor, i) => {
      const made = this.#made.get(`${places[i].op}:${places[i].port}`);
      return made === undefined || made === elementCount(tensor);
    });
    if (!fits) return undefined;
    this.#made.set(`${path}:0`, elementCount(iteration.outputs[0]));
    return iteration;
  }

  #specOf(name: string, instruction: Instruction, within: Computation): OpSpec {
    const { opcode, shape } = instruction;
    const outputs = leavesOf(shape).map(bytesOf);
    const bytes = outputs.reduce((sum, size) => sum + size, 0);
    if (/^(all-|reduce-scatter|collective-)/.test(opcode)) this.#collectives++;
    const stays =
      opcode === "constant" ||
      (opcode === "parameter" &&
        within === this.#module.entry &&
        this.#isWeight(Number(instruction.literal)));
    const isFree = opcode === "constant" || opcode === "parameter";
    return {
      name,
      type: isFree ? opcode : this.#work.type(instruction),
      role: backwardPattern.test(nameInMetadata(instruction)) ? "backward" : "forward",
      flops: isFree ? 0 : this.#work.flops(instruction, within),
      bytesTouched: isFree ? 0 : touched(instruction, within, bytes),
      parameterBytes: stays ? bytes : 0,
      outputs,
    };
  }
}

const elementCount = ({ shape }: TensorAxes): number => shape.reduce((product, size) => product * size, 1);

/** A parameter or constant that stays on its device is its own weights. */
const withWeights = (iteration: OpIteration, { parameterBytes }: OpSpec): OpIteration =>
  parameterBytes === 0 ? iteration : { ...iteration, parameters: iteration.outputs };

/** Whether a size of the result or of an operand is `?`. */
function isUnbounded({ shape, operands }: Instruction, within: Computation): boolean {
  const shapes = [shape, ...operands.flatMap((name) => within.byName.get(name)?.shape ?? [])];
  return shapes.some((one) => leavesOf(one).some((leaf) => leaf.isUnbounded));
}

function valueIn({ values, computation }: Call, name: string, user: Instruction): Value {
  const value = values.get(name);
  if (value === undefined)
    throw new InputError(
      `instruction "${user.name}" uses "${name}", which is not defined before it in "${computation.name}".`,
    );
  return value;
}

function argumentOf({ literal }: Instruction, { given, computation }: Call): Value {
  const value = given[Number(literal)];
  if (value === undefined)
    throw new InputError(`"${computation.name}" is called without its parameter ${literal.slice(0, 20)}.`);
  return value;
}

/** JAX and TensorFlow name gradient ops like this. */
const backwardPattern = /transpose\(jvp\(|(^|\/)gradients?(_tape)?(\/|$)/;
const nameInMetadata = ({ attributes }: Instruction): string =>
  /op_name="([^"]{0,2000})"/.exec(attributes.get("metadata") ?? "")?.[1] ?? "";

/**
 * Operands and output once each. Slices read only what they keep; an update in place reads and
 * writes only the update.
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
