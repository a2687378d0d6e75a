/**
 * A `PlanState` whose placements each keep the order of their own list schedule (list-order.ts). So
 * the search compares placements by a good order of each, not by which op happened to arrive first.
 * A change costs one private pass, and an evaluation where it is promising (estimated-cost.ts). So
 * does a schedule that decides the devices of some groups itself (binding-schedule.ts).
 */
import type { Placement } from "../../../env/model/plan/placement.ts";
import type { Rng } from "../../../env/model/rng.ts";
import { compile } from "../../../env/sim/engine/compile.ts";
import type { MeteredEvaluator } from "../../../env/sim/evaluator/meter.ts";
import { type BindingOrder, type BindingRule, createBindingOrder } from "../../lists/binding-schedule.ts";
import { createListOrder, type ListOrder } from "../../lists/list-order.ts";
import type { Choices } from "../../problems/choices.ts";
import { EstimatedCost } from "./estimated-cost.ts";
import { apply, type PlanState, whileChanged } from "./plan-state.ts";
import type { Change } from "./proposals.ts";
import { workingPlan } from "./working-plan.ts";

/** A placement that a search can go back to at no cost. */
export interface Kept {
  readonly groupDevice: Int32Array;
  readonly cost: number;
  readonly opPriority: Float64Array;
  readonly urgency: Float64Array;
  readonly firstUs: Float64Array;
}

export interface OrderedState extends PlanState {
  /** When the first op of each group starts in the last plan taken, us. */
  readonly firstUs: Float64Array;
  /**
   * Cost of the present placement with other devices for the groups in `open`, which a schedule
   * decides. The placement stays as it is until `take`. One private pass.
   */
  decide(open: readonly number[], rule: BindingRule, rng: Rng): number;
  keep(): Kept;
  goBack(kept: Kept): void;
}

export const isOrdered = (state: PlanState): state is OrderedState => "decide" in state;

/** Told each list schedule that is taken up, with the position of each op in it. */
export type ScheduleWatch = (schedule: Times, rank: Float64Array, device: Int32Array) => void;

/** Pre: the objective is the makespan. */
export function orderedState(
  choices: Choices,
  evaluator: MeteredEvaluator,
  watch?: ScheduleWatch,
): OrderedState {
  const { scenario, groupCount } = choices;
  const working = workingPlan(
    choices,
    Array.from(choices.legal, ([device]) => device),
  );
  const compiled = compile(scenario);
  const order = createListOrder(compiled, evaluator);
  const estimated = new EstimatedCost(compiled, evaluator);
  const urgency = new Float64Array(groupCount);
  const firstUs = new Float64Array(groupCount);
  const decided = new Int32Array(groupCount);
  let binding: BindingOrder | null = null;
  let cost = Number.POSITIVE_INFINITY;
  let opPriority: Float64Array = new Float64Array(0);
  let pending: (Scheduled & { readonly change: Change }) | null = null;

  const schedule = (mustEvaluate: boolean): Scheduled => {
    const opPriority = order.of(working.plan.device);
    const cost = estimated.of({ ...working.plan, opPriority }, order.endUs(), mustEvaluate);
    return { opPriority, cost, schedule: order };
  };
  const take = (taken: Scheduled): void => {
    cost = taken.cost;
    opPriority = taken.opPriority;
    readTimes(taken.schedule, scenario.grouping.groupOf, urgency, firstUs);
    watch?.(taken.schedule, opPriority, working.plan.device);
  };
  return {
    groupDevice: working.groupDevice,
    urgency,
    firstUs,
    get cost() {
      return cost;
    },
    reset(groupDevice) {
      working.reset(groupDevice);
      take(schedule(true));
    },
    guess: (change) =>
      whileChanged(working, change, () => {
        order.of(working.plan.device);
        return order.endUs();
      }),
    score(change) {
      pending = { change, ...whileChanged(working, change, () => schedule(false)) };
      return pending.cost;
    },
    decide(open, rule, rng) {
      binding ??= createBindingOrder(choices, compiled, evaluator);
      decided.set(working.groupDevice);
      const opPriority = binding.decide(decided, open, rule, rng);
      const change = differenceOf(working.groupDevice, decided);
      const endUs = binding.endUs();
      const cost = whileChanged(working, change, () =>
        estimated.of({ ...working.plan, opPriority }, endUs, false),
      );
      pending = { change, opPriority, cost, schedule: binding };
      return cost;
    },
    take() {
      apply(working, pending!.change);
      take(pending!);
    },
    snapshot: (): Placement => ({ ...working.snapshot(), opPriority: opPriority.slice() }),
    keep: () => copyOf({ groupDevice: working.groupDevice, cost, opPriority, urgency, firstUs }),
    goBack(kept) {
      working.reset(kept.groupDevice);
      cost = kept.cost;
      opPriority = kept.opPriority;
      urgency.set(kept.urgency);
      firstUs.set(kept.firstUs);
    },
  };
}

/** The order is made anew by every schedule, so it needs no copy. */
const copyOf = ({ groupDevice, cost, opPriority, urgency, firstUs }: Kept): Kept => ({
  groupDevice: groupDevice.slice(),
  cost,
  opPriority,
  urgency: urgency.slice(),
  firstUs: firstUs.slice(),
});

type Times = Omit<ListOrder, "of">;

interface Scheduled {
  readonly opPriority: Float64Array;
  /** Of the evaluator, or estimated by the list schedule. */
  readonly cost: number;
  readonly schedule: Times;
}

function differenceOf(before: Int32Array, after: Int32Array): Change {
  const groups = Array.from(before.keys()).filter((g) => before[g] !== after[g]);
  return { groups, devices: groups.map((g) => after[g]) };
}

/** Fills in the longest path through each group of a schedule, and when the group starts. */
function readTimes(
  { startUs, tailUs }: Times,
  groupOf: Int32Array,
  urgency: Float64Array,
  firstUs: Float64Array,
): void {
  urgency.fill(0);
  firstUs.fill(Number.POSITIVE_INFINITY);
  for (let v = 0; v < groupOf.length; v++) {
    const group = groupOf[v];
    const throughUs = startUs[v] + tailUs[v];
    if (throughUs > urgency[group]) urgency[group] = throughUs;
    if (startUs[v] < firstUs[group]) firstUs[group] = startUs[v];
  }
}
