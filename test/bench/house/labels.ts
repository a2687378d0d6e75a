/**
 * Labels for `house`: pools of changes that its search met, and how much each change truly changes
 * the cost. A label is the cost of the change's own list schedule.
 */
import type { Guide } from "../../../agents/search/groups/best-rounds.ts";
import { orderedState } from "../../../agents/search/groups/ordered-state.ts";
import type { PlanState } from "../../../agents/search/groups/plan-state.ts";
import { NUMBER_COUNT } from "../../../agents/search/ranker/change-numbers.ts";
import type { LabelledPool } from "../../../agents/search/ranker/learn-network.ts";
import {
  type ChangeScorer,
  type RankedOptions,
  RankedProposals,
  type ScoredPool,
} from "../../../agents/search/ranker/ranked-proposals.ts";
import { evaluator, type Rng } from "../../../env/index.ts";
import { metered } from "../../../env/sim/evaluator/meter.ts";
import { type Case, searchCase } from "./lab.ts";

export interface Collecting {
  readonly scorer: ChangeScorer;
  readonly options: RankedOptions;
  readonly simulations: number;
  readonly hot: number;
  readonly cold: number;
  /** Chance that a pool is labelled. */
  readonly chance: number;
}

/** Share of rebuilds, which lead to other states than changes alone. */
const REBUILDS = 0.2;

/** Runs a search on a case and labels some of the pools that it meets. */
export async function collect(
  from: Case,
  seed: number,
  rng: Rng,
  given: Collecting,
): Promise<LabelledPool[]> {
  const pools: LabelledPool[] = [];
  const guide: Guide = (parts) => {
    const free = metered(evaluator(from.scenario), {});
    const labeller = orderedState(parts.choices, free);
    const onPool = (pool: ScoredPool) => {
      if (pool.changes.length > 1 && rng.next() < given.chance) pools.push(labelled(pool, labeller));
    };
    return new RankedProposals({ ...parts, scorer: given.scorer, onPool }, given.options);
  };
  const { hot, cold } = given;
  await searchCase(from, given.simulations, seed, { guide, hot, cold, rebuilds: REBUILDS });
  return pools;
}

function labelled(
  { changes, groupDevice, numbers, temperature }: ScoredPool,
  state: PlanState,
): LabelledPool {
  state.reset(groupDevice);
  const before = state.cost;
  return {
    numbers: numbers.slice(0, changes.length * NUMBER_COUNT),
    relative: Float32Array.from(changes, (change) => state.score(change) / before - 1),
    temperature,
  };
}

/**
 * Mean best change by what is tried of each pool, in percent of the cost: the network's first
 * `few`, random ones, all. Lower is better.
 */
export function bestOfFew(pools: readonly LabelledPool[], scorer: ChangeScorer, rng: Rng) {
  const sums = { first1: 0, first4: 0, random1: 0, random4: 0, random16: 0, all: 0 };
  for (const { numbers, relative } of pools) {
    const scores = new Float32Array(relative.length);
    scorer.score(numbers, relative.length, scores);
    const order = Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a]);
    const shuffled = rng.shuffle(Array.from(scores.keys()));
    const best = (rows: readonly number[]) => Math.min(...rows.map((row) => relative[row]));
    sums.first1 += best(order.slice(0, 1));
    sums.first4 += best(order.slice(0, 4));
    sums.random1 += best(shuffled.slice(0, 1));
    sums.random4 += best(shuffled.slice(0, 4));
    sums.random16 += best(shuffled.slice(0, 16));
    sums.all += best(order);
  }
  return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, (100 * sum) / pools.length]));
}
