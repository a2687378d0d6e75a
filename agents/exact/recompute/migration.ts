/**
 * What moves when vPipe changes the cuts of a running pipeline: the units whose stage changes. It
 * moves them between neighbouring stages with the next micro-batches, so that no flush is needed. A
 * unit that changes by several stages passes those between.
 */

export interface Migration {
  readonly unit: number;
  readonly from: number;
  readonly to: number;
}

/** Single steps to a neighbouring stage, in rounds of one step for each unit. */
export function migrations(before: readonly number[], after: readonly number[]): Migration[][] {
  const at = stagesOf(before);
  const goal = stagesOf(after);
  const rounds: Migration[][] = [];
  for (;;) {
    const round = at.flatMap((from, unit) => {
      if (from === goal[unit]) return [];
      return [{ unit, from, to: from + Math.sign(goal[unit] - from) }];
    });
    if (round.length === 0) return rounds;
    for (const { unit, to } of round) at[unit] = to;
    rounds.push(round);
  }
}

const stagesOf = (lengths: readonly number[]): number[] =>
  lengths.flatMap((length, stage) => new Array<number>(length).fill(stage));
