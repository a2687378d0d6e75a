/**
 * The search of Adaptive Paddle's public planner (Ao et al., arXiv 2112.02752). A random op takes a
 * random one of its mappings, and keeps it only where the cost falls. It ends after so many
 * failures in a row. The code calls it MCMC; it never accepts what is dearer.
 */
import type { Rng } from "../../../env/model/rng.ts";
import type { StrategySpace } from "./strategies.ts";

export interface Climbed {
  readonly strategy: Int32Array;
  readonly cost: number;
}

/** Yields the start, and each strategy that costs less than the one before. */
export function* climbMappings(
  { legal }: Pick<StrategySpace, "legal">,
  rng: Rng,
  start: Int32Array,
  { patience, costOf }: { readonly patience: number; readonly costOf: (strategy: Int32Array) => number },
): Generator<Climbed, void> {
  let best = { strategy: start, cost: costOf(start) };
  yield best;
  const open = [...legal.keys()].filter((op) => legal[op].length > 1);
  if (open.length === 0) return;
  for (let failures = 0; failures < patience; ) {
    const op = open[rng.int(open.length)];
    const strategy = best.strategy.slice();
    strategy[op] = rng.int(legal[op].length);
    const cost = strategy[op] === best.strategy[op] ? best.cost : costOf(strategy);
    failures = cost < best.cost ? 0 : failures + 1;
    if (failures > 0) continue;
    best = { strategy, cost };
    yield best;
  }
}
