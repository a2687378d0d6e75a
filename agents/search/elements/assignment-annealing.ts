/**
 * Simulated annealing over assignments of elements (Kirkpatrick, Gelatt, Vecchi, Science 1983) with
 * the moves of assignment-moves.ts or others. Temperatures fall geometrically. They are shares of
 * the present energy, so that the unit of time changes no decision. The best assignment by the true
 * objective is kept.
 *
 * search/groups/cooling.ts differs: it places groups, scores each proposal by the metered
 * evaluator, and cools by the spent budget.
 */
import type { Rng } from "../../../env/model/rng.ts";
import { createElementMoves, type Moves } from "./assignment-moves.ts";
import type { AssignmentState } from "./assignment-state.ts";

export interface AnnealingSchedule {
  readonly proposals: number;
  /** First and last temperature: an energy larger by this share is accepted 1 in e times. */
  readonly hot: number;
  readonly cold: number;
}

export interface Annealed {
  readonly deviceOf: Int32Array;
  readonly valueUs: number;
  /** Proposals made so far. */
  readonly proposals: number;
}

/** Proposals between two temperatures. */
const SWEEP = 128;
const PAUSE_EVERY = 1024;
/** A smaller improvement, as a share, may be rounding. */
const ROUNDING = 1e-12;

/**
 * Starts from the state's assignment. Yields the best so far after every few sweeps, and ends early
 * if the caller answers `true`.
 */
export function* anneal(
  state: AssignmentState,
  rng: Rng,
  { proposals, hot, cold }: AnnealingSchedule,
  movesOf: (state: AssignmentState, rng: Rng) => Moves = createElementMoves,
): Generator<Annealed, Annealed, boolean | undefined> {
  let energy = state.energy();
  let best = { deviceOf: state.deviceOf.slice(), valueUs: state.valueUs };
  if (state.deviceCount < 2) return { ...best, proposals: 0 };
  const moves = movesOf(state, rng);
  const cooling = (cold / hot) ** (SWEEP / proposals);
  let temperature = hot;
  for (let made = 1; made <= proposals; made++) {
    if (made % SWEEP === 0) temperature *= cooling;
    if (made % PAUSE_EVERY === 0 && (yield { ...best, proposals: made })) return { ...best, proposals: made };
    if (!moves.make()) {
      moves.undo();
      continue;
    }
    const next = state.energy();
    if (next > energy && rng.next() >= Math.exp((1 - next / energy) / temperature)) {
      moves.undo();
      continue;
    }
    energy = next;
    if (state.valueUs < best.valueUs * (1 - ROUNDING))
      best = { deviceOf: state.deviceOf.slice(), valueUs: state.valueUs };
  }
  return { ...best, proposals };
}
