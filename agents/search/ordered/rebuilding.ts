/**
 * Ordered large-neighbourhood search (Shaw, CP 1998; ruin and recreate: Schrimpf et al., J.
 * Computational Physics 2000), as trials of an annealing. Groups are taken out of a placement
 * (removals.ts), and a list schedule of the whole step decides their devices again by earliest
 * finish (lists/binding-schedule.ts). The result has the order of that schedule.
 *
 * A trial costs one private pass, and an evaluation where it is promising.
 */
import type { Rng } from "../../../env/model/rng.ts";
import type { BindingRule } from "../../lists/binding-schedule.ts";
import type { OrderedState } from "../groups/ordered-state.ts";
import type { Trials } from "../groups/trials.ts";
import type { Removals } from "./removals.ts";

export interface Rebuilding {
  /** Groups that are removed at most. */
  readonly most: number;
  /** Its `pull` is the largest; each trial draws one of its own. */
  readonly rule: BindingRule;
}

export function rebuildsOf(
  state: OrderedState,
  removals: Removals,
  rng: Rng,
  { most, rule }: Rebuilding,
): Trials {
  return () => {
    const { removal, groups } = removals.draw(state, drawCount(most, rng));
    const cost = state.decide(groups, { ...rule, pull: rule.pull * rng.next() }, rng);
    return { cost, learn: (improved) => removals.learn(removal, improved) };
  };
}

/** From 1 to `most`; each factor of two is as likely. */
const drawCount = (most: number, rng: Rng): number => Math.floor(most ** rng.next());
