/**
 * HEFT, heterogeneous earliest finish time (Topcuoglu, Hariri, Wu, "Performance-effective and low-complexity task
 * scheduling for heterogeneous computing", IEEE TPDS 2002), with memory limits and co-location.
 *
 * Tasks go in order of decreasing upward rank, ties in topological order, each to the device where it ends first; a task may
 * fill a gap that earlier decisions left (insertion). Ties go to the lower device. The first task of a set decides for all of
 * it, among the devices with room for all of it. Returns the task that found no room, where there is one.
 */
import {
  inputsReadyUs,
  type NoRoom,
  rooms,
  type Schedule,
  type ScheduleProblem,
  upwardRanks,
} from "./schedule-problem.ts";

export function heft(problem: ScheduleProblem): Schedule | NoRoom {
  const { tasks, deviceCount, runUs, setOf, setDevices } = problem;
  const device = new Int32Array(tasks.opCount).fill(-1);
  const startUs = new Float64Array(tasks.opCount);
  const endUs = new Float64Array(tasks.opCount);
  const lanes = Array.from({ length: deviceCount }, createLane);
  const room = rooms(problem);
  let makespanUs = 0;

  for (const task of byDecreasingRank(problem)) {
    let best = -1;
    let bestStart = 0;
    let bestEnd = Number.POSITIVE_INFINITY;
    for (const d of setDevices[setOf[task]]) {
      if (!room.accepts(task, d)) continue;
      const run = runUs[task * deviceCount + d];
      const start = lanes[d].earliestStart(inputsReadyUs(problem, task, d, device, endUs), run);
      if (start + run >= bestEnd) continue;
      best = d;
      bestStart = start;
      bestEnd = start + run;
    }
    if (best === -1) return { taskWithoutRoom: task };
    room.take(task, best);
    lanes[best].occupy(bestStart, bestEnd);
    device[task] = best;
    startUs[task] = bestStart;
    endUs[task] = bestEnd;
    makespanUs = Math.max(makespanUs, bestEnd);
  }
  return { device, startUs, endUs, makespanUs };
}

/** A stable sort of the topological order: a task never ranks below what waits for it, so the result is one as well. */
function byDecreasingRank(problem: ScheduleProblem): Int32Array {
  const rank = upwardRanks(problem, { withDelays: true });
  const position = new Int32Array(problem.tasks.opCount);
  problem.tasks.topologicalOrder.forEach((task, i) => {
    position[task] = i;
  });
  return problem.tasks.topologicalOrder
    .slice()
    .sort((a, b) => rank[b] - rank[a] || position[a] - position[b]);
}

/** The busy times of one device, in order and without overlap. */
interface Lane {
  earliestStart(readyUs: number, runUs: number): number;
  occupy(startUs: number, endUs: number): void;
}

function createLane(): Lane {
  const starts: number[] = [];
  const ends: number[] = [];

  /** First interval that ends after `timeUs`. */
  const firstEndingAfter = (timeUs: number): number => {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ends[middle] > timeUs) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  return {
    earliestStart(readyUs, runUs) {
      let start = readyUs;
      for (let i = firstEndingAfter(readyUs); i < starts.length; i++) {
        if (start + runUs <= starts[i]) return start;
        start = Math.max(start, ends[i]);
      }
      return start;
    },
    occupy(startUs, endUs) {
      const at = firstEndingAfter(startUs);
      starts.splice(at, 0, startUs);
      ends.splice(at, 0, endUs);
    },
  };
}
