/**
 * The first solution of Pesto's program (program.ts). List schedules of its tasks (list-tasks.ts)
 * are made as if transfers took 1, 2, 4 and 8 times as long. One device for all is tried too. The
 * shortest counts, as decode.ts times it. Costs private passes.
 */
import type { PassCounter } from "../../../env/sim/evaluator/budget.ts";
import { decode, type ExactSchedule, type Keys } from "./decode.ts";
import { listSchedule } from "./list-tasks.ts";
import type { PestoProblem } from "./problem.ts";

const SLOWDOWNS: readonly number[] = [1, 2, 4, 8];

/** Null where no schedule keeps all weights within the memory. */
export function firstSchedule(problem: PestoProblem, passes: PassCounter): ExactSchedule | null {
  let best: ExactSchedule | null = null;
  const compare = (keys: Keys): void => {
    if (!fits(problem, keys.unitDevice)) return;
    const schedule = decode(problem, keys, passes);
    if (best === null || schedule.makespanUs < best.makespanUs) best = schedule;
  };
  for (const keys of onOneDevice(problem)) compare(keys);
  for (const slowdown of SLOWDOWNS) {
    const keys = listSchedule(problem, slowdown, passes);
    if (keys !== null) compare(keys);
  }
  return best;
}

function fits({ unitBytes, limitBytes }: PestoProblem, unitDevice: Int32Array): boolean {
  const heldBytes = new Float64Array(limitBytes.length);
  unitDevice.forEach((d, unit) => {
    heldBytes[d] += unitBytes[unit];
  });
  return limitBytes.every((limit, d) => heldBytes[d] <= limit);
}

/** Each device that can run anything takes all that it can. */
function onOneDevice({ unitDevices, tasks }: PestoProblem): Keys[] {
  const startsUs = Float64Array.from({ length: tasks.count }, (_, task) => task);
  const devices = [...new Set(unitDevices.flat())].sort((a, b) => a - b);
  return devices.map((d) => ({
    unitDevice: Int32Array.from(unitDevices, (able) => (able.includes(d) ? d : able[0])),
    startsUs,
  }));
}
