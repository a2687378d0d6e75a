/**
 * Instructions of reduction programs (Xie et al., "Synthesizing Optimal Parallelism Placement and
 * Reduction Strategies on Hierarchical Systems", MLSys 2022, "P2"). The members of a reduction are
 * numbered by digits, one for each level of a hierarchy, outermost first. An instruction runs one
 * collective in many groups at once. Members of a group differ in the digits of some levels.
 *
 * In the paper's words the levels are the slice, and the form follows from them. Groups down to the
 * last level are `InsideGroup`, others `Parallel`, and those of leaders `Master`.
 */

export const reductionCollectives = [
  "all-reduce",
  "reduce-scatter",
  "all-gather",
  "reduce",
  "broadcast",
] as const;
export type ReductionCollective = (typeof reductionCollectives)[number];

export interface ReductionStep {
  readonly collective: ReductionCollective;
  /** Members of a group differ in the digits of the levels from `from` up to, without, `to`. */
  readonly from: number;
  readonly to: number;
  /** Only the groups of the members whose digits from `to` on are zero take part. */
  readonly leadersOnly: boolean;
}

export type ReductionProgram = readonly ReductionStep[];

/** The longest programs of the paper. */
export const MOST_STEPS = 5;

export const memberCount = (levels: readonly number[]): number =>
  levels.reduce((product, size) => product * size, 1);

/** Groups of members of a step, each in ascending order. */
export function groupsOf(levels: readonly number[], { from, to, leadersOnly }: ReductionStep): number[][] {
  const above = memberCount(levels.slice(0, from));
  const inside = memberCount(levels.slice(from, to));
  const below = memberCount(levels.slice(to));
  const groups: number[][] = [];
  for (let prefix = 0; prefix < above; prefix++)
    for (let suffix = 0; suffix < (leadersOnly ? 1 : below); suffix++)
      groups.push(Array.from({ length: inside }, (_, i) => (prefix * inside + i) * below + suffix));
  return groups;
}

/**
 * One step for each collective and range of levels. A range begins and ends at a level of several
 * members, so no two steps have the same groups.
 */
export function possibleSteps(levels: readonly number[]): ReductionStep[] {
  const found: ReductionStep[] = [];
  for (const collective of reductionCollectives)
    for (let from = 0; from < levels.length; from++)
      for (let to = from + 1; to <= levels.length; to++) {
        if (levels[from] === 1 || levels[to - 1] === 1) continue;
        found.push({ collective, from, to, leadersOnly: false });
        if (memberCount(levels.slice(to)) > 1) found.push({ collective, from, to, leadersOnly: true });
      }
  return found;
}

/** `reduce-scatter 1..2` of levels from 1 up to 2, with a star for leaders alone. */
export const stepText = ({ collective, from, to, leadersOnly }: ReductionStep): string =>
  `${collective}${leadersOnly ? "*" : ""} ${from}..${to}`;

export const programText = (program: ReductionProgram): string => program.map(stepText).join(", ");
