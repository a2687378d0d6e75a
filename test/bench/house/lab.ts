/**
 * Runs of the search after the first plans, for training and tuning: the first plans of a scenario
 * are made once and kept.
 */

import { bestOf, startThenSearch } from "../../../agents/planners/placement/search/best.ts";
import { composedMethods } from "../../../agents/registry/methods.ts";
import { type RoundsOptions, searchFrom } from "../../../agents/search/groups/best-rounds.ts";
import type { StartingPlan } from "../../../agents/search/groups/best-starts.ts";
import { createRng, evaluator, type Scenario } from "../../../env/index.ts";
import { BudgetExhausted } from "../../../env/sim/evaluator/budget.ts";
import { metered } from "../../../env/sim/evaluator/meter.ts";
import { resolveScenario } from "../../../scenarios/index.ts";

/** A scenario with its first plans. */
export interface Case {
  readonly uri: string;
  readonly scenario: Scenario;
  readonly starts: readonly StartingPlan[];
  /** Simulations that the first plans took. */
  readonly spent: number;
}

export const defaults = bestOf([]).options.parse({});

/** The first plans of `best` within a budget. */
export async function openCase(uri: string, simulations: number, seed: number): Promise<Case> {
  const scenario = await resolveScenario(uri);
  const meter = metered(evaluator(scenario), { simulations });
  let starts: readonly StartingPlan[] = [];
  let spent = 0;
  const run = startThenSearch(composedMethods, scenario, meter, createRng(seed), {
    ...defaults,
    async *search(found) {
      starts = found;
      spent = meter.simulations;
      yield* found.slice(0, 1).map(({ plan }) => plan);
    },
  });
  for await (const _ of run);
  return { uri, scenario, starts, spent };
}

/** Value of the best plan that a search finds from the first plans, us. */
export async function searchCase(
  { scenario, starts, spent }: Case,
  simulations: number,
  seed: number,
  options: Partial<RoundsOptions>,
): Promise<{ value: number; cpuUs: number }> {
  // The best first plan is scored again, which is not charged twice.
  const meter = metered(evaluator(scenario), { simulations: Math.floor(simulations - spent + 1) });
  meter.evaluate(starts[0].plan);
  const before = process.cpuUsage();
  try {
    for await (const _ of searchFrom(starts, scenario, meter, createRng(seed), {
      ...defaults,
      ...options,
    }));
  } catch (error) {
    if (!(error instanceof BudgetExhausted)) throw error;
  }
  const { user, system } = process.cpuUsage(before);
  return { value: meter.best!.outcome.cost, cpuUs: user + system };
}
