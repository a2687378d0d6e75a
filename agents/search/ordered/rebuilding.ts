/**
 * Ordered large-neighbourhood search (Shaw, CP 1998; ruin and recreate: Schrimpf et al., J.
 * Computational Physics 2000). Groups are taken out of a placement (removals.ts), and a list
 * schedule of the whole step decides their devices again by earliest finish
 * (lists/binding-schedule.ts). The result has the order of that schedule. It is accepted as in
 * annealing: the temperature falls from `hot` to `cold`, both shares of the present cost.
 *
 * A step costs one private pass, and an evaluation where it is promising.
 */
import type { Plan } from "../../../env/model/plan/plan.ts";
import type { Rng } from "../../../env/model/rng.ts";
import { yieldEvery } from "../../event-loop.ts";
import type { BindingRule } from "../../lists/binding-schedule.ts";
import type { Choices } from "../../problems/choices.ts";
import type { Kept, OrderedState } from "../groups/ordered-state.ts";
import { createRemovals } from "./removals.ts";

export interface Rebuilding {
  /** Temperatures as shares of the present cost. */
  readonly hot: number;
  readonly cold: number;
  /** Share of the round that is spent, from 0; the round ends at 1. */
  readonly progress: () => number;
  /** Groups that are removed at most. */
  readonly most: number;
  readonly rule: BindingRule;
}

/**
 * Pre: some group has a choice of devices. Yields a plan whenever it is better than all before in
 * the round; returns the best.
 */
export async function* rebuild(
  choices: Choices,
  state: OrderedState,
  rng: Rng,
  { hot, cold, progress, most, rule }: Rebuilding,
): AsyncGenerator<Plan, Kept> {
  const yieldNow = yieldEvery(64);
  const removals = createRemovals(choices, rng);
  let best = state.keep();
  for (;;) {
    await yieldNow();
    const share = progress();
    if (share >= 1) return best;
    const { removal, groups } = removals.draw(state, drawCount(most, rng));
    const before = state.cost;
    const after = state.decide(groups, rule, rng);
    removals.learn(removal, after < before ? 1 : 0);
    const temperature = before * hot * (cold / hot) ** share;
    if (after > before && rng.next() >= Math.exp((before - after) / temperature)) continue;
    state.take();
    if (after >= best.cost) continue;
    best = state.keep();
    yield state.snapshot();
  }
}

/** From 1 to `most`; each factor of two is as likely. */
const drawCount = (most: number, rng: Rng): number => Math.floor(most ** rng.next());
