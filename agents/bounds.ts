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
 * `knownValue` is that of a plan; objectives other than the makespan have cheap bounds only. `tell`
 * is told of bounds that add nothing and, where all are asked for, of those that a scenario is too
 * large for; one that is asked for by name has to be possible.
 */
export async function boundsOf(
  scenario: Scenario,
  effort: BoundEffort,
  tell: (sentence: string) => void,
  knownValue?: number,
): Promise<readonly Bound[]> {
  const bounds = [...evaluator(scenario).bounds()];
  if (scenario.objective === "latency" && effort === "all") bounds.push(...partedBounds(scenario));
  if (scenario.objective !== "makespan") return bounds;
  if (effort === "lp" || effort === "all") {
    const relaxed = await boundByLinearRelaxation(scenario).catch((error: unknown) => {
      if (effort !== "all" || !(error instanceof InputError)) throw error;
      tell(error.message);
      return null;
    });
    if (relaxed !== null) bounds.push(relaxed);
  }
  if (effort === "refutation" || effort === "all") {
    const lowerUs = Math.max(...bounds.map(({ value }) => value));
    const refuted = refutationBound(compile(scenario), { lowerUs, upperUs: knownValue });
    if (refuted.value > lowerUs) bounds.push(refuted);
    else tell("Refutation proves no more than the other bounds do.");
  }
  return bounds;
}
