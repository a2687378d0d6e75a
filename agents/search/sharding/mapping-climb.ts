/**
 * The search of Adaptive Paddle's public planner (Ao et al., arXiv 2112.02752). A random op takes a
 * random one of its mappings, and keeps it only where the cost falls. It ends after so many
 * failures in a row. The code calls it MCMC; it never accepts what is dearer.
 */
import type { Rng } from "../../../env/model/rng.ts";
import type { StrategySpace } from "./strategies.ts";

export interface Climbed<State> {
  readonly state: State;
  readonly cost: number;
}

export interface Climbing<State> {
  readonly patience: number;
  readonly costOf: (state: State) => number;
}

/**
 * Yields the start, and each state that costs less than the one before. A proposal of null leaves
 * the state as it is: a failure that costs no simulation.
 */
export function* climb<State>(
  start: State,
  propose: (state: State) => State | null,
  { patience, costOf }: Climbing<State>,
): Generator<Climbed<State>, void> {
  let best = { state: start, cost: costOf(start) };
  yield best;
  for (let failures = 0; failures < patience; ) {
    const state = propose(best.state);
    const cost = state === null ? best.cost : costOf(state);
    failures = cost < best.cost ? 0 : failures + 1;
    if (state === null || failures > 0) continue;
    best = { state, cost };
    yield best;
  }
}

/** Over the mappings of ops on one mesh. */
export function* climbMappings(
  { legal }: Pick<StrategySpace, "legal">,
  rng: Rng,
  start: Int32Array,
  climbing: Climbing<Int32Array>,
): Generator<Climbed<Int32Array>, void> {
  const open = [...legal.keys()].filter((op) => legal[op].length > 1);
  if (open.length === 0) {
    yield { state: start, cost: climbing.costOf(start) };
    return;
  }
  const propose = (strategy: Int32Array): Int32Array | null => {
    const op = open[rng.int(open.length)];
    return changed(strategy, op, rng.int(legal[op].length));
  };
  yield* climb(start, propose, climbing);
}

/** Null where the op has this mapping already. */
export const changed = (strategy: Int32Array, op: number, mapping: number): Int32Array | null =>
  strategy[op] === mapping ? null : strategy.with(op, mapping);
