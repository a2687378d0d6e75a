/** Runs a planner to its end or to the end of a budget, as the driver does. */
import type { PlannerModule } from "../../../agents/contract.ts";
import { type MethodResult, runMethod } from "../../../agents/run/run.ts";
import {
  asPlacement,
  type Budget,
  createRng,
  evaluator,
  type MeteredEvaluator,
  metered,
  type Scenario,
} from "../../../env/index.ts";

export interface PlannerRun extends MethodResult {
  readonly meter: MeteredEvaluator;
}

export async function runPlanner(
  module: PlannerModule,
  scenario: Scenario,
  { options = {}, evaluations = 300, budget = { evaluations } as Budget, seed = 1 as number | string } = {},
): Promise<PlannerRun> {
  const meter = metered(evaluator(scenario), budget);
  const parsed = module.options.parse(options);
  const result = await runMethod({ module, options: parsed, scenario, meter, rng: createRng(seed) });
  return { ...result, meter };
}

export const devicesOf = ({ best }: PlannerRun): number[] => Array.from(asPlacement(best!.plan).device);
