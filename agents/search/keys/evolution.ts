/**
 * The loop of BRKGA, the biased random-key genetic algorithm (Goncalves, Resende, J. Heuristics
 * 2011), over the keys of random-keys.ts, one chromosome at a time.
 *
 * A generation keeps its elite and adds mutants of fresh keys. Children fill the rest: each key
 * comes from an elite parent with its elite bias, else from another parent. Children and mutants
 * cost one evaluation each, the elite none.
 *
 * What a key is drawn from, and its elite bias, may differ from key to key. That is what REGAL
 * (Paliwal et al., ICLR 2020) learns. A key takes one random number when it is drawn and one when
 * it is inherited, whatever its distribution. So uniform keys and one bias are plain BRKGA to the
 * last bit.
 */
import type { Placement } from "../../../env/model/plan/placement.ts";
import type { Rng } from "../../../env/model/rng.ts";
import type { Evaluator } from "../../../env/sim/evaluator/contract.ts";
import { type Quantiles, quantileAt } from "./beta-quantiles.ts";
import type { KeyDecoder } from "./random-keys.ts";

export interface GenerationSizes {
  /** Chromosomes of a generation. */
  readonly population: number;
  /** Share of the population that is kept, at least 1 chromosome. */
  readonly elite: number;
  /** Share of the population that is drawn afresh in each generation. */
  readonly mutants: number;
}

/** What each key is drawn and inherited by. */
export interface KeyDistributions {
  /** Of each key the quantiles of its distribution, null for uniform keys. */
  readonly quantiles: readonly (Quantiles | null)[];
  /** Of each key the probability that a child has it from its elite parent. */
  readonly eliteBias: Float64Array;
}

export interface Evolution {
  /** Of the best chromosome so far, `Infinity` before the first. */
  readonly bestCost: number;
  readonly bestPlan: Placement | null;
  /** Scores one more chromosome; answers its plan where it is the best so far, else null. */
  next(): Placement | null;
}

interface Member {
  readonly keys: Float64Array;
  readonly cost: number;
}

/** Uniform keys that all have one elite bias. */
export const plainDistributions = (length: number, rho: number): KeyDistributions => ({
  quantiles: new Array(length).fill(null),
  eliteBias: new Float64Array(length).fill(rho),
});

export function createEvolution(
  decoder: KeyDecoder,
  evaluator: Pick<Evaluator, "evaluate">,
  rng: Rng,
  { population, elite, mutants }: GenerationSizes,
  distributions: KeyDistributions,
): Evolution {
  const eliteCount = Math.max(1, Math.round(elite * population));
  const mutantCount = Math.round(mutants * population);
  let parents: Member[] = [];
  let generation: Member[] = [];
  let bestCost = Number.POSITIVE_INFINITY;
  let bestPlan: Placement | null = null;
  return {
    get bestCost() {
      return bestCost;
    },
    get bestPlan() {
      return bestPlan;
    },
    next() {
      const isDrawn = parents.length === 0 || generation.length < eliteCount + mutantCount;
      const keys = isDrawn ? drawnKeys(distributions, rng) : child(parents, eliteCount, distributions, rng);
      const plan = decoder.decode(keys);
      const { cost } = evaluator.evaluate(plan);
      generation.push({ keys, cost });
      if (generation.length === population) {
        parents = generation.sort((a, b) => a.cost - b.cost);
        generation = parents.slice(0, eliteCount);
      }
      if (cost >= bestCost) return null;
      bestCost = cost;
      bestPlan = plan;
      return plan;
    },
  };
}

/** Keys of one chromosome, each from its own distribution. */
export function drawnKeys({ quantiles }: Pick<KeyDistributions, "quantiles">, rng: Rng): Float64Array {
  const keys = new Float64Array(quantiles.length);
  for (let gene = 0; gene < keys.length; gene++) {
    const table = quantiles[gene];
    keys[gene] = table === null ? rng.next() : quantileAt(table, rng.next());
  }
  return keys;
}

/** Pre: `parents` are sorted, the elite first. */
function child(
  parents: readonly Member[],
  eliteCount: number,
  { eliteBias }: KeyDistributions,
  rng: Rng,
): Float64Array {
  const better = parents[rng.int(eliteCount)].keys;
  const other = parents[eliteCount + rng.int(parents.length - eliteCount)].keys;
  const keys = new Float64Array(better.length);
  for (let gene = 0; gene < keys.length; gene++)
    keys[gene] = rng.next() < eliteBias[gene] ? better[gene] : other[gene];
  return keys;
}
