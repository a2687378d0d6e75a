/** All possible stages of a provisioning problem, and the times per sample that they attain. */
import type { ProvisioningProblem } from "../../../env/sim/objectives/provisioning/problem.ts";
import { leastUnits, reachesFloor, stageTime } from "../../../env/sim/objectives/provisioning/stage-time.ts";

/** Number of a stage of layers `first` up to, not including, `end`, of a type. */
export const stageAt = ({ layers, types }: ProvisioningProblem, first: number, end: number, type: number) =>
  (first * layers + end - 1) * types + type;

/** Computing one batch in each stage, by `stageAt`; summed layer by layer. */
export function stageComputeTimes(problem: ProvisioningProblem): Float64Array {
  const { layers, types, computeTime } = problem;
  const times = new Float64Array(layers * layers * types);
  for (let first = 0; first < layers; first++)
    for (let end = first + 1; end <= layers; end++)
      for (let type = 0; type < types; type++) {
        const before = end === first + 1 ? 0 : times[stageAt(problem, first, end - 1, type)];
        times[stageAt(problem, first, end, type)] = before + computeTime[(end - 1) * types + type];
      }
  return times;
}

/** Every time that a stage attains within its limit and the floor, shortest first, each once. */
export function attainableTimes(problem: ProvisioningProblem, computeTimes: Float64Array): Float64Array {
  const { layers, types, limit, transferTime } = problem;
  const times: number[] = [];
  for (let first = 0; first < layers; first++)
    for (let end = first + 1; end <= layers; end++)
      for (let type = 0; type < types; type++) {
        const computeTime = computeTimes[stageAt(problem, first, end, type)];
        const work = { type, computeTime, transferTime: transferTime[first] };
        let before = Number.NaN;
        for (let units = 1; units <= limit[type]; units++) {
          const time = stageTime(problem, work, units);
          if (time !== before && reachesFloor(problem, time)) times.push(time);
          before = time;
        }
      }
  const sorted = Float64Array.from(times).sort();
  return sorted.filter((time, i) => i === 0 || time !== sorted[i - 1]);
}

/** The least units of each stage for a time per sample, by `stageAt`; infinite over the limit. */
export function unitsForTime(
  problem: ProvisioningProblem,
  computeTimes: Float64Array,
  time: number,
): Float64Array {
  const { layers, types, transferTime } = problem;
  const units = new Float64Array(computeTimes.length).fill(Number.POSITIVE_INFINITY);
  for (let first = 0; first < layers; first++)
    for (let type = 0; type < types; type++)
      for (let end = first + 1; end <= layers; end++) {
        const stage = stageAt(problem, first, end, type);
        const work = { type, computeTime: computeTimes[stage], transferTime: transferTime[first] };
        units[stage] = leastUnits(problem, work, time);
        // A longer stage needs no fewer.
        if (units[stage] === Number.POSITIVE_INFINITY) break;
      }
  return units;
}
