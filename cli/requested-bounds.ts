/** Bounds of a scenario: those that every evaluator gives, and on request those that take seconds. */
import { boundByLinearRelaxation } from "../agents/exact/linear-relaxation.ts";
import type { Scenario } from "../env/model/scenario.ts";
import { refutationBound } from "../env/sim/bounds/makespan.ts";
import { compile } from "../env/sim/compile.ts";
import { type Bound, evaluator } from "../env/sim/evaluator.ts";

export const boundEfforts = ["cheap", "lp", "refutation", "all"] as const;
export type BoundEffort = (typeof boundEfforts)[number];

/** `knownValue` is that of a plan; objectives other than the makespan have cheap bounds only. */
export async function boundsOf(
  scenario: Scenario,
  effort: BoundEffort,
  knownValue?: number,
): Promise<readonly Bound[]> {
  const bounds = [...evaluator(scenario).bounds()];
  if (scenario.objective !== "makespan") return bounds;
  if (effort === "lp" || effort === "all") {
    const relaxed = await boundByLinearRelaxation(scenario);
    if (relaxed !== null) bounds.push(relaxed);
  }
  if (effort === "refutation" || effort === "all") {
    const lowerUs = Math.max(...bounds.map(({ value }) => value));
    bounds.push(refutationBound(compile(scenario), { lowerUs, upperUs: knownValue }));
  }
  return bounds;
}
