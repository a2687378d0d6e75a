/** Plans to go on from, as a state can follow them: in its groups, and in an order of its own where it keeps one. */
import type { MeteredEvaluator, Plan } from "../../env/index.ts";
import { nearestGroupDevices } from "./best-starts.ts";
import type { Choices } from "./choices.ts";
import type { Found } from "./cooling.ts";
import type { PlanState } from "./plan-state.ts";

/** Scores each plan and yields those better than all that the evaluator has seen. Returns the best, the first of equal ones; null for no plans. */
export function* scoreStarts(
  choices: Choices,
  state: PlanState,
  plans: Iterable<Plan>,
  evaluator: MeteredEvaluator,
): Generator<Plan, Found | null> {
  let best: Found | null = null;
  for (const plan of plans) {
    const beforeCost = evaluator.best?.outcome.cost ?? Number.POSITIVE_INFINITY;
    state.reset(nearestGroupDevices(choices, plan));
    if (best === null || state.cost < best.cost)
      best = { groupDevice: state.groupDevice.slice(), cost: state.cost };
    if (state.cost < beforeCost) yield state.snapshot();
  }
  return best;
}
