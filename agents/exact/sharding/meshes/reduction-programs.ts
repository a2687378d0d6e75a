/**
 * Synthesis of reduction programs (Xie et al., MLSys 2022, "P2"): all sequences of at most so many
 * legal steps that leave the whole sum on every member, and what each costs.
 *
 * A step costs the bytes that a ring, or for one root a pipeline, sends over the outermost level
 * that its groups cross. Groups that cross one uplink at the same time share it.
 */
import {
  afterStep,
  isReduced,
  memberCount,
  type ReductionState,
  type ReductionStep,
  reductionCollectives,
  startOf,
} from "./reduction-steps.ts";

export type ReductionProgram = readonly ReductionStep[];

/** The longest programs of the paper. */
export const MOST_STEPS = 5;

/** Shorter programs first; among equals in the order of their steps. */
export function reductionPrograms(levels: readonly number[], mostSteps = MOST_STEPS): ReductionProgram[] {
  const steps = possibleSteps(levels);
  const known = new Map<string, ReductionProgram[]>();
  const completions = (state: ReductionState, left: number): ReductionProgram[] => {
    if (isReduced(state)) return [[]];
    if (left === 0) return [];
    const key = `${left} ${state.join(" ")}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const found = steps.flatMap((step) => {
      const next = afterStep(levels, state, step);
      return next === null ? [] : completions(next, left - 1).map((rest) => [step, ...rest]);
    });
    known.set(key, found);
    return found;
  };
  return completions(startOf(levels), mostSteps).sort((a, b) => a.length - b.length);
}

/** One for each collective and range of levels whose groups have at least two members. */
function possibleSteps(levels: readonly number[]): ReductionStep[] {
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

/** The links that members of different groups of a level are joined by. */
export interface LevelLink {
  readonly bytesPerUs: number;
  readonly latencyUs: number;
  /** One uplink for all below it, or one for each device. */
  readonly shared: boolean;
}

export interface ReductionCost {
  /** Members of the reduction axis at each level. */
  readonly levels: readonly number[];
  /** Devices of the machine at each level, a multiple of the members. */
  readonly machine: readonly number[];
  readonly links: readonly LevelLink[];
  /** Bytes that each member starts with. */
  readonly bytes: number;
}

/** Time of a legal program in us: the steps one after the other. */
export function programUs(cost: ReductionCost, program: ReductionProgram): number {
  let state = startOf(cost.levels);
  let us = 0;
  for (const step of program) {
    const next = afterStep(cost.levels, state, step);
    if (next === null) throw new RangeError(`The step ${stepText(step)} is not legal there.`);
    us += stepUs(cost, step, mostChunks(state), mostChunks(next));
    state = next;
  }
  return us;
}

function stepUs(
  { levels, machine, links, bytes }: ReductionCost,
  { collective, from, to, leadersOnly }: ReductionStep,
  chunksBefore: number,
  chunksAfter: number,
): number {
  const outermost = levels.findIndex((size, level) => level >= from && size > 1);
  const { bytesPerUs, latencyUs, shared } = links[outermost];
  const members = memberCount(levels.slice(from, to));
  const below = memberCount(machine.slice(outermost + 1)) / memberCount(levels.slice(outermost + 1, to));
  const together = leadersOnly ? below / memberCount(levels.slice(to)) : below;
  const held = Math.max(chunksBefore, chunksAfter) / memberCount(levels);
  const ring = (members - 1) / members;
  const factor = {
    "all-reduce": 2 * ring,
    "reduce-scatter": ring,
    "all-gather": ring,
    reduce: 1,
    broadcast: 1,
  };
  const rounds = collective === "all-reduce" ? 2 * (members - 1) : members - 1;
  return (factor[collective] * held * bytes * (shared ? together : 1)) / bytesPerUs + rounds * latencyUs;
}

function mostChunks(state: ReductionState): number {
  const count = Math.sqrt(state.length);
  let most = 0;
  for (let member = 0; member < count; member++)
    most = Math.max(
      most,
      state.subarray(member * count, (member + 1) * count).filter((bits) => bits !== 0).length,
    );
  return most;
}

/** `reduce-scatter 1..2` of levels from 1 up to 2, with a star for leaders alone. */
export const stepText = ({ collective, from, to, leadersOnly }: ReductionStep): string =>
  `${collective}${leadersOnly ? "*" : ""} ${from}..${to}`;

/** The program of least time; of equal ones the shortest. */
export function bestProgram(cost: ReductionCost, mostSteps = MOST_STEPS) {
  return reductionPrograms(cost.levels, mostSteps)
    .map((program) => ({ program, us: programUs(cost, program) }))
    .reduce((best, next) => (next.us < best.us * (1 - SAME) ? next : best));
}

const SAME = 1e-12;
