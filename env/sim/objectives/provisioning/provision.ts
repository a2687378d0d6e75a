/**
 * The cost of a plan of types with given units, and the units that cost least.
 *
 *   cost = samples x time x sum over stages of price x units, time = max over stages of stageTime
 *
 * For a given time the least units of each stage cost least, so only times that a stage attains
 * matter. There are at most as many as units: `bestUnits` tries them all, longest first. It is
 * exact, where HeterPS approximates (newton.ts).
 */
import type { ProvisioningProblem, TypeStage } from "./problem.ts";
import { reachesFloor, type StageWork, stageTime } from "./stage-time.ts";

export interface Provisioning {
  /** Of each stage. */
  readonly units: Int32Array;
  /** Per sample, of the slowest stage. */
  readonly time: number;
  readonly cost: number;
}

/** What units of each stage come to; limits and floor are not looked at. */
export function provisioningOf(
  problem: ProvisioningProblem,
  stages: readonly StageWork[],
  units: ArrayLike<number>,
): Provisioning {
  let time = 0;
  let rent = 0;
  stages.forEach((stage, s) => {
    time = Math.max(time, stageTime(problem, stage, units[s]));
    rent += problem.price[stage.type] * units[s];
  });
  return { units: Int32Array.from(units), time, cost: problem.samples * time * rent };
}

/** Whether the units are within the limits of their types. */
export function isWithinLimits(
  { types, limit }: ProvisioningProblem,
  stages: readonly TypeStage[],
  units: ArrayLike<number>,
): boolean {
  const used = new Float64Array(types);
  stages.forEach(({ type }, s) => {
    used[type] += units[s];
  });
  return used.every((count, type) => count <= limit[type]);
}

/** The cheapest units within limits and floor; null where there are none. */
export function bestUnits(problem: ProvisioningProblem, stages: readonly TypeStage[]): Provisioning | null {
  let best: Provisioning | null = null;
  for (const provisioning of attainable(problem, stages))
    if (reachesFloor(problem, provisioning.time) && !(best !== null && best.cost <= provisioning.cost))
      best = provisioningOf(problem, stages, provisioning.units);
  return best;
}

/** The fewest units of the shortest time per sample within the limits; null where no units are. */
export function fastestUnits(
  problem: ProvisioningProblem,
  stages: readonly TypeStage[],
): Provisioning | null {
  let fastest: Provisioning | null = null;
  for (const provisioning of attainable(problem, stages))
    if (fastest === null || provisioning.time < fastest.time)
      fastest = provisioningOf(problem, stages, provisioning.units);
  return fastest;
}

/** Infinite where no units are within the limits. */
export const shortestTime = (problem: ProvisioningProblem, stages: readonly TypeStage[]): number =>
  fastestUnits(problem, stages)?.time ?? Number.POSITIVE_INFINITY;

/**
 * Every time per sample that is attainable within the limits, longest first, with the least units
 * for it. The units are overwritten by the next step.
 */
function* attainable(
  problem: ProvisioningProblem,
  stages: readonly TypeStage[],
): Generator<Provisioning, void> {
  const { price, limit, samples } = problem;
  const left = Int32Array.from(limit);
  const units = new Int32Array(stages.length).fill(1);
  const times = stages.map((stage) => stageTime(problem, stage, 1));
  let rent = 0;
  for (const { type } of stages) {
    rent += price[type];
    left[type]--;
  }
  if (left.some((units) => units < 0)) return;
  for (;;) {
    const time = times.reduce((most, of) => Math.max(most, of), 0);
    yield { units, time, cost: samples * time * rent };
    for (let s = 0; s < stages.length; s++) {
      const { type } = stages[s];
      while (times[s] >= time) {
        if (--left[type] < 0) return;
        rent += price[type];
        times[s] = stageTime(problem, stages[s], ++units[s]);
      }
    }
  }
}
