/**
 * ETF, earliest task first (Hwang, Chow, Anger, Lee, "Scheduling precedence graphs in systems with interprocessor
 * communication times", SIAM J. Computing 1989), with memory limits and co-location.
 *
 * Repeatedly takes the pair of ready task and device that can start first; ties go to the larger static level, then to the
 * lower task, then to the lower device. Tasks are appended, never inserted. The first task of a set decides for all of it,
 * among the devices with room for all of it. Returns the task that found no room, where there is one.
 */
import {
  inputsReadyUs,
  type NoRoom,
  rooms,
  type Schedule,
  type ScheduleProblem,
  upwardRanks,
} from "./schedule-problem.ts";

export function etf(problem: ScheduleProblem): Schedule | NoRoom {
  const { tasks, deviceCount, runUs, setOf, setDevices } = problem;
  const level = upwardRanks(problem, { withDelays: false });
  const device = new Int32Array(tasks.opCount).fill(-1);
  const startUs = new Float64Array(tasks.opCount);
  const endUs = new Float64Array(tasks.opCount);
  const freeUs = new Float64Array(deviceCount);
  const room = rooms(problem);
  const waiting = Int32Array.from(
    { length: tasks.opCount },
    (_, task) => tasks.inStart[task + 1] - tasks.inStart[task],
  );
  // All inputs of a ready task are scheduled, so its arrival times never change any more.
  const readyUs = new Float64Array(tasks.opCount * deviceCount);
  const ready: number[] = [];
  const announce = (task: number) => {
    for (let d = 0; d < deviceCount; d++)
      readyUs[task * deviceCount + d] = inputsReadyUs(problem, task, d, device, endUs);
    ready.push(task);
  };
  for (let task = 0; task < tasks.opCount; task++) if (waiting[task] === 0) announce(task);

  let makespanUs = 0;
  while (ready.length > 0) {
    let at = -1;
    let to = -1;
    let start = Number.POSITIVE_INFINITY;
    for (let i = 0; i < ready.length; i++) {
      const task = ready[i];
      let accepted = false;
      for (const d of setDevices[setOf[task]]) {
        if (!room.accepts(task, d)) continue;
        accepted = true;
        const candidateStart = Math.max(readyUs[task * deviceCount + d], freeUs[d]);
        if (candidateStart > start) continue;
        if (candidateStart === start && !beats(level, task, ready[at])) continue;
        at = i;
        to = d;
        start = candidateStart;
      }
      if (!accepted) return { taskWithoutRoom: task };
    }
    const task = ready[at];
    ready.splice(at, 1);
    room.take(task, to);
    device[task] = to;
    startUs[task] = start;
    endUs[task] = start + runUs[task * deviceCount + to];
    freeUs[to] = endUs[task];
    makespanUs = Math.max(makespanUs, endUs[task]);
    for (let j = tasks.outStart[task]; j < tasks.outStart[task + 1]; j++) {
      const next = tasks.edgeDestination[tasks.outEdge[j]];
      if (--waiting[next] === 0) announce(next);
    }
  }
  return { device, startUs, endUs, makespanUs };
}

/** Larger level first, then the lower task; the same task keeps the lower device it has. */
function beats(level: Float64Array, task: number, other: number): boolean {
  return level[task] > level[other] || (level[task] === level[other] && task < other);
}
