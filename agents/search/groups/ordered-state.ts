/**
 * A `PlanState` whose placements each keep the order of their own list schedule (list-order.ts). So
 * the search compares placements by a good order of each, not by which op happened to arrive first.
 *
 * A change costs one private pass. The end of the list schedule estimates the cost. It is scaled by
 * the last ratio of an evaluated cost to the end of its schedule. A change is evaluated only if its
 * estimate, less the largest recent error, is below the cost of every plan so far. A placement that
 * may not fit the memory is always evaluated. So is every change if the budget counts nothing but
 * evaluations.
 */
import type { Plan } from "../../../env/model/plan/plan.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { compile } from "../../../env/sim/engine/compile.ts";
import type { MeteredEvaluator } from "../../../env/sim/evaluator/meter.ts";
import { createPeakMeter } from "../../../env/sim/memory/peaks.ts";
import { createListOrder, type ListOrder } from "../../lists/list-order.ts";
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
  const working = workingPlan(
    choices,
    Array.from(choices.legal, ([device]) => device),
  );
  const schedules = new ScoredSchedules(scenario, evaluator);
  const urgency = new Float64Array(groupCount);
  let cost = Number.POSITIVE_INFINITY;
  let opPriority: Float64Array = new Float64Array(0);
  let pending: (Scheduled & { readonly change: Change }) | null = null;

  const take = (taken: Scheduled): void => {
    cost = taken.cost;
    opPriority = taken.opPriority;
    schedules.findLongestPaths(urgency);
  };
  return {
    groupDevice: working.groupDevice,
    urgency,
    get cost() {
      return cost;
    },
    reset(groupDevice) {
      working.reset(groupDevice);
      take(schedules.score(working.plan, true));
    },
    guess: (change) => whileChanged(working, change, () => schedules.endUs(working.plan)),
    score(change) {
      pending = { change, ...whileChanged(working, change, () => schedules.score(working.plan, false)) };
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
  readonly opPriority: Float64Array;
  /** Of the evaluator, or estimated by the list schedule. */
  readonly cost: number;
}

/** List schedules of placements, and their costs: estimated, or evaluated where promising. */
class ScoredSchedules {
  private readonly evaluator: MeteredEvaluator;
  private readonly order: ListOrder;
  private readonly fitsSurely: (device: Int32Array) => boolean;
  private readonly groupOf: Int32Array;
  /** A budget of evaluations alone would never end a search that makes next to none. */
  private readonly countsEvaluations: boolean;
  /** Evaluated cost by the end of the list schedule, and the largest recent error of that. */
  private ratio = 1;
  private error = 0;

  constructor(scenario: Scenario, evaluator: MeteredEvaluator) {
    const compiled = compile(scenario);
    this.evaluator = evaluator;
    this.order = createListOrder(compiled, evaluator);
    this.fitsSurely = createPeakMeter(compiled).fitsSurely;
    this.groupOf = scenario.grouping.groupOf;
    this.countsEvaluations = evaluator.countedIn === "evaluations";
  }

  endUs(plan: Plan): number {
    this.order.of(plan.device);
    return this.order.endUs();
  }

  score(plan: Plan, mustEvaluate: boolean): Scheduled {
    const opPriority = this.order.of(plan.device);
    const estimate = this.ratio * this.order.endUs();
    const isEvaluated = mustEvaluate || this.countsEvaluations || this.isPromising(plan, estimate);
    return { opPriority, cost: isEvaluated ? this.evaluated({ ...plan, opPriority }) : estimate };
  }

  /** Fills in the length of the longest path through each group in the last schedule. */
  findLongestPaths(lengthUs: Float64Array): void {
    const { order, groupOf } = this;
    lengthUs.fill(0);
    for (let v = 0; v < groupOf.length; v++) {
      const throughUs = order.startUs[v] + order.tailUs[v];
      if (throughUs > lengthUs[groupOf[v]]) lengthUs[groupOf[v]] = throughUs;
    }
  }

  /** May a plan with such an estimate be better than all plans so far? */
  private isPromising(plan: Plan, estimate: number): boolean {
    const best = this.evaluator.best?.outcome.cost ?? Number.POSITIVE_INFINITY;
    return estimate < best * (1 + this.error - ROUNDING) || !this.fitsSurely(plan.device);
  }

  /** Pre: the plan is that of the last schedule. */
  private evaluated(plan: Plan): number {
    const outcome = this.evaluator.evaluate(plan);
    if (!outcome.feasible) return outcome.cost;
    const found = outcome.cost / this.order.endUs();
    this.error = Math.max(MEMORY * this.error, Math.abs(found / this.ratio - 1));
    this.ratio = found;
    return outcome.cost;
  }
}
