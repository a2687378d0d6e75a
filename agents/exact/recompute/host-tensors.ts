/**
 * Roc's memory program (Jia et al., MLSys 2020): which tensors stay in an accelerator's memory and
 * which wait on the host, so that the fewest bytes cross between both. Steps run in a given order,
 * and all tensors that one reads or writes must be in memory while it runs.
 *
 * The states after a step are the tensors in memory and those with a copy on the host. Each keeps
 * its fewest bytes. A tensor is brought as late as it can be, and leaves only for want of room, in
 * a smallest set that makes enough: both are without loss. It is stored unless the host has it, and
 * one that nobody reads again leaves for nothing. The rules in this form are ours.
 */
import { InputError } from "../../../env/model/errors.ts";

export interface TensorStep {
  readonly reads: readonly number[];
  readonly writes: readonly number[];
}

export interface TensorProblem {
  /** Of each tensor. */
  readonly bytes: readonly number[];
  /** Tensors that the host has at the start; the others come into being when they are written. */
  readonly onHost: readonly number[];
  readonly steps: readonly TensorStep[];
  readonly capacityBytes: number;
}

/** What is done before a step, in this order. */
export interface TensorMoves {
  readonly stores: readonly number[];
  /** Those that leave, whether stored now or before. */
  readonly leaves: readonly number[];
  readonly loads: readonly number[];
}

export interface TensorPlan {
  /** Both ways. */
  readonly movedBytes: number;
  readonly peakBytes: number;
  /** Of each step. */
  readonly moves: readonly TensorMoves[];
}

/** Sets of tensors are bits of a number. */
export const MOST_TENSORS = 30;

/** The plan that moves the fewest bytes; null where some step does not fit. */
export function fewestMovedBytes(problem: TensorProblem): TensorPlan | null {
  checkProblem(problem);
  const { bytes, steps } = problem;
  const later = readLater(problem);
  let states = new Map<string, State>();
  const start: State = { resident: 0, stored: setOf(problem.onHost), moved: 0, moves: null, before: null };
  states.set(keyOf(start), start);
  let peakBytes = 0;
  for (let i = 0; i < steps.length; i++) {
    const next = new Map<string, State>();
    for (const state of states.values())
      for (const after of afterStep(problem, state, i, later[i + 1])) {
        const known = next.get(keyOf(after));
        if (known === undefined || after.moved < known.moved) next.set(keyOf(after), after);
      }
    states = next;
  }
  let best: State | null = null;
  for (const state of states.values()) if (best === null || state.moved < best.moved) best = state;
  if (best === null) return null;
  const moves: TensorMoves[] = [];
  for (let state = best; state.before !== null; state = state.before) {
    moves.unshift(state.moves!);
    const needed = neededBy(steps[steps.length - moves.length]);
    const kept = state.before.resident & ~setOf(state.moves!.leaves);
    peakBytes = Math.max(peakBytes, bytesOf(bytes, kept | needed));
  }
  return { movedBytes: best.moved, peakBytes, moves };
}

interface State {
  readonly resident: number;
  /** With a copy on the host that is up to date. */
  readonly stored: number;
  readonly moved: number;
  /** What led here. */
  readonly moves: TensorMoves | null;
  readonly before: State | null;
}

const keyOf = ({ resident, stored }: State): string => `${resident} ${stored}`;

const setOf = (tensors: readonly number[]): number => tensors.reduce((set, t) => set | (1 << t), 0);

const neededBy = ({ reads, writes }: TensorStep): number => setOf(reads) | setOf(writes);

function tensorsIn(set: number): number[] {
  const tensors: number[] = [];
  for (let t = 0; set >> t !== 0; t++) if ((set >> t) & 1) tensors.push(t);
  return tensors;
}

const bytesOf = (bytes: readonly number[], set: number): number =>
  tensorsIn(set).reduce((sum, t) => sum + bytes[t], 0);

/** For each step the tensors whose content some step from it on still reads. */
function readLater({ steps }: TensorProblem): Int32Array {
  const later = new Int32Array(steps.length + 1);
  for (let i = steps.length - 1; i >= 0; i--)
    later[i] = (later[i + 1] & ~setOf(steps[i].writes)) | setOf(steps[i].reads);
  return later;
}

/** The states that step i can lead to. */
function* afterStep(
  { bytes, steps, capacityBytes }: TensorProblem,
  state: State,
  i: number,
  later: number,
): Generator<State> {
  const reads = setOf(steps[i].reads);
  const writes = setOf(steps[i].writes);
  const absent = reads & ~state.resident;
  const excess = bytesOf(bytes, state.resident | reads | writes) - capacityBytes;
  const movable = tensorsIn(state.resident & ~(reads | writes));
  for (const leaving of smallestSets(bytes, movable, excess)) {
    const storing = leaving & ~state.stored;
    const stored = (state.stored | storing) & ~writes;
    yield {
      resident: ((state.resident & ~leaving) | reads | writes) & later,
      stored: stored & later,
      moved: state.moved + bytesOf(bytes, storing) + bytesOf(bytes, absent),
      moves: { stores: tensorsIn(storing), leaves: tensorsIn(leaving), loads: tensorsIn(absent) },
      before: state,
    };
  }
}

/** Sets of at least so many bytes of which no tensor can be left out. */
function* smallestSets(
  bytes: readonly number[],
  tensors: readonly number[],
  excess: number,
): Generator<number> {
  const chosen: number[] = [];
  function* extend(from: number, sum: number): Generator<number> {
    if (sum >= excess) {
      if (chosen.every((t) => sum - bytes[t] < excess)) yield setOf(chosen);
      return;
    }
    for (let k = from; k < tensors.length; k++) {
      chosen.push(tensors[k]);
      yield* extend(k + 1, sum + bytes[tensors[k]]);
      chosen.pop();
    }
  }
  yield* extend(0, 0);
}

function checkProblem({ bytes, onHost, steps }: TensorProblem): void {
  if (bytes.length > MOST_TENSORS)
    throw new InputError(`The memory program has ${bytes.length} tensors, expected at most ${MOST_TENSORS}.`);
  const known = new Set(onHost);
  steps.forEach(({ reads, writes }, i) => {
    const missing = reads.find((t) => !known.has(t));
    if (missing !== undefined)
      throw new InputError(`Step ${i} reads tensor ${missing}, which is on no host and was not written.`);
    for (const t of writes) known.add(t);
  });
}
