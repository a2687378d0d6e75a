/**
 * m-TOPO (Jeon et al., "Baechi: fast device placement of machine learning graphs", SoCC 2020), with
 * co-location.
 *
 * Devices are filled one after the other, in topological order of the tasks, each up to
 *
 *   total bytes / devices + bytes of the largest set
 *
 * or its own memory, whichever is less. The first set that does not fit opens the next device, and
 * no device is used again. A set that the present device cannot run goes to the next one that can
 * run it and has enough memory.
 *
 * Pre: `setBytes` counts the memory to balance; where it is all 0 the first device gets everything.
 * Returns the task that fits nowhere, if there is one.
 */

import { scheduleInOrder } from "../../../lists/fixed-order.ts";
import { outputSharesUpwards } from "../../../lists/list-plan.ts";
import { baechiPlanner } from "../../../lists/list-planner.ts";
import type { NoCapacity, Schedule, ScheduleProblem } from "../../../problems/schedule/problem.ts";

/**
 * Balances all that an op keeps. Where that does not fit, it counts fewer and fewer of the outputs.
 */
const outputShares = [...outputSharesUpwards].reverse();

export const mTopo = baechiPlanner({
  card: {
    id: "m-topo",
    systems: ["baechi"],
    name: "m-TOPO",
    summary:
      "Fills one device after the other in topological order, each up to an equal share of the memory and the largest group.",
    paper: "Jeon et al.: Baechi: fast device placement of machine learning graphs. SoCC 2020",
    limits:
      "Balances memory alone. Counts weights, optimizer state and outputs, and fewer outputs if those do not fit. A device counts as full at its share even if another order would fit more. " +
      "Where that leaves no plan, groups move until one fits; mode=paper ends without one.",
  },
  usefulFirst: 6,
  method: { schedule: mTopoSchedule, ordering: mTopoSchedule, levels: "ops", slowdowns: [], outputShares },
});

export function mTopoSchedule(problem: ScheduleProblem): Schedule | NoCapacity {
  const { tasks, setOf, setDevices, setBytes, pool, limitBytes } = problem;
  const totalBytes = setBytes.reduce((sum, bytes) => sum + bytes, 0);
  const shareBytes = Math.floor(totalBytes / pool.length) + setBytes.reduce((a, b) => Math.max(a, b), 0);
  const usedBytes = new Float64Array(problem.deviceCount);
  const runs = (set: number, d: number) => setDevices[set].includes(d);
  const fits = (set: number, d: number) =>
    runs(set, d) && usedBytes[d] + setBytes[set] <= Math.min(shareBytes, limitBytes[d]);
  const setDevice = new Int32Array(setBytes.length).fill(-1);
  let present = 0;
  for (const task of tasks.topologicalOrder) {
    const set = setOf[task];
    if (setDevice[set] !== -1) continue;
    const ahead = pool.subarray(present);
    const candidates = ahead.some((d) => runs(set, d)) ? ahead : setDevices[set];
    const to = candidates.find((d) => fits(set, d));
    if (to === undefined) return { taskWithoutCapacity: task };
    if (runs(set, pool[present])) present = pool.indexOf(to);
    setDevice[set] = to;
    usedBytes[to] += setBytes[set];
  }
  return scheduleInOrder(problem, setDevice);
}
