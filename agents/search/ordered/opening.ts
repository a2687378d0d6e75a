/**
 * The first placement of a search over ordered placements: the best single device, whose ranks then
 * guide a list schedule that decides all groups. Both are charged.
 */
import type { Placement } from "../../../env/model/plan/placement.ts";
import type { Rng } from "../../../env/model/rng.ts";
import type { MeteredEvaluator } from "../../../env/sim/evaluator/meter.ts";
import type { Choices } from "../../problems/choices.ts";
import { type OrderedState, orderedState } from "../groups/ordered-state.ts";
import { startPlan } from "../groups/starts.ts";

/** Earliest finish without chance, with half of the transfers to what is decided. */
const PLAIN = { blink: 0, alpha: 0, noise: 0, pull: 0.5 };

/** Groups that have a choice of devices. */
export const movableGroups = ({ legal }: Choices): number[] =>
  Array.from(legal.keys()).filter((group) => legal[group].length > 1);

/**
 * Yields the best plan on one device, then what is better. Returns the state at the best placement
 * found. Pre: the objective is the makespan.
 */
export async function* openOrdered(
  choices: Choices,
  evaluator: MeteredEvaluator,
  rng: Rng,
): AsyncGenerator<Placement, OrderedState> {
  const first = startPlan("single-device", choices, evaluator, rng);
  yield first.plan;
  const state = orderedState(choices, evaluator);
  state.reset(first.groupDevice);
  const movable = movableGroups(choices);
  if (movable.length > 0 && state.decide(movable, PLAIN, rng) < state.cost) state.take();
  if (state.cost < first.cost) yield state.snapshot();
  return state;
}

/** Those of a search's plans that are better than all before, by the cost of its state. */
export async function* improvements<Result>(
  plans: AsyncGenerator<Placement, Result>,
  state: Pick<OrderedState, "cost">,
  shown: { cost: number },
): AsyncGenerator<Placement, Result> {
  for (;;) {
    const { value, done } = await plans.next();
    if (done === true) return value;
    if (state.cost >= shown.cost) continue;
    shown.cost = state.cost;
    yield value;
  }
}
