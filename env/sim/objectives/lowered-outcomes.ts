/**
 * Outcomes of plans that are lowered to tasks before they run. Peaks of memory are worked out when
 * they are asked for; where the runner has run another plan by then, it runs once more.
 */
import { copyPlan, type Plan } from "../../model/plan/plan.ts";
import type { Outcome, Violation } from "../evaluator/contract.ts";
import { penalisedCost } from "../evaluator/penalty.ts";

/** What a run tells; its arrays hold until the runner runs again. */
export interface LoweredRun {
  readonly iterationUs: number;
  readonly violation: Violation | null;
  readonly peakBytes: Float64Array;
}

export interface LoweredOutcomes<P extends Plan> {
  of(plan: P): Outcome;
  /** How often the runner has run again for an outcome. */
  readonly reruns: number;
}

/** Values are times of one batch, divided by `samples`. */
export function loweredOutcomes<P extends Plan>(
  { run }: { readonly run: (plan: P) => LoweredRun },
  { ceiling, samples }: { readonly ceiling: number; readonly samples: number },
): LoweredOutcomes<P> {
  /** The plan that the runner ran last. */
  let last: P | null = null;
  let reruns = 0;
  return {
    get reruns() {
      return reruns;
    },
    of(given) {
      const plan = copyPlan(given);
      let ran: LoweredRun | null = run(plan);
      last = plan;
      const { violation } = ran;
      const value = ran.iterationUs / samples;
      let peakBytes: Float64Array | undefined;
      return {
        feasible: violation === null,
        value: violation === null ? value : null,
        cost: violation === null ? value : penalisedCost(ceiling, violation),
        violation,
        get peakBytes() {
          if (peakBytes !== undefined) return peakBytes;
          if (last !== plan || ran === null) {
            ran = run(plan);
            last = plan;
            reruns++;
          }
          peakBytes = ran.peakBytes;
          ran = null;
          return peakBytes;
        },
      };
    },
  };
}
