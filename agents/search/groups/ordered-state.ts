/**
 * A `PlanState` whose placements each keep the order of their own list schedule (list-order.ts), so
 * that the search ranks placements by what they can do, not by the accidents of arrival.
 *
 * A change costs one private pass. Where the list schedule and the evaluator agree, its end is the
 * cost, and an evaluation is made only where the change may be better than every plan so far. Where
 * they differ, the end is scaled by their last ratio, and the largest recent error widens what is
 * evaluated. A placement that may not fit the memory is always evaluated, and so is every change
 * where the budget counts nothing but evaluations.
 */
import type { Plan } from "../../../env/model/plan/plan.ts";
import { compile } from "../../../env/sim/engine/compile.ts";
import type { MeteredEvaluator } from "../../../env/sim/evaluator/meter.ts";
import { createPeakMeter } from "../../../env/sim/memory/peaks.ts";
import { createListOrder } from "../../lists/list-order.ts";
import type { Choices } from "../../problems/choices.ts";
import { apply, type PlanState, whileChanged } from "./plan-state.ts";
import type { Change } from "./proposals.ts";
import { workingPlan } from "./working-plan.ts";

/** How fast a large error is forgotten, and what is taken for rounding. */
const MEMORY = 0.9;
const ROUNDING = 1e-9;

/** Pre: the objective is the makespan. */
export function orderedState(choices: Choices, evaluator: MeteredEvaluator): PlanState {
  const { scenario, groupCount } = choices;
  const { groupOf } = scenario.grouping;
  const compiled = compile(scenario);
  const order = createListOrder(compiled, evaluator);
  const { fitsSurely } = createPeakMeter(compiled);
  const working = workingPlan(
    choices,
    Array.from(choices.legal, ([device]) => device),
  );
  const urgency = new Float64Array(groupCount);
  // A budget of evaluations alone would never end a search that makes next to none.
  const countsEvaluations = evaluator.countedIn === "evaluations";
  let cost = Number.POSITIVE_INFINITY;
  let opPriority: Float64Array = new Float64Array(0);
  let pending: Scheduled | null = null;
  /** Evaluated cost by the end of the list schedule, and the largest recent error of that. */
  let ratio = 1;
  let error = 0;

  const evaluated = (opPriority: Float64Array): number => {
    const outcome = evaluator.evaluate({ ...working.plan, opPriority });
    if (!outcome.feasible) return outcome.cost;
    const found = outcome.cost / order.endUs();
    error = Math.max(MEMORY * error, Math.abs(found / ratio - 1));
    ratio = found;
    return outcome.cost;
  };
  /** May the working plan, with such an estimate, be better than all plans so far? */
  const isPromising = (estimate: number): boolean => {
    const best = evaluator.best?.outcome.cost ?? Number.POSITIVE_INFINITY;
    return estimate < best * (1 + error - ROUNDING) || !fitsSurely(working.plan.device);
  };
  const schedule = (mustEvaluate: boolean): Omit<Scheduled, "change"> => {
    const opPriority = order.of(working.plan.device);
    const estimate = ratio * order.endUs();
    const isEvaluated = mustEvaluate || countsEvaluations || isPromising(estimate);
    return { opPriority, cost: isEvaluated ? evaluated(opPriority) : estimate };
  };
  const take = (taken: Omit<Scheduled, "change">): void => {
    cost = taken.cost;
    opPriority = taken.opPriority;
    urgency.fill(0);
    for (let v = 0; v < groupOf.length; v++) {
      const throughUs = order.startUs[v] + order.tailUs[v];
      if (throughUs > urgency[groupOf[v]]) urgency[groupOf[v]] = throughUs;
    }
  };
  return {
    groupDevice: working.groupDevice,
    urgency,
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
    take() {
      apply(working, pending!.change);
      take(pending!);
    },
    snapshot: (): Plan => ({ ...working.snapshot(), opPriority: opPriority.slice() }),
  };
}

interface Scheduled {
  readonly change: Change;
  readonly opPriority: Float64Array;
  /** Of the evaluator, or estimated by the list schedule. */
  readonly cost: number;
}
