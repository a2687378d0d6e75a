/**
 * The bound of a linear relaxation of the makespan, on request. HiGHS solves the program of
 * makespan-relaxation.ts. dual-bound.ts makes a proven bound of its dual values, which holds for
 * any tolerances of the solver.
 *
 * Deterministic: the solve stops on simplex iterations. Dual values from before the optimum prove a
 * smaller bound.
 */

import { InputError } from "../../../env/model/errors.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { PLACEMENTS } from "../../../env/sim/bounds/best.ts";
import { compile } from "../../../env/sim/engine/compile.ts";
import type { Bound } from "../../../env/sim/evaluator/contract.ts";
import { evaluator } from "../../../env/sim/objectives/evaluator.ts";
import { dualBound } from "../../solver/dual-bound.ts";
import { solveToEnd } from "../../solver/highs.ts";
import { makespanRelaxation } from "./makespan-relaxation.ts";

export interface RelaxationLimits {
  /** Simplex iterations. */
  readonly iterations: number;
  /** A guard; a solve that it ends proves nothing. */
  readonly seconds: number;
  /** Largest program tried, in coefficients. */
  readonly size: number;
}

const defaultLimits: RelaxationLimits = { iterations: 200_000, seconds: 120, size: 400_000 };

/**
 * Null if no plan fits, if the guard ended the solver, or if its dual values prove no bound above
 * 0.
 */
export async function boundByLinearRelaxation(
  scenario: Scenario,
  limits: Partial<RelaxationLimits> = {},
): Promise<Bound | null> {
  const { iterations, seconds, size } = { ...defaultLimits, ...limits };
  if (scenario.objective !== "makespan")
    throw new InputError(
      `Scenario "${scenario.name}": there is a linear relaxation of the makespan only, not of ${scenario.objective}.`,
    );
  const score = evaluator(scenario);
  const lowerUs = score.bound().value;
  const relaxation = makespanRelaxation(compile(scenario), { lowerUs, upperUs: score.ceiling });
  if (relaxation === null) return null;
  const { program, unitUs } = relaxation;
  if (program.rowColumn.length > size)
    throw new InputError(
      `Scenario "${scenario.name}" is too large for a linear relaxation: ${program.rowColumn.length} coefficients, at most ${size}.`,
    );
  const { rowDuals } = await solveToEnd(program, {
    limits: { iterations, seconds, nodes: 1, relativeGap: 0 },
  });
  if (rowDuals === undefined) return null;
  const value = dualBound(program, rowDuals) * unitUs;
  return value > 0 ? { argument: "linear relaxation", covers: PLACEMENTS, value } : null;
}
