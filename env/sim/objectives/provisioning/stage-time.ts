/**
 * Time per sample of a stage on k units, in closed form (HeterPS, see problem.ts). A share of the
 * work is divided among the units, the rest is not. Transfers overlap with computing.
 *
 *   time(k) = max(compute / batch x (1 - a + a / k), transfer / batch x (1 - b + b / k))
 */
import type { ProvisioningProblem, TypeStage } from "./problem.ts";

/** What of a stage its time depends on. */
export type StageWork = Pick<TypeStage, "type" | "computeTime" | "transferTime">;

/** Time per sample with `units` units. It never grows with them. */
export function stageTime(problem: ProvisioningProblem, stage: StageWork, units: number): number {
  const { batch, computeShare, transferShare } = problem;
  const [a, b] = [computeShare[stage.type], transferShare[stage.type]];
  return Math.max(
    (stage.computeTime / batch) * (1 - a + a / units),
    (stage.transferTime / batch) * (1 - b + b / units),
  );
}

/**
 * The least units, not whole and at least 1, that bring a stage's time down to `time`; infinite
 * where none do.
 */
export function continuousUnits(problem: ProvisioningProblem, stage: StageWork, time: number): number {
  const { batch, computeShare, transferShare } = problem;
  const of = (alone: number, share: number) => {
    if (alone <= time) return 1;
    const divided = time - alone * (1 - share);
    return divided > 0 ? (alone * share) / divided : Number.POSITIVE_INFINITY;
  };
  return Math.max(
    of(stage.computeTime / batch, computeShare[stage.type]),
    of(stage.transferTime / batch, transferShare[stage.type]),
  );
}

/**
 * The least whole units that bring a stage's time down to `time`, judged by `stageTime` itself;
 * infinite where that takes more than the type's limit.
 */
export function leastUnits(problem: ProvisioningProblem, stage: StageWork, time: number): number {
  const most = problem.limit[stage.type];
  const about = continuousUnits(problem, stage, time);
  if (about > most + 1) return Number.POSITIVE_INFINITY;
  let units = Math.max(1, Math.floor(about) - 1);
  while (units <= most && stageTime(problem, stage, units) > time) units++;
  return units <= most ? units : Number.POSITIVE_INFINITY;
}

/** Whether this time per sample of a pipeline reaches the floor. */
export const reachesFloor = ({ floor }: ProvisioningProblem, time: number): boolean => 1 / time >= floor;

/** A time per sample that reaches the floor, as long as rounding allows. */
export function floorTime(problem: ProvisioningProblem): number {
  const time = 1 / problem.floor;
  return reachesFloor(problem, time) ? time : time * (1 - Number.EPSILON);
}
