/**
 * Go with the winners (Aldous and Vazirani, FOCS 1994) over annealing chains. Several walkers cool
 * together. At each checkpoint the worse half of them is replaced by copies of the better half.
 *
 * The walkers are placements that each keep the order of their own list schedule. They take turns
 * on one state, one budget and one source of trials. What is ours: checkpoints at
 * equal shares of the budget, and one temperature for all walkers, which falls over all rounds.
 */
import type { Placement } from "../../../env/model/plan/placement.ts";
import type { Rng } from "../../../env/model/rng.ts";
import { cool } from "../groups/cooling.ts";
import type { Kept, OrderedState } from "../groups/ordered-state.ts";
import type { Trials } from "../groups/trials.ts";

export interface Winners {
  readonly walkers: number;
  /** Stretches between checkpoints. */
  readonly rounds: number;
  /** Temperatures as shares of the present cost. */
  readonly hot: number;
  readonly cold: number;
  /** The share spent of a stretch that may take `share` of what is left now; from 0 to 1. */
  readonly progressOf: (share: number) => () => number;
}

/** Yields a plan whenever it is better than all before in its stretch. */
export async function* goWithWinners(
  state: OrderedState,
  trials: Trials,
  rng: Rng,
  { walkers, rounds, hot, cold, progressOf }: Winners,
): AsyncGenerator<Placement, void> {
  let population: Kept[] = Array.from({ length: walkers }, () => state.keep());
  const temperature = (round: number) => hot * (cold / hot) ** (round / rounds);
  for (let round = 0; round < rounds; round++) {
    const next: Kept[] = [];
    for (const [walker, kept] of population.entries()) {
      state.goBack(kept);
      const left = (rounds - round) * walkers - walker;
      yield* cool(state, trials, rng, {
        hot: temperature(round),
        cold: temperature(round + 1),
        progress: progressOf(1 / left),
      });
      next.push(state.keep());
    }
    population = survivors(next);
  }
}

/** The better half twice, the best ones first. */
export function survivors(population: readonly Kept[]): Kept[] {
  const ranked = [...population].sort((a, b) => a.cost - b.cost);
  const better = ranked.slice(0, Math.ceil(ranked.length / 2));
  return ranked.map((_, i) => better[i % better.length]);
}
