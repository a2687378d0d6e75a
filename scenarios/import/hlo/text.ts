/**
 * HLO text as XLA dumps it (`--xla_dump_hlo_as_text`) and JAX prints it (`lowered.as_text("hlo")`):
 * computations, each a list of instructions, one a line:
 *
 *     ROOT %dot.3 = f32[8,16]{1,0} dot(f32[8,4] %a, f32[4,16] %b), lhs_contracting_dims={1}
 *
 * Shapes of operands and percent signs are optional. A computation comes before those that use it,
 * as in every dump. The entry is marked `ENTRY`, else it is the last computation. Values of
 * constants are dropped.
 */
import { InputError } from "../../../env/model/errors.ts";
import type { SourceFile } from "../source-file.ts";
import { readShape, type Shape, skipSpace } from "./shape.ts";

export interface Instruction {
  readonly name: string;
  readonly opcode: string;
  readonly shape: Shape;
  readonly operands: readonly string[];
  /** The text in the parentheses of a constant, a parameter or an iota. */
  readonly literal: string;
  /** The text after the operands. */
  readonly attributes: string;
}

export interface Computation {
  readonly name: string;
  readonly instructions: readonly Instruction[];
  readonly byName: ReadonlyMap<string, Instruction>;
  readonly root: Instruction;
}

export interface HloModule {
  readonly name: string;
  readonly computations: ReadonlyMap<string, Computation>;
  readonly entry: Computation;
}

interface OpenComputation {
  readonly name: string;
  readonly isEntry: boolean;
  readonly instructions: Instruction[];
  readonly byName: Map<string, Instruction>;
  root: Instruction | undefined;
}

export function readHlo(file: SourceFile): HloModule {
  let name: string | undefined;
  let open: OpenComputation | undefined;
  let entry: Computation | undefined;
  /**
   * A constant whose values continue over several lines, without the values; and the number of
   * parentheses that are still open.
   */
  let constant: { readonly head: string; unclosed: number } | undefined;
  const computations = new Map<string, Computation>();
  let number = 0;
  for (const raw of file.lines()) {
    number++;
    const line = raw.trim();
    if (constant !== undefined && open !== undefined) {
      constant.unclosed += unclosedIn(line);
      if (constant.unclosed > 0) continue;
      addInstruction(open, constant.head, number);
      constant = undefined;
      continue;
    }
    if (line === "" || line.startsWith("//")) continue;
    if (name === undefined) {
      const header = /^HloModule\s+([^\s,]+)/.exec(line);
      if (header === null)
        throw new InputError(`line ${number}: expected "HloModule NAME", found "${line.slice(0, 40)}".`);
      name = header[1];
      continue;
    }
    if (open === undefined) {
      if (!sourceTable.test(line)) open = headOf(line, number);
      continue;
    }
    if (line === "}" || line.startsWith("},")) {
      const computation = closed(open, number);
      if (computations.has(computation.name))
        throw new InputError(`line ${number}: the computation "${computation.name}" is defined twice.`);
      computations.set(computation.name, computation);
      if (open.isEntry) entry = computation;
      open = undefined;
      continue;
    }
    const values = line.indexOf(CONSTANT);
    const unclosed = values === -1 ? 0 : unclosedIn(line);
    if (unclosed > 0) constant = { head: `${line.slice(0, values)}${CONSTANT})`, unclosed };
    else addInstruction(open, line, number);
  }
  if (constant !== undefined) throw new InputError("the file ends within the values of a constant.");
  if (open !== undefined) throw new InputError(`the file ends within the computation "${open.name}".`);
  const last = [...computations.values()].pop();
  if (last === undefined) throw new InputError("the module has no computation.");
  return { name: name ?? "", computations, entry: entry ?? last };
}

function headOf(line: string, number: number): OpenComputation {
  const head = /^(ENTRY\s+)?%?([^\s(%{]+)\s*(\(|\{)/.exec(line);
  if (head === null || !line.endsWith("{"))
    throw new InputError(
      `line ${number}: expected a computation such as "%name (x: f32[]) -> f32[] {", found "${line.slice(0, 40)}".`,
    );
  return {
    name: head[2],
    isEntry: head[1] !== undefined,
    instructions: [],
    byName: new Map(),
    root: undefined,
  };
}

function closed({ name, instructions, byName, root }: OpenComputation, number: number): Computation {
  const last = root ?? instructions[instructions.length - 1];
  if (last === undefined)
    throw new InputError(`line ${number}: the computation "${name}" has no instructions.`);
  return { name, instructions, byName, root: last };
}

const CONSTANT = " constant(";

/** Tables of the program's own source: their titles and numbered rows. */
const sourceTable = /^(FileNames|FunctionNames|FileLocations|StackFrames)$|^\d+ ["{]/;

function unclosedIn(line: string): number {
  let unclosed = 0;
  for (const character of line) {
    if (character === "(") unclosed++;
    else if (character === ")") unclosed--;
  }
  return unclosed;
}

const headPattern = /^(ROOT\s+)?%?([^\s=%]+)\s*=\s*/;

function addInstruction(computation: OpenComputation, line: string, number: number): void {
  const head = headPattern.exec(line);
  if (head === null) throw new InputError(`line ${number}: "${line.slice(0, 40)}" is no instruction.`);
  const [, isRoot, name] = head;
  const { shape, end } = atLine(number, () => readShape(line, skipSpace(line, head[0].length)));
  const opcode = /^\s*([a-z][\w-]*)\(/.exec(line.slice(end, end + 100));
  if (opcode === null) throw new InputError(`line ${number}: the instruction "${name}" has no opcode.`);
  const start = end + opcode[0].length;
  const close = closingParenthesis(line, start);
  if (close === -1) throw new InputError(`line ${number}: the operands of "${name}" have no end.`);
  const hasValues = ["constant", "parameter", "iota", "rng-get-and-update-state"].includes(opcode[1]);
  const instruction: Instruction = {
    name,
    opcode: opcode[1],
    shape,
    operands: hasValues ? [] : operandsOf(line.slice(start, close)),
    literal: opcode[1] === "parameter" ? line.slice(start, close) : "",
    attributes: line.slice(close + 1),
  };
  if (computation.byName.has(name))
    throw new InputError(
      `line ${number}: the instruction "${name}" is defined twice in "${computation.name}".`,
    );
  computation.byName.set(name, instruction);
  computation.instructions.push(instruction);
  if (isRoot !== undefined) computation.root = instruction;
}

function closingParenthesis(line: string, start: number): number {
  let open = 1;
  let quoted = false;
  for (let i = start; i < line.length; i++) {
    const character = line[i];
    if (character === '"' && line[i - 1] !== "\\") quoted = !quoted;
    if (quoted) continue;
    if (character === "(") open++;
    else if (character === ")" && --open === 0) return i;
  }
  return -1;
}

/** Names of the operands: the last word of each, which a shape may precede. */
function operandsOf(text: string): string[] {
  const operands: string[] = [];
  let depth = 0;
  let start = 0;
  const add = (end: number) => {
    const words = text
      .slice(start, end)
      .replace(/\/\*.*?\*\//g, " ")
      .trim()
      .split(/\s+/);
    const name = words[words.length - 1].replace(/^%/, "");
    if (name !== "") operands.push(name);
    start = end + 1;
  };
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === "(" || character === "{" || character === "[") depth++;
    else if (character === ")" || character === "}" || character === "]") depth--;
    else if (character === "," && depth === 0) add(i);
  }
  add(text.length);
  return operands;
}

function atLine<T>(number: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`line ${number}: ${error.message}`);
    throw error;
  }
}

/** Numbers of an attribute such as `lhs_contracting_dims={0,1}`. */
export function numbersOf({ attributes }: Instruction, name: string): readonly number[] | undefined {
  const match = new RegExp(`[ ,]${name}=\\{([\\d,\\s]{0,1000})\\}`).exec(attributes);
  if (match === null) return undefined;
  return match[1].split(",").flatMap((part) => (part.trim() === "" ? [] : [Number(part)]));
}

/** The word after `name=`. */
export function wordOf({ attributes }: Instruction, name: string): string | undefined {
  return new RegExp(`[ ,{]${name}=%?([^\\s,{}]+)`).exec(attributes)?.[1];
}

/** Names of computations or instructions after `name=`: one, or a list in braces. */
export function namesOf(instruction: Instruction, name: string): readonly string[] {
  const list = new RegExp(`[ ,]${name}=\\{([^{}]{0,100000})\\}`).exec(instruction.attributes);
  if (list === null) {
    const word = wordOf(instruction, name);
    return word === undefined ? [] : [word];
  }
  return list[1].split(",").flatMap((part) => part.trim().replace(/^%/, "") || []);
}
