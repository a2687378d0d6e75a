/**
 * From a sharding plan with reduction programs to the episode of `Reduction/Program-v1` that writes
 * them: the env's options, and the actions. The plan of that episode costs the same.
 */
import { stepText } from "../../model/layout/reductions/steps.ts";
import { reductionOver, type ShardingPlan } from "../../model/plan/sharding.ts";
import type { Scenario } from "../../model/scenario.ts";
import { reductionWorld } from "./program.ts";
import { STOP } from "./program-state.ts";

export interface ReductionReplay {
  readonly options: { readonly plan: ShardingPlan };
  readonly actions: readonly number[];
}

/** One sentence where there is none: a program is on other levels than those of the machines. */
export function reductionReplay(scenario: Scenario, plan: ShardingPlan): ReductionReplay | string {
  const world = reductionWorld(scenario, plan);
  const actions: number[] = [];
  for (const { axes, levels } of world.sums) {
    const reduction = reductionOver(plan, axes);
    if (reduction === undefined) {
      actions.push(STOP);
      continue;
    }
    if (reduction.levels.join() !== levels.join())
      return `The sum over axes ${axes.join(", ")} of the plan has levels ${reduction.levels.join(" x ")}, its machines ${levels.join(" x ")}.`;
    const texts = world.steps.map(stepText);
    for (const step of reduction.steps) actions.push(1 + texts.indexOf(stepText(step)));
  }
  if (world.sums.length === 0) actions.push(STOP);
  return { options: { plan: world.plan }, actions };
}
