/**
 * Provisioning as HeterPS does it: all stages are balanced, so the time per sample decides the
 * units of each. Newton's method finds the time of least cost with units that are not whole. Then
 * the units are rounded up, and limits and floor are checked.
 *
 * Source: Liu et al., arXiv 2111.10635, as far as it is known: its equations were not at hand.
 * Ours:
 * - a stage has at least one unit, so it may be faster than the others;
 * - Newton's steps stay inside a shrinking bracket, since the slope has kinks there.
 *
 * The cost of a stage over the time is price x max(time, a c time / (time - (1 - a) c)). That is
 * convex, and so is the sum. One root of its slope, or an end of the range, is the optimum.
 */
import type { ProvisioningProblem, TypeStage } from "./problem.ts";
import { isWithinLimits, type Provisioning, provisioningOf } from "./provision.ts";
import { floorTime, leastUnits, reachesFloor } from "./stage-time.ts";

const STEPS = 60;
const CLOSE_ENOUGH = 1e-12;

/** Null where the rounded units break a limit or miss the floor. */
export function newtonUnits(problem: ProvisioningProblem, stages: readonly TypeStage[]): Provisioning | null {
  const units = stages.map((stage) => leastUnits(problem, stage, balancedTime(problem, stages)));
  if (!units.every(Number.isFinite) || !isWithinLimits(problem, stages, units)) return null;
  const provisioning = provisioningOf(problem, stages, units);
  return reachesFloor(problem, provisioning.time) ? provisioning : null;
}

/** The time per sample at which units that are not whole cost least, the floor reached. */
export function balancedTime(problem: ProvisioningProblem, stages: readonly TypeStage[]): number {
  const parts = stages.flatMap((stage) => partsOf(problem, stage));
  let low = parts.reduce((most, { fixed }) => Math.max(most, fixed), 0);
  // Above the time of one unit each, the cost only grows.
  const alone = parts.reduce((most, { fixed, divided }) => Math.max(most, fixed + divided), 0);
  let high = Math.min(alone, floorTime(problem));
  if (!(low < high) || slopeAt(problem, stages, high).slope <= 0) return high;
  let time = (low + high) / 2;
  for (let step = 0; step < STEPS && high - low > CLOSE_ENOUGH * high; step++) {
    const { slope, curvature } = slopeAt(problem, stages, time);
    if (slope > 0) high = time;
    else low = time;
    const next = time - slope / curvature;
    time = next > low && next < high ? next : (low + high) / 2;
  }
  return time;
}

/** A stage's computing or transfers on one unit: what more units divide, and what they do not. */
interface Part {
  readonly fixed: number;
  readonly divided: number;
}

function partsOf(problem: ProvisioningProblem, { type, computeTime, transferTime }: TypeStage): Part[] {
  const of = (time: number, share: number) => ({
    fixed: (time / problem.batch) * (1 - share),
    divided: (time / problem.batch) * share,
  });
  return [of(computeTime, problem.computeShare[type]), of(transferTime, problem.transferShare[type])];
}

/** First and second derivative of the cost per sample by the time. */
function slopeAt(problem: ProvisioningProblem, stages: readonly TypeStage[], time: number) {
  let slope = 0;
  let curvature = 0;
  for (const stage of stages) {
    const price = problem.price[stage.type];
    // The part that needs most units decides; one unit where none needs more.
    let most = 1;
    let decides: Part | null = null;
    for (const part of partsOf(problem, stage)) {
      const needed = part.divided / (time - part.fixed);
      if (needed > most) [most, decides] = [needed, part];
    }
    if (decides === null) {
      slope += price;
      continue;
    }
    const { fixed, divided } = decides;
    const above = time - fixed;
    slope -= (price * divided * fixed) / above ** 2;
    curvature += (2 * price * divided * fixed) / above ** 3;
  }
  return { slope, curvature };
}
