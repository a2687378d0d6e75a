/** Runs of `auto-map` and of planners, each kept once it was made. */
import { resolveMethod } from "../../../../agents/registry/registry.ts";
import { runMethod } from "../../../../agents/run/run.ts";
import {
  createRng,
  createScenario,
  evaluator,
  metered,
  planFromJson,
  planToJson,
  type Scenario,
  type ShardingPlan,
} from "../../../../env/index.ts";
import { kept } from "../kept.ts";
import { scenarioOf } from "../runs.ts";

export const timed = async (uri: string): Promise<Scenario> =>
  createScenario({ ...(await scenarioOf(uri)), objective: "iteration" });

export interface Trained {
  readonly best: number;
  /** The policy's own plan, or the planner's last. */
  readonly last: number;
  readonly plan: ShardingPlan;
}

export async function trained(
  spec: string,
  scenario: Scenario,
  simulations: number,
  seed: number,
): Promise<Trained> {
  const name = `${spec} on ${scenario.name}, ${simulations}, seed ${seed}`;
  const { plan, ...costs } = await kept("auto-map", name, async () => {
    const { module, options } = await resolveMethod(spec);
    const meter = metered(evaluator(scenario), { simulations });
    const { best, last } = await runMethod({ module, options, scenario, meter, rng: createRng(seed) });
    return {
      best: best!.outcome.cost,
      last: last === null ? best!.outcome.cost : evaluator(scenario).evaluate(last).cost,
      plan: planToJson(best!.plan),
    };
  });
  return { ...costs, plan: planFromJson(scenario, plan, name) as ShardingPlan };
}
