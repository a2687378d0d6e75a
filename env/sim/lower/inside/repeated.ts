/**
 * What recomputation repeats in a stage with a mesh inside. It runs forward ops once more, and
 * makes the steps again that lead to what they read, or to what later units read of them.
 *
 * - What other ops have made was kept, summed and in the smallest parts that the forward phase had.
 * - A step whose result is kept for later units is not made again.
 */
import { Work } from "../costs/work.ts";
import { type Instruction, rankBytes } from "../sharding/instructions.ts";
import type { PartProgram } from "../sharding/program.ts";

/** Fields of a `StageProgram`. */
export interface Repeating extends PartProgram {
  readonly ops: { readonly recompute?: Uint8Array };
  readonly unitOf: readonly number[];
  readonly rootOf: readonly number[];
  readonly later: ReadonlySet<number>;
}

export interface Repeated {
  /** Numbers of instructions of the forward phase. */
  readonly repeated: ReadonlySet<number>;
  /** Values whose memory recomputation needs, beyond those that later units need. */
  readonly read: ReadonlySet<number>;
}

export function repeatedIn({ program, madeFor, ops, unitOf, rootOf, later }: Repeating): Repeated {
  const repeated = new Set<number>();
  const read = new Set<number>();
  const { recompute } = ops;
  if (recompute === undefined) return { repeated, read };
  const { instructions, values } = program;
  const makerOf = new Map<number, number>();
  instructions.forEach((each, i) => {
    if (unitOf[i] === Work.forward) for (const value of madeBy(each)) makerOf.set(value, i);
  });
  const isAgain = (value: number): boolean => recompute[values[value].op] === 1;

  /** Whether a step makes a value of what is summed and smaller. */
  function isGathered(value: number): boolean {
    const maker = instructions[makerOf.get(value)!];
    if (maker.kind !== "move") return false;
    const { layout } = values[maker.from];
    return layout.partial.length === 0 && rankBytes(program, maker.from) < rankBytes(program, value);
  }

  const seen = new Set<number>();
  function require(value: number): void {
    const maker = makerOf.get(value);
    if (maker === undefined || seen.has(value)) return;
    seen.add(value);
    const root = rootOf[value];
    if (!isAgain(value)) {
      if (later.has(root)) return;
      if (!makerOf.has(root) || !isGathered(root)) {
        read.add(root);
        return;
      }
    }
    const each = instructions[maker];
    if (each.kind !== "move" && each.kind !== "view") return;
    repeated.add(maker);
    require(each.from);
  }

  instructions.forEach((each, i) => {
    const runsAgain = each.kind === "run" && unitOf[i] === Work.forward && recompute[madeFor[i]] === 1;
    if (runsAgain) repeated.add(i);
    for (const value of usedBy(each))
      if (runsAgain || (unitOf[i] !== Work.forward && isAgain(value))) require(value);
  });
  return { repeated, read };
}

/** The values that instructions make here; what comes from elsewhere is made there. */
export function madeBy(instruction: Instruction): readonly number[] {
  if (instruction.kind === "run") return [...instruction.outputs, ...instruction.renewed];
  return instruction.kind === "move" || instruction.kind === "view" ? [instruction.to] : [];
}

export function usedBy(instruction: Instruction): readonly number[] {
  if (instruction.kind === "run") return instruction.inputs;
  return instruction.kind === "move" || instruction.kind === "view" ? [instruction.from] : [];
}
