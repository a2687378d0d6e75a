/**
 * A search over the boundaries of contiguous stages in the manner of Kernighan and Lin (1970), as
 * vPipe uses it (Zhao et al., IEEE TPDS 2022). On a chain a move takes one unit across a boundary.
 * A pass applies the best move again and again, even where that is worse, and locks the unit. Then
 * it goes back to the best boundaries that it passed. Passes end when one gains nothing.
 */

export interface RangeCosts {
  /** Time of a stage over the units from `start` up to `end`; infinite where it does not fit. */
  costUs(stage: number, start: number, end: number): number;
  /** By how much it does not fit, 0 where it does. */
  shortBytes(stage: number, start: number, end: number): number;
}

/** Lengths of the stages after the search; every stage keeps at least one unit. */
export function moveBoundaries(start: readonly number[], costs: RangeCosts): number[] {
  let lengths = [...start];
  for (;;) {
    const better = bestOfPass(lengths, costs);
    if (better === null) return lengths;
    lengths = better;
  }
}

/** What does not fit counts first, then the slowest stage that fits, then how uneven they are. */
interface Score {
  readonly shortBytes: number;
  readonly slowestUs: number;
  readonly squares: number;
}

function bestOfPass(start: readonly number[], costs: RangeCosts): number[] | null {
  const lengths = [...start];
  const isLocked = new Uint8Array(start.reduce((sum, length) => sum + length, 0));
  let best: { readonly score: Score; readonly lengths: number[] } = {
    score: scoreOf(start, costs),
    lengths: [...start],
  };
  let hasGained = false;
  for (;;) {
    const move = bestMove(lengths, isLocked, costs);
    if (move === null) return hasGained ? best.lengths : null;
    apply(lengths, move);
    isLocked[move.unit] = 1;
    if (!isLess(move.score, best.score)) continue;
    best = { score: move.score, lengths: [...lengths] };
    hasGained = true;
  }
}

interface Move {
  /** Stage that gives a unit, and the neighbour that takes it. */
  readonly from: number;
  readonly to: number;
  readonly unit: number;
  readonly score: Score;
}

function bestMove(lengths: number[], isLocked: Uint8Array, costs: RangeCosts): Move | null {
  let best: Move | null = null;
  for (let boundary = 1, at = lengths[0]; boundary < lengths.length; at += lengths[boundary++])
    for (const [from, to, unit] of [
      [boundary - 1, boundary, at - 1],
      [boundary, boundary - 1, at],
    ]) {
      if (lengths[from] === 1 || isLocked[unit] === 1) continue;
      apply(lengths, { from, to });
      const score = scoreOf(lengths, costs);
      apply(lengths, { from: to, to: from });
      if (best === null || isLess(score, best.score)) best = { from, to, unit, score };
    }
  return best;
}

function apply(lengths: number[], { from, to }: { readonly from: number; readonly to: number }): void {
  lengths[from]--;
  lengths[to]++;
}

function scoreOf(lengths: readonly number[], costs: RangeCosts): Score {
  let shortBytes = 0;
  let slowestUs = 0;
  let squares = 0;
  let end = 0;
  for (const [stage, length] of lengths.entries()) {
    const start = end;
    end += length;
    const short = costs.shortBytes(stage, start, end);
    shortBytes += short;
    if (short > 0) continue;
    const us = costs.costUs(stage, start, end);
    slowestUs = Math.max(slowestUs, us);
    squares += us * us;
  }
  return { shortBytes, slowestUs, squares };
}

function isLess(one: Score, other: Score): boolean {
  if (one.shortBytes !== other.shortBytes) return one.shortBytes < other.shortBytes;
  if (one.slowestUs !== other.slowestUs) return one.slowestUs < other.slowestUs;
  return one.squares < other.squares;
}
