/** Plans of planners of shardings, and what checks ask of them. */
import type { PlannerModule } from "../../../../agents/contract.ts";
import type { Scenario, ShardingPlan } from "../../../../env/index.ts";
import { iterationOf } from "../../../../env/model/plan/sharding.ts";
import { type PlannerRun, runPlanner } from "../../../agents/planners/run-planner.ts";

export interface Planned extends PlannerRun {
  /** The best plan. */
  readonly plan: ShardingPlan;
  readonly cost: number;
}

/** A planner on a scenario. Throws where it has no plan. */
export async function plannedBy(
  module: PlannerModule,
  scenario: Scenario,
  options: object = {},
  { seed = 1, evaluations = 10_000 } = {},
): Promise<Planned> {
  const run = await runPlanner(module, scenario, { options, seed, evaluations });
  if (run.best === null) throw new Error(`${module.card.id} has no plan: ${run.report.failure}`);
  return { ...run, plan: run.best.plan as ShardingPlan, cost: run.best.outcome.cost };
}

/** Kinds of the dimensions along which an op is divided, `none` for none. */
export function dividedBy({ graph }: Scenario, { split }: ShardingPlan, name: string): string {
  const v = graph.names.indexOf(name);
  const kinds = iterationOf(graph, v)!.dimensions.flatMap(({ kind }, d) =>
    (split[v]?.[d].length ?? 0) > 0 ? [kind] : [],
  );
  return kinds.length === 0 ? "none" : kinds.join(" and ");
}
