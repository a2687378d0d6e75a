/**
 * Insertion-based placing, the part that HEFT and CPOP share (Topcuoglu, Hariri, Wu, IEEE TPDS
 * 2002). Each task goes to the device where it ends first, and may fill a gap. Memory limits and
 * co-location are ours. Ties go to the lower device. The first task of a set decides for the whole
 * set, among the devices with enough memory for it.
 */
import { startOrder } from "../problems/schedule/order.ts";
import {
  capacities,
  countSchedule,
  inputsReadyUs,
  type Schedule,
  type ScheduleProblem,
} from "../problems/schedule/problem.ts";

export interface Insertion {
  /**
   * Places a task whose producers are placed: on `preferred` if it fits there, otherwise where it
   * ends first. False if it fits nowhere.
   */
  place(task: number, preferred?: number): boolean;
  /** Post: every task has been placed. */
  finish(): Schedule;
}

export function createInsertion(problem: ScheduleProblem): Insertion {
  countSchedule(problem);
  const { tasks, deviceCount, runUs, setOf, setDevices } = problem;
  const device = new Int32Array(tasks.opCount).fill(-1);
  const startUs = new Float64Array(tasks.opCount);
  const endUs = new Float64Array(tasks.opCount);
  const lanes = Array.from({ length: deviceCount }, createLane);
  const left = capacities(problem);
  let makespanUs = 0;

  const accepts = (task: number, d: number) => setDevices[setOf[task]].includes(d) && left.accepts(task, d);
  return {
    place(task, preferred) {
      const devices =
        preferred !== undefined && accepts(task, preferred) ? [preferred] : setDevices[setOf[task]];
      let best = -1;
      let bestStart = 0;
      let bestEnd = Number.POSITIVE_INFINITY;
      for (const d of devices) {
        if (!left.accepts(task, d)) continue;
        const run = runUs[task * deviceCount + d];
        const start = lanes[d].earliestStart(inputsReadyUs(problem, task, d, device, endUs), run);
        if (start + run >= bestEnd) continue;
        best = d;
        bestStart = start;
        bestEnd = start + run;
      }
      if (best === -1) return false;
      left.take(task, best);
      lanes[best].occupy(bestStart, bestEnd);
      device[task] = best;
      startUs[task] = bestStart;
      endUs[task] = bestEnd;
      makespanUs = Math.max(makespanUs, bestEnd);
      return true;
    },
    finish: () => ({
      device,
      startUs,
      endUs,
      makespanUs,
      order: startOrder(tasks.topologicalOrder, startUs, endUs),
    }),
  };
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
