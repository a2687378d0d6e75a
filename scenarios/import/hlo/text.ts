/**
 * HLO text as XLA dumps it (`--xla_dump_hlo_as_text`) and JAX prints it (`lowered.as_text("hlo")`):
 * modules of computations, each a list of instructions:
 *
 *     ROOT %dot.3 = f32[8,16]{1,0} dot(f32[8,4] %a, f32[4,16] %b), lhs_contracting_dims={1}
 *
 * It is read by tokens, so instructions and headers may go over several lines. Shapes of operands
 * and percent signs are optional. So are the header of the module, the heads of computations
 * (`%name (x: f32[]) -> f32[]`) and, where there is only one computation, its braces. The entry is
 * marked `ENTRY`, else it is the last computation. Values of constants are dropped.
 */
import { InputError } from "../../../env/model/errors.ts";
import { Scanner } from "./scanner.ts";
import { readShape, type Shape } from "./shape.ts";

export interface Instruction {
  readonly name: string;
  readonly opcode: string;
  readonly shape: Shape;
  readonly operands: readonly string[];
  /** The text in the parentheses of a parameter. */
  readonly literal: string;
  /** Values by name, as in the text; a string is without its quotes. */
  readonly attributes: ReadonlyMap<string, string>;
}

export interface Computation {
  readonly name: string;
  readonly instructions: readonly Instruction[];
  readonly byName: ReadonlyMap<string, Instruction>;
  readonly root: Instruction;
}

export interface HloModule {
  /** Empty where the text has no header. */
  readonly name: string;
  readonly computations: ReadonlyMap<string, Computation>;
  readonly entry: Computation;
}

const MOST_COMPUTATIONS = 100_000;
const MOST_INSTRUCTIONS = 1_000_000;
const MOST_OPERANDS = 1_000_000;

const header = /HloModule\s+([^\s,{}]+)/y;
const headerWord = /HloModule\b/y;
const sourceTable = /(?:FileNames|FunctionNames|FileLocations|StackFrames)\b(?!\s*[({=])/y;
const tableRow = /\d+(?=\s*["{])/y;
const entryWord = /ENTRY\b/y;
const rootWord = /ROOT\s/y;
const namePattern = /%?([^\s=%(){},"]+)/y;
const bareInstruction = /(?:ROOT\s+)?%?[^\s=%(){},"]+\s*=/y;
const opcodePattern = /([a-z][\w-]*)\s*\(/y;
const attributeName = /([\w-]+)\s*=/y;
const word = /[\w.-]+/y;

/** All modules of a text. */
export function readModules(text: string): readonly HloModule[] {
  return new ModuleReader(text).modules();
}

class ModuleReader {
  readonly #scanner: Scanner;
  #instructions = 0;
  #operands = 0;

  constructor(text: string) {
    this.#scanner = new Scanner(text);
  }

  modules(): readonly HloModule[] {
    const modules: HloModule[] = [];
    while (!this.#scanner.isAtEnd) modules.push(this.#module());
    return modules;
  }

  #module(): HloModule {
    const scanner = this.#scanner;
    const name = this.#header();
    const computations = new Map<string, Computation>();
    let entry: Computation | undefined;
    while (!scanner.isAtEnd && !scanner.matches(headerWord)) {
      if (scanner.match(sourceTable) !== null) {
        while (scanner.match(tableRow) !== null) scanner.value();
        continue;
      }
      const { computation, isEntry } = this.#computation();
      if (computations.has(computation.name))
        throw scanner.refused(`the computation "${computation.name}" is defined twice`);
      computations.set(computation.name, computation);
      if (computations.size > MOST_COMPUTATIONS)
        throw new InputError(`the file has more than ${MOST_COMPUTATIONS} computations.`);
      if (isEntry) entry = computation;
    }
    const last = [...computations.values()].pop();
    if (last === undefined) throw new InputError("the module has no computation.");
    return { name, computations, entry: entry ?? last };
  }

  /** The name of the module; empty without a header. */
  #header(): string {
    const match = this.#scanner.match(header);
    if (match === null) {
      if (this.#scanner.matches(headerWord)) throw this.#scanner.refused("the module has no name");
      return "";
    }
    this.#attributes();
    return match[1];
  }

  #computation(): { readonly computation: Computation; readonly isEntry: boolean } {
    const scanner = this.#scanner;
    if (scanner.matches(bareInstruction))
      return {
        computation: this.#body("entry", () => scanner.isAtEnd || scanner.matches(headerWord)),
        isEntry: true,
      };
    const found = scanner.ahead(40);
    const isEntry = scanner.match(entryWord) !== null;
    const name = scanner.match(namePattern)?.[1];
    if (name !== undefined && scanner.sees("(")) scanner.group();
    if (name !== undefined && scanner.has("->")) readShape(scanner);
    if (name === undefined || !scanner.has("{"))
      throw scanner.refused(`expected a computation such as "%name (x: f32[]) -> f32[] {", found "${found}"`);
    const computation = this.#body(name, () => {
      if (scanner.isAtEnd) throw new InputError(`the file ends within the computation "${name}".`);
      return scanner.has("}");
    });
    this.#attributes();
    return { computation, isEntry };
  }

  /** Instructions up to an end, which `isOver` may take. */
  #body(name: string, isOver: () => boolean): Computation {
    const instructions: Instruction[] = [];
    const byName = new Map<string, Instruction>();
    let root: Instruction | undefined;
    while (!isOver()) {
      const isRoot = this.#scanner.match(rootWord) !== null;
      const instruction = this.#instruction();
      if (byName.has(instruction.name))
        throw this.#scanner.refused(`the instruction "${instruction.name}" is defined twice in "${name}"`);
      if (++this.#instructions > MOST_INSTRUCTIONS)
        throw new InputError(`the file has more than ${MOST_INSTRUCTIONS} instructions.`);
      byName.set(instruction.name, instruction);
      instructions.push(instruction);
      if (isRoot) root = instruction;
    }
    root ??= instructions[instructions.length - 1];
    if (root === undefined) throw this.#scanner.refused(`the computation "${name}" has no instructions`);
    return { name, instructions, byName, root };
  }

  #instruction(): Instruction {
    const scanner = this.#scanner;
    const found = scanner.ahead(40);
    const name = scanner.match(namePattern)?.[1];
    if (name === undefined || !scanner.has("=")) throw scanner.refused(`"${found}" is no instruction`);
    const shape = readShape(scanner);
    const opcode = scanner.match(opcodePattern)?.[1];
    if (opcode === undefined) throw scanner.refused(`the instruction "${name}" has no opcode`);
    const isLiteral = ["constant", "iota", "rng-get-and-update-state"].includes(opcode);
    let literal = "";
    let operands: readonly string[] = [];
    if (isLiteral) this.#skipLiteral(name);
    else if (opcode === "parameter") {
      literal = scanner.match(word)?.[0] ?? "";
      this.#closed(name);
    } else operands = this.#operandsOf(name);
    return { name, opcode, shape, operands, literal, attributes: this.#attributes() };
  }

  /** Values of a constant. */
  #skipLiteral(name: string): void {
    while (!this.#scanner.has(")")) {
      if (this.#scanner.isAtEnd) throw new InputError("the file ends within the values of a constant.");
      if (this.#scanner.value() === "" && !this.#scanner.has(","))
        throw this.#scanner.refused(`the values of "${name}" have "${this.#scanner.ahead(20)}" among them`);
    }
  }

  #closed(name: string): void {
    if (!this.#scanner.has(")")) throw this.#scanner.refused(`the operands of "${name}" have no end`);
  }

  /** Names of the operands: the last word of each, which a shape may precede. */
  #operandsOf(name: string): readonly string[] {
    const scanner = this.#scanner;
    const operands: string[] = [];
    while (!scanner.has(")")) {
      let last = "";
      for (let part = scanner.value(); part !== ""; part = scanner.value()) last = part;
      if (last === "" || (!scanner.has(",") && !scanner.sees(")")))
        throw scanner.refused(`the operands of "${name}" have no end`);
      operands.push(last.replace(/^%/, ""));
      if (++this.#operands > MOST_OPERANDS)
        throw new InputError(`the instructions have more than ${MOST_OPERANDS} operands.`);
    }
    return operands;
  }

  #attributes(): ReadonlyMap<string, string> {
    let attributes: Map<string, string> | undefined;
    while (this.#scanner.has(",")) {
      const name = this.#scanner.match(attributeName)?.[1];
      if (name === undefined)
        throw this.#scanner.refused(`"${this.#scanner.ahead(40)}" is no attribute such as index=1`);
      attributes ??= new Map();
      attributes.set(name, withoutComments(this.#scanner.value()));
    }
    return attributes ?? NONE;
  }
}

const NONE: ReadonlyMap<string, string> = new Map();

function withoutComments(value: string): string {
  if (value.startsWith('"')) return value.slice(1, -1);
  return value.includes("/*") ? value.replace(/\/\*.*?\*\//gs, " ") : value;
}

/** Numbers of an attribute such as `lhs_contracting_dims={0,1}`. */
export function numbersOf({ attributes }: Instruction, name: string): readonly number[] | undefined {
  const value = attributes.get(name);
  if (value === undefined || !/^\{[\d,\s]*\}$/.test(value)) return undefined;
  return value
    .slice(1, -1)
    .split(",")
    .flatMap((part) => (part.trim() === "" ? [] : [Number(part)]));
}

/** The name or word that an attribute holds. */
export const wordOf = ({ attributes }: Instruction, name: string): string | undefined =>
  attributes.get(name)?.replace(/^%/, "");

/** Names of computations or instructions after `name=`: one, or a list in braces. */
export function namesOf(instruction: Instruction, name: string): readonly string[] {
  const value = instruction.attributes.get(name);
  if (value === undefined) return [];
  const list = value.startsWith("{") ? value.slice(1, -1) : value;
  return list.split(",").flatMap((part) => part.trim().replace(/^%/, "") || []);
}
