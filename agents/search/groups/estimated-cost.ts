/**
 * Costs of placements that have an order from a list schedule. They are estimated by the end of the
 * schedule, and evaluated where promising.
 *
 * The end is scaled by the last ratio of an evaluated cost to the end of its schedule. A plan is
 * evaluated only if its estimate, less the largest recent error, is below the cost of every plan so
 * far. A placement that may not fit the memory is always evaluated. So is every plan if the budget
 * counts nothing but evaluations.
 */
import type { Placement } from "../../../env/model/plan/placement.ts";
import type { Compiled } from "../../../env/sim/engine/compile.ts";
import type { MeteredEvaluator } from "../../../env/sim/evaluator/meter.ts";
import { createPeakMeter } from "../../../env/sim/memory/peaks.ts";

/** How fast a large error is forgotten, and what is taken for rounding. */
const MEMORY = 0.9;
const ROUNDING = 1e-9;

export class EstimatedCost {
  private readonly evaluator: MeteredEvaluator;
  private readonly fitsSurely: (device: Int32Array) => boolean;
  /** A budget of evaluations alone would never end a search that makes next to none. */
  private readonly countsEvaluations: boolean;
  /** Evaluated cost by the end of the list schedule, and the largest recent error of that. */
  private ratio = 1;
  private error = 0;

  constructor(compiled: Compiled, evaluator: MeteredEvaluator) {
    this.evaluator = evaluator;
    this.fitsSurely = createPeakMeter(compiled).fitsSurely;
    this.countsEvaluations = evaluator.countedIn === "evaluations";
  }

  /** `endUs`: end of the schedule whose order the plan has. */
  of(plan: Placement, endUs: number, mustEvaluate: boolean): number {
    const estimate = this.ratio * endUs;
    const isEvaluated = mustEvaluate || this.countsEvaluations || this.isPromising(plan, estimate);
    return isEvaluated ? this.evaluated(plan, endUs) : estimate;
  }

  /** May a plan with such an estimate be better than all plans so far? */
  private isPromising(plan: Placement, estimate: number): boolean {
    const best = this.evaluator.best?.outcome.cost ?? Number.POSITIVE_INFINITY;
    return estimate < best * (1 + this.error - ROUNDING) || !this.fitsSurely(plan.device);
  }

  private evaluated(plan: Placement, endUs: number): number {
    const outcome = this.evaluator.evaluate(plan);
    if (!outcome.feasible) return outcome.cost;
    const found = outcome.cost / endUs;
    this.error = Math.max(MEMORY * this.error, Math.abs(found / this.ratio - 1));
    this.ratio = found;
    return outcome.cost;
  }
}
