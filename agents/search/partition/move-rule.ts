/**
 * The parts that a vertex may move to: an interval. In a free partition it is all parts; in a
 * pipeline it keeps the order of the stages.
 */
import type { Arcs } from "./arcs.ts";

export interface MoveRule {
  lowest(v: number): number;
  highest(v: number): number;
}

export function anyPart(partCount: number): MoveRule {
  return { lowest: () => 0, highest: () => partCount - 1 };
}

/** No vertex is in an earlier part than its predecessors. Reads `part` at each call. */
export function inOrder(
  { outStart, successor, inStart, predecessor }: Arcs,
  part: Int32Array,
  partCount: number,
): MoveRule {
  return {
    lowest(v) {
      let latest = 0;
      for (let i = inStart[v]; i < inStart[v + 1]; i++) latest = Math.max(latest, part[predecessor[i]]);
      return latest;
    },
    highest(v) {
      let earliest = partCount - 1;
      for (let i = outStart[v]; i < outStart[v + 1]; i++) earliest = Math.min(earliest, part[successor[i]]);
      return earliest;
    },
  };
}
