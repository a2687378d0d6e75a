/**
 * Bounds of a scenario: those that every evaluator gives, and on request those that take seconds.
 */

import { InputError } from "../env/model/errors.ts";
import type { Scenario } from "../env/model/scenario.ts";
import { partedBounds } from "../env/sim/bounds/latency/bounds.ts";
import { refutationBound } from "../env/sim/bounds/makespan/bounds.ts";
import { compile } from "../env/sim/engine/compile.ts";
import type { Bound } from "../env/sim/evaluator/contract.ts";
import { evaluator } from "../env/sim/objectives/evaluator.ts";
import { boundByLinearRelaxation } from "./exact/programs/linear-relaxation.ts";

export const boundEfforts = ["cheap", "lp", "refutation", "all"] as const;
export type BoundEffort = (typeof boundEfforts)[number];

/**
 * Objectives other than the makespan have cheap bounds only. `knownValue` is the value of a plan.
 * All bounds are finite. `note` receives one sentence for each argument that adds nothing, and one
 * for a proof that no plan fits. With `all` it also receives one for each bound that the scenario
 * is too large for. Such a bound asked for by name is an error.
 */
export async function boundsOf(
  scenario: Scenario,
  effort: BoundEffort,
  note: (sentence: string) => void,
  knownValue?: number,
): Promise<readonly Bound[]> {
  const bounds = [...evaluator(scenario).bounds()];
  if (scenario.objective === "latency" && effort === "all") {
    const parted = partedBounds(scenario);
    const infinite = parted.find(({ value }) => value === Number.POSITIVE_INFINITY);
    if (infinite !== undefined)
      note(`Proven infeasible: no plan keeps every device within its memory (${infinite.argument}).`);
    bounds.push(...parted.filter(({ value }) => value !== Number.POSITIVE_INFINITY));
  }
  if (scenario.objective !== "makespan") return bounds;
  if (effort === "lp" || effort === "all") {
    const relaxed = await boundByLinearRelaxation(scenario).catch((error: unknown) => {
      if (effort !== "all" || !(error instanceof InputError)) throw error;
      note(error.message);
      return null;
    });
    if (relaxed !== null) bounds.push(relaxed);
  }
  if (effort === "refutation" || effort === "all") {
    const lowerUs = Math.max(...bounds.map(({ value }) => value));
    const refuted = refutationBound(compile(scenario), { lowerUs, upperUs: knownValue });
    if (refuted.value > lowerUs) bounds.push(refuted);
    else note("Refutation proves no more than the other bounds do.");
  }
  return bounds;
}
