/**
 * Noise on measured step times, as real machines have it: each measurement is the exact value times
 * a factor, uniform within a share around 1. Memory is known exactly, so a plan that does not fit
 * never seems to fit. Its penalty is raised to stay above every measured time.
 *
 * A `noisyMeter` is what a learner sees. The meter under it counts and keeps exact values, so what
 * is reported is free of noise. The factor of a measurement follows from the number of evaluations
 * before it. A run that goes on therefore has the noise of an uninterrupted one.
 */
import { InputError } from "../../model/errors.ts";
import type { Plan } from "../../model/plan/plan.ts";
import type { Rng } from "../../model/rng.ts";
import type { Evaluator, Neighbours, Outcome } from "./contract.ts";
import type { MeteredEvaluator } from "./meter.ts";

/** The widest noise that is of any use: a measurement then says little. */
export const MOST_NOISE = 0.5;

/** Throws `InputError` where noise makes no sense. */
export function checkNoise(noise: number, { unit }: Pick<Evaluator, "unit">): void {
  if (!(noise >= 0 && noise <= MOST_NOISE))
    throw new InputError(`The noise is ${noise}, expected a share from 0 to ${MOST_NOISE}.`);
  if (unit !== "us")
    throw new InputError(
      `Noise is for times, but the objective counts ${unit === "bytes" ? "bytes" : "USD"}, which are known exactly.`,
    );
}

/** One draw of the factor. */
export const noiseFactor = (noise: number, rng: Rng): number => 1 + noise * (2 * rng.next() - 1);

/** The cost as measured. */
export const measuredCost = ({ feasible, cost }: Outcome, noise: number, factor: number): number =>
  cost * (feasible ? factor : 1 + noise);

/** An outcome as measured. Start times and peaks are those of the exact step. */
function measured(outcome: Outcome, noise: number, factor: number): Outcome {
  const value = outcome.value === null ? null : outcome.value * factor;
  const cost = measuredCost(outcome, noise, factor);
  return Object.create(outcome, {
    value: { value, enumerable: true },
    cost: { value: cost, enumerable: true },
  });
}

/** A meter whose outcomes are noisy; its counts, best plan and curve are those of the exact one. */
export function noisyMeter(meter: MeteredEvaluator, noise: number, rng: Rng): MeteredEvaluator {
  checkNoise(noise, meter);
  const seen = (outcome: Outcome): Outcome =>
    measured(outcome, noise, noiseFactor(noise, rng.child(String(meter.evaluations))));
  const view: MeteredEvaluator = Object.create(meter, {
    ceiling: { value: meter.ceiling * (1 + noise), enumerable: true },
    evaluate: { value: (plan: Plan) => seen(meter.evaluate(plan)) },
    batch: { value: (plans: readonly Plan[]) => plans.map((plan) => view.evaluate(plan)) },
    around: {
      value: (plan: Plan): Neighbours | null => {
        const inner = meter.around(plan);
        return inner === null ? null : { move: (group, device) => seen(inner.move(group, device)) };
      },
    },
    lastResort: {
      value: (plan: Plan) => {
        const outcome = meter.lastResort(plan);
        return outcome === null ? null : seen(outcome);
      },
    },
  });
  return view;
}
