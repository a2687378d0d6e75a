/** How reduction programs of a plan are read, and what makes them valid: one sentence each. */
import { InputError } from "../../errors.ts";
import { rankCount, sizesOf } from "../../layout/mesh.ts";
import { afterProgram, contextLevels, isReduced, MOST_MEMBERS } from "../../layout/reductions/contexts.ts";
import {
  MOST_STEPS,
  memberCount,
  possibleSteps,
  type ReductionStep,
  stepText,
} from "../../layout/reductions/steps.ts";
import { alternatives } from "../../suggest.ts";
import { meshAxisIn, shown } from "../plan-fields.ts";
import type { PlanReduction, ShardingPlan } from "../sharding.ts";

/** Mesh axes may be numbers or names. */
export function reductionsIn(
  axes: readonly { readonly name: string }[],
  reductions: unknown,
  where: string,
): PlanReduction[] {
  if (!Array.isArray(reductions))
    throw new InputError(`${where}: reductions is ${shown(reductions)}, expected a list of programs.`);
  return reductions.map((reduction: unknown, i) => {
    const {
      axes: summed,
      levels,
      steps,
    } = (reduction ?? {}) as Partial<Record<keyof PlanReduction, unknown>>;
    if (!Array.isArray(summed) || !Array.isArray(levels) || !Array.isArray(steps))
      throw new InputError(
        `${where}: reduction ${i} is ${shown(reduction)}, expected an object with lists of axes, levels and steps.`,
      );
    return {
      axes: summed.map((axis: unknown) => meshAxisIn(axes, axis)),
      levels: [...levels] as number[],
      steps: structuredClone(steps) as ReductionStep[],
    };
  });
}

/** Pre: the mesh is valid. */
export function checkReductions({ mesh, reductions }: ShardingPlan): void {
  if (reductions === undefined) return;
  const sizes = sizesOf(mesh);
  reductions.forEach((reduction, i) => {
    const { axes, levels, steps } = reduction;
    const where = `Reduction ${i} of the sharding`;
    const isAscending = axes.every((axis, a) => Number.isInteger(axis) && axis > (axes[a - 1] ?? -1));
    if (axes.length === 0 || !isAscending || axes[axes.length - 1] >= sizes.length)
      throw new InputError(
        `${where} is over axes ${JSON.stringify(axes)}, expected some of 0..${sizes.length - 1}, ascending.`,
      );
    if (reductions.findIndex((other) => other.axes.join() === axes.join()) !== i)
      throw new InputError(`${where} is over axes ${axes.join(", ")}, for which there is one already.`);
    const members = rankCount(axes.map((axis) => sizes[axis]));
    if (!levels.every((size) => Number.isInteger(size) && size >= 1) || memberCount(levels) !== members)
      throw new InputError(
        `${where} has levels ${JSON.stringify(levels)}, expected whole numbers that multiply to ${members} ranks.`,
      );
    if (memberCount(contextLevels(levels)) > MOST_MEMBERS)
      throw new InputError(
        `${where} has ${levels.length} levels, expected at most ${Math.log2(MOST_MEMBERS)} of several ranks.`,
      );
    checkSteps(where, levels, steps);
  });
}

function checkSteps(where: string, levels: readonly number[], steps: readonly ReductionStep[]): void {
  if (steps.length > MOST_STEPS)
    throw new InputError(`${where} has ${steps.length} steps, expected at most ${MOST_STEPS}.`);
  const known = possibleSteps(levels).map(stepText);
  steps.forEach((step, i) => {
    if (typeof step !== "object" || step === null || !known.includes(stepText(step)))
      throw new InputError(
        `${where}: step ${i} is ${JSON.stringify(step)}, expected one such as ${alternatives(known.slice(0, 2))}.`,
      );
    if (afterProgram(levels, steps.slice(0, i + 1)) === null)
      throw new InputError(
        `${where}: step ${i}, ${stepText(step)}, would add a contribution twice, lose one or change nothing.`,
      );
  });
  if (!isReduced(afterProgram(levels, steps)!))
    throw new InputError(`${where} does not leave the whole sum on every rank.`);
}
