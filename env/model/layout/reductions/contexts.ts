/**
 * What the members of a reduction hold, and what a step does to it (Xie et al., MLSys 2022, "P2"):
 * a set of contributors for each chunk of the data. A collective is legal where its groups hold
 * what it needs, so that nothing is added twice and nothing is lost.
 *
 * A level of two members stands for one of any size above 1: legal programs are the same. So what
 * is legal is found on at most `MOST_MEMBERS` members (`contextLevels`).
 */
import {
  groupsOf,
  memberCount,
  type ReductionCollective,
  type ReductionProgram,
  type ReductionStep,
} from "./steps.ts";

/**
 * Contributors of each chunk of each member as bits, row by row: entry member x count + chunk. The
 * data has as many chunks as there are members, at most 32.
 */
export type ReductionState = Uint32Array;

export const MOST_MEMBERS = 32;

/** The smallest levels on which the same programs are legal. */
export const contextLevels = (levels: readonly number[]): number[] => levels.map((size) => Math.min(size, 2));

/** Each member holds its own contribution to every chunk. Pre: at most `MOST_MEMBERS` members. */
export function startOf(levels: readonly number[]): ReductionState {
  const count = memberCount(levels);
  if (count > MOST_MEMBERS)
    throw new RangeError(`${count} members are given, expected at most ${MOST_MEMBERS}.`);
  return Uint32Array.from({ length: count * count }, (_, entry) => 1 << Math.floor(entry / count));
}

/** Every member holds every chunk with all contributors. */
export function isReduced(state: ReductionState): boolean {
  const count = Math.sqrt(state.length);
  const all = count === 32 ? 0xffffffff : 2 ** count - 1;
  return state.every((contributors) => contributors === all);
}

/** The state after a step; null where it is not legal or changes nothing. */
export function afterStep(
  levels: readonly number[],
  state: ReductionState,
  step: ReductionStep,
): ReductionState | null {
  const next = state.slice();
  for (const group of groupsOf(levels, step)) if (!rules[step.collective](next, group)) return null;
  return next.every((contributors, entry) => contributors === state[entry]) ? null : next;
}

/** Where a program leaves off: the state after its steps; null where one of them is not legal. */
export function afterProgram(levels: readonly number[], program: ReductionProgram): ReductionState | null {
  const small = contextLevels(levels);
  let state: ReductionState | null = startOf(small);
  for (const step of program) if (state !== null) state = afterStep(small, state, step);
  return state;
}

/** Changes the rows of the group; false where the collective is not legal. */
type Rule = (state: ReductionState, group: readonly number[]) => boolean;

const rules: Readonly<Record<ReductionCollective, Rule>> = {
  "all-reduce": (state, group) =>
    reduceInto(state, group, (_chunks, union, row) => {
      row.set(union);
    }),
  "reduce-scatter": (state, group) => {
    const chunks = chunksOf(rowOf(state, group[0]));
    if (chunks.length % group.length !== 0) return false;
    const share = chunks.length / group.length;
    return reduceInto(state, group, (held, union, row, i) => {
      row.fill(0);
      for (const chunk of held.slice(i * share, (i + 1) * share)) row[chunk] = union[chunk];
    });
  },
  reduce: (state, group) =>
    reduceInto(state, group, (_chunks, union, row, i) => {
      if (i === 0) row.set(union);
      else row.fill(0);
    }),
  "all-gather": gather,
  broadcast: (state, group) => {
    const [first, ...others] = group.map((member) => rowOf(state, member));
    if (chunksOf(first).length === 0) return false;
    const isCovered = others.every((row) => row.every((bits, chunk) => (bits & ~first[chunk]) === 0));
    if (!isCovered) return false;
    for (const row of others) row.set(first);
    return true;
  },
};

function rowOf(state: ReductionState, member: number): Uint32Array {
  const count = Math.sqrt(state.length);
  return state.subarray(member * count, (member + 1) * count);
}

const chunksOf = (row: Uint32Array): number[] => [...row.keys()].filter((chunk) => row[chunk] !== 0);

/** Pre of a reduction: all hold the same chunks, and no contributor of a chunk is there twice. */
function reduceInto(
  state: ReductionState,
  group: readonly number[],
  give: (chunks: readonly number[], union: Uint32Array, row: Uint32Array, i: number) => void,
): boolean {
  const rows = group.map((member) => rowOf(state, member));
  const chunks = chunksOf(rows[0]);
  if (chunks.length === 0) return false;
  const union = new Uint32Array(rows[0].length);
  for (const row of rows) {
    for (let chunk = 0; chunk < row.length; chunk++) {
      if ((row[chunk] !== 0) !== (rows[0][chunk] !== 0) || (union[chunk] & row[chunk]) !== 0) return false;
      union[chunk] |= row[chunk];
    }
  }
  rows.forEach((row, i) => {
    give(chunks, union, row, i);
  });
  return true;
}

/** Pre: no chunk is there twice, and all chunks have the same contributors. */
function gather(state: ReductionState, group: readonly number[]): boolean {
  const rows = group.map((member) => rowOf(state, member));
  const union = new Uint32Array(rows[0].length);
  let contributors = 0;
  for (const row of rows)
    for (const chunk of chunksOf(row)) {
      if (union[chunk] !== 0 || (contributors !== 0 && contributors !== row[chunk])) return false;
      union[chunk] = row[chunk];
      contributors = row[chunk];
    }
  if (contributors === 0) return false;
  for (const row of rows) row.set(union);
  return true;
}
