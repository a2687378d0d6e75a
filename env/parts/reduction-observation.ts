/**
 * The default observation of `Reduction/Program-v1`: what the members of the current sum hold, on
 * levels of two, then the levels and the sum. All numbers are in [0, 1]. The arrays belong to the
 * caller.
 */
import { coordinatesOf } from "../model/layout/mesh.ts";
import type { ReductionState as Contexts } from "../model/layout/reductions/contexts.ts";
import { contextLevels } from "../model/layout/reductions/contexts.ts";
import { MOST_STEPS } from "../model/layout/reductions/steps.ts";
import { box } from "../spaces/box.ts";
import { dict } from "../spaces/dict.ts";
import { discrete } from "../spaces/discrete.ts";
import { namesSpace } from "../spaces/names.ts";
import type { ObservationPart } from "./observation-part.ts";

/** A sum whose program an episode decides. */
export interface ReductionSum {
  readonly axes: readonly number[];
  /** Members of a group on each level of the machines, outermost first. */
  readonly levels: readonly number[];
  /** What each rank holds of all such sums, and how many there are. */
  readonly bytes: number;
  readonly count: number;
}

/** What the observations of `Reduction/Program-v1` may read of a running episode. */
export interface ReductionView {
  readonly sums: readonly ReductionSum[];
  /** Bytes per us of the slowest pair of ranks that first meet on each level. */
  readonly bytesPerUs: readonly number[];
  /** The sum that the next action is about, -1 after the end. */
  readonly current: number;
  /** Contributors of each chunk of each member, on levels of two; null after the end. */
  readonly contexts: Contexts | null;
  readonly stepsLeft: number;
}

export interface ReductionObservation {
  /** 1 where a member holds a contributor's part: [members x chunks x contributors]. */
  readonly contexts: Float32Array;
  /** What is seen of each level, shape [levels x levelColumns.length], row by row. */
  readonly levels: Float32Array;
  readonly levelColumns: readonly string[];
  /** What is seen of the sum. */
  readonly sum: Float32Array;
  readonly sumColumns: readonly string[];
  /** The sum that the next action is about, -1 where there is none. */
  readonly current: number;
}

/** Over the ranks of a group, and over the fastest level. */
export const levelColumns = Object.freeze(["members", "speed"] as const);
/** Shares of all sums, and of the most steps. */
export const reductionColumns = Object.freeze(["bytes", "count", "stepsLeft"] as const);

export function reductionObservation(
  sums: readonly ReductionSum[],
  bytesPerUs: readonly number[],
): ObservationPart<ReductionObservation, ReductionView> {
  const levelCount = bytesPerUs.length;
  const members = 2 ** levelCount;
  const fastest = Math.max(...bytesPerUs.filter(Number.isFinite), 0);
  const [allBytes, allCount] = [total(sums, "bytes"), total(sums, "count")];
  return {
    space: dict<ReductionObservation>({
      contexts: box({ shape: [members, members, members], low: 0, high: 1 }),
      levels: box({ shape: [levelCount, levelColumns.length], low: 0, high: 1 }),
      levelColumns: namesSpace(levelColumns),
      sum: box({ shape: [reductionColumns.length], low: 0, high: 1 }),
      sumColumns: namesSpace(reductionColumns),
      current: discrete(sums.length + 1, { start: -1 }),
    }),
    needsStartTimes: false,
    observe({ current, contexts, stepsLeft }) {
      const sum = current === -1 ? null : sums[current];
      const group = sum === null ? 1 : sum.levels.reduce((product, size) => product * size, 1);
      const levels = new Float32Array(levelCount * levelColumns.length);
      bytesPerUs.forEach((speed, level) => {
        const share = sum === null || group === 1 ? 0 : (sum.levels[level] - 1) / (group - 1);
        levels.set([share, Number.isFinite(speed) ? speed / fastest : 1], level * levelColumns.length);
      });
      const shares =
        sum === null ? [0, 0, 0] : [share(sum.bytes, allBytes), sum.count / allCount, stepsLeft / MOST_STEPS];
      return {
        contexts: sum === null || contexts === null ? new Float32Array(members ** 3) : bitsOf(contexts, sum),
        levels,
        levelColumns,
        sum: Float32Array.from(shares),
        sumColumns: reductionColumns,
        current,
      };
    },
  };
}

/** A level of one member leaves the entries of all other digits 0. */
function bitsOf(contexts: Contexts, { levels }: ReductionSum): Float32Array {
  const small = contextLevels(levels);
  const members = 2 ** levels.length;
  const count = Math.sqrt(contexts.length);
  const placeOf = Array.from({ length: count }, (_, member) =>
    coordinatesOf(small, member).reduce((place, digit) => 2 * place + digit, 0),
  );
  const bits = new Float32Array(members ** 3);
  contexts.forEach((contributors, entry) => {
    const row = placeOf[Math.floor(entry / count)] * members + placeOf[entry % count];
    placeOf.forEach((place, contributor) => {
      bits[row * members + place] = (contributors >>> contributor) & 1;
    });
  });
  return bits;
}

const total = (sums: readonly ReductionSum[], field: "bytes" | "count"): number =>
  sums.reduce((all, sum) => all + sum[field], 0);

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
