/**
 * Runs of BRKGA on one task, with given distributions of its keys or plain. A rollout of REGAL
 * (Paliwal et al., ICLR 2020) compares the two under the same budget and seeds:
 *
 *     reward = mean over seeds of -log(cost with the distributions / cost of plain BRKGA)
 *
 * All runs are charged, those of plain BRKGA once for each seed. A rollout has one seed or several
 * of a fixed set.
 */
import type { Placement } from "../../../env/model/plan/placement.ts";
import type { Rng } from "../../../env/model/rng.ts";
import type { Outcome } from "../../../env/sim/evaluator/contract.ts";
import type { Task } from "../../contract.ts";
import type { Choices } from "../../problems/choices.ts";
import { createEvolution, type GenerationSizes, type KeyDistributions } from "../../search/keys/evolution.ts";
import { distributionsOf, PLAIN } from "../../search/keys/key-bins.ts";
import { deviceDecoder, type KeyDecoder, orderedDecoder } from "../../search/keys/random-keys.ts";

export interface RunRules extends GenerationSizes {
  /** Simulations of a run, or evaluations where only those are limited. */
  readonly budget: number;
  /** Runs whose rewards are averaged in a rollout. */
  readonly runs: number;
  /** Number of seeds among which these are drawn, each a child of the stream of rollouts. */
  readonly seeds: number;
  /** Whether ops have priority keys. */
  readonly order: boolean;
}

/** The best plan of a run. */
export interface Run {
  readonly plan: Placement;
  readonly outcome: Outcome;
}

export class Runs {
  readonly simulationsOfRollout: number;
  /** Cost of plain BRKGA by seed, null where it did not run yet. */
  plainCosts: readonly (number | null)[];
  private readonly evaluator: Task["evaluator"];
  private readonly rules: RunRules;
  private readonly decoder: KeyDecoder;
  private readonly simulationsPerChromosome: number;

  constructor({ evaluator }: Task, choices: Choices, rules: RunRules) {
    this.evaluator = evaluator;
    this.rules = rules;
    this.simulationsOfRollout = rules.runs * rules.budget;
    this.plainCosts = new Array(rules.seeds).fill(null);
    this.decoder = rules.order ? orderedDecoder(choices, evaluator) : deviceDecoder(choices);
    this.simulationsPerChromosome = rules.order && evaluator.countedIn === "simulations" ? 2 : 1;
  }

  /** Different ones, in order. */
  drawSeeds(rng: Rng): number[] {
    const { seeds, runs } = this.rules;
    return rng
      .shuffle(Array.from({ length: seeds }, (_, seed) => seed))
      .slice(0, runs)
      .sort((a, b) => a - b);
  }

  /** Rollouts that the budget leaves after the plain runs that are still to be made. */
  affordable(seeds: readonly number[]): number {
    const missing = seeds.filter((seed) => this.plainCosts[seed] === null).length;
    const left = this.evaluator.remaining - missing * this.rules.budget;
    return Math.max(0, Math.floor(left / this.simulationsOfRollout));
  }

  /** A rollout: the best of its runs, and their reward. */
  compared(keys: KeyDistributions, seeds: readonly number[], rng: Rng): { run: Run; reward: number } {
    const { budget } = this.rules;
    let best: Run | null = null;
    let reward = 0;
    for (const seed of seeds) {
      const plain = this.plainCost(seed, rng);
      const run = this.run(keys, seedOf(rng, seed), budget);
      reward -= Math.log(run.outcome.cost / plain) / seeds.length;
      if (best === null || run.outcome.cost < best.outcome.cost) best = run;
    }
    return { run: best as Run, reward };
  }

  /** The reward of a run beside the plain runs so far; NaN where there is none. */
  gainOver({ outcome }: Run): number {
    const plain = this.plainCosts.filter((cost) => cost !== null);
    return plain.reduce((sum, cost) => sum - Math.log(outcome.cost / cost), 0) / plain.length;
  }

  /** One chromosome at least; the evaluator refuses it where there is no budget for one. */
  run(keys: KeyDistributions, rng: Rng, budget: number): Run {
    const { evaluator, decoder, rules, simulationsPerChromosome } = this;
    let last: Outcome | null = null;
    let best: Run | null = null;
    const scoring = {
      evaluate: (plan: Placement) => {
        last = evaluator.evaluate(plan);
        return last;
      },
    };
    const evolution = createEvolution(decoder, scoring, rng, rules, keys);
    const chromosomes = Math.max(1, Math.floor(budget / simulationsPerChromosome));
    for (let done = 0; done < chromosomes; done++) {
      const plan = evolution.next();
      if (plan !== null) best = { plan, outcome: last as unknown as Outcome };
    }
    return best as unknown as Run;
  }

  private plainCost(seed: number, rng: Rng): number {
    const known = this.plainCosts[seed];
    if (known !== null) return known;
    const keys = distributionsOf(Array.from({ length: this.decoder.length }, () => PLAIN).flat());
    const { cost } = this.run(keys, seedOf(rng, seed), this.rules.budget).outcome;
    this.plainCosts = this.plainCosts.with(seed, cost);
    return cost;
  }
}

/** The stream of a seed from its beginning; a child does not depend on what was drawn before. */
const seedOf = (rng: Rng, seed: number): Rng => rng.child(`seed ${seed}`);
