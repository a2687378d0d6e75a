/** The sums of a sharded program by their mesh axes: what reduction programs are for. */
import { localShare } from "../../../model/layout/layout.ts";
import { countAlong } from "../../../model/layout/mesh.ts";
import type { ShardedProgram } from "./instructions.ts";

/** Sums over some mesh axes. */
export interface NeededSum {
  /** Ascending. */
  readonly axes: readonly number[];
  /** What each rank holds of all of them, padded. */
  readonly bytes: number;
  readonly count: number;
}

/** In the order of their first sums. */
export function neededSums({ instructions, values, sizes }: ShardedProgram): NeededSum[] {
  const sums = new Map<string, NeededSum>();
  for (const instruction of instructions) {
    if (instruction.kind !== "move" || instruction.step.kind !== "all-reduce") continue;
    if (countAlong(instruction.step.group, sizes) === 1) continue;
    const { shape, layout, bytes } = values[instruction.from];
    const axes = [...instruction.step.group].sort((a, b) => a - b);
    const before = sums.get(axes.join()) ?? { axes, bytes: 0, count: 0 };
    const own = bytes * localShare(shape, layout, sizes);
    sums.set(axes.join(), { axes, bytes: before.bytes + own, count: before.count + 1 });
  }
  return [...sums.values()];
}
