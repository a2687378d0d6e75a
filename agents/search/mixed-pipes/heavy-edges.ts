/**
 * FTPipe's merging by the ratio of communication to computation. An edge may take longer than the
 * work of a block at its end. That block absorbs neighbours until its work is as long. The longest
 * edge goes first. Where a side cannot grow enough, both stay as they were.
 *
 * The published program means to keep such an edge as a boundary: no later step of this kind
 * merges its ends.
 */
import type { Contraction } from "./contraction.ts";

export function mergeHeavyEdges(start: Contraction, limit: number): Contraction {
  let at = start;
  const edges = [...at.blocks].flatMap((from) =>
    [...at.successors[from]].map(([to, us]) => ({ from, to, us })),
  );
  edges.sort((a, b) => b.us - a.us || a.from - b.from || a.to - b.to);
  const kept: { readonly from: number; readonly to: number }[] = [];
  for (const { from, to } of edges) {
    const [before, behind] = [at.blockOf(from), at.blockOf(to)];
    if (before === behind || isCovered(at, before, behind)) continue;
    if (at.blocks.size <= limit) break;
    const trial = at.copy();
    if (!grow(trial, { from, to }, kept, limit)) continue;
    at = trial;
    kept.push({ from, to });
  }
  return at;
}

type Edge = { readonly from: number; readonly to: number };

const isCovered = (at: Contraction, before: number, behind: number) =>
  Math.min(at.weightUs[before], at.weightUs[behind]) >= (at.successors[before].get(behind) ?? 0);

/** Both ends of an edge absorb neighbours on their side until their work is as long as the edge. */
function grow(at: Contraction, edge: Edge, kept: readonly Edge[], limit: number): boolean {
  const ends = () => ({ before: at.blockOf(edge.from), behind: at.blockOf(edge.to) });
  const isKept = (one: number, other: number) =>
    kept.some(({ from, to }) => at.blockOf(from) === one && at.blockOf(to) === other);
  for (;;) {
    const { before, behind } = ends();
    if (isCovered(at, before, behind)) return true;
    if (at.blocks.size <= limit) return false;
    const us = at.successors[before].get(behind)!;
    const grown =
      at.weightUs[before] < us
        ? latest(at.predecessors[before]).some((from) => !isKept(from, before) && at.merge(from, before))
        : earliest(at.successors[behind]).some((to) => !isKept(behind, to) && at.merge(behind, to));
    if (!grown) return false;
  }
}

const earliest = (of: ReadonlyMap<number, number>) => [...of.keys()].sort((a, b) => a - b);
const latest = (of: ReadonlyMap<number, number>) => earliest(of).reverse();
