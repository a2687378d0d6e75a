/**
 * The schedule of a given placement whose devices run their tasks in topological order: what m-TOPO
 * ends with. One private pass.
 */
import {
  countSchedule,
  inputsReadyUs,
  type Schedule,
  type ScheduleProblem,
} from "../problems/schedule/problem.ts";

/** `setDevice`: device of each set. */
export function scheduleInOrder(problem: ScheduleProblem, setDevice: Int32Array): Schedule {
  countSchedule(problem);
  const { tasks, deviceCount, runUs, setOf } = problem;
  const device = setOf.map((set) => setDevice[set]);
  const startUs = new Float64Array(tasks.opCount);
  const endUs = new Float64Array(tasks.opCount);
  const freeUs = new Float64Array(deviceCount);
  for (const task of tasks.topologicalOrder) {
    const d = device[task];
    startUs[task] = Math.max(freeUs[d], inputsReadyUs(problem, task, d, device, endUs));
    endUs[task] = startUs[task] + runUs[task * deviceCount + d];
    freeUs[d] = endUs[task];
  }
  const makespanUs = endUs.reduce((last, us) => Math.max(last, us), 0);
  return { device, startUs, endUs, makespanUs, order: tasks.topologicalOrder };
}
