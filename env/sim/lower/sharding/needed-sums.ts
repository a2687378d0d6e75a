/** The sums of a sharded program by their mesh axes: what reduction programs are for. */
import { countAlong } from "../../../model/layout/mesh.ts";
import { rankBytes, type ShardedProgram } from "./instructions.ts";

/** Sums over some mesh axes. */
export interface NeededSum {
  /** Ascending. */
  readonly axes: readonly number[];
  /** What each rank holds of all of them, padded. */
  readonly bytes: number;
  readonly count: number;
}

/** In the order of their first sums. */
export function neededSums(program: ShardedProgram): NeededSum[] {
  const { instructions, sizes } = program;
  const sums = new Map<string, NeededSum>();
  for (const instruction of instructions) {
    if (instruction.kind !== "move" || instruction.step.kind !== "all-reduce") continue;
    if (countAlong(instruction.step.group, sizes) === 1) continue;
    const axes = [...instruction.step.group].sort((a, b) => a - b);
    const before = sums.get(axes.join()) ?? { axes, bytes: 0, count: 0 };
    const bytes = before.bytes + rankBytes(program, instruction.from);
    sums.set(axes.join(), { axes, bytes, count: before.count + 1 });
  }
  return [...sums.values()];
}
