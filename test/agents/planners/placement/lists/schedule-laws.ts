/**
 * An independent checker of schedules. It states what holds of any list schedule, without the
 * schedulers' own data structures.
 */
import type { Schedule, ScheduleProblem } from "../../../../../agents/problems/schedule/problem.ts";

/** Sentences about what is wrong with a schedule; empty where it is sound. */
export function faultsOf(
  problem: ScheduleProblem,
  { device, startUs, endUs, makespanUs, order }: Schedule,
): string[] {
  const { tasks, deviceCount, runUs, edgeBytes, latencyUs, bytesPerUs } = problem;
  const faults: string[] = [];
  for (let v = 0; v < tasks.opCount; v++) {
    if (!problem.setDevices[problem.setOf[v]].includes(device[v]))
      faults.push(`task ${v} is on a device it may not take`);
    if (endUs[v] !== startUs[v] + runUs[v * deviceCount + device[v]])
      faults.push(`task ${v} runs for another time`);
    for (let w = 0; w < v; w++) {
      if (problem.setOf[v] === problem.setOf[w] && device[v] !== device[w])
        faults.push(`set of ${v} and ${w} is split`);
      if (device[v] === device[w] && startUs[v] < endUs[w] && startUs[w] < endUs[v])
        faults.push(`tasks ${v} and ${w} overlap`);
    }
  }
  for (let e = 0; e < tasks.edgeCount; e++) {
    const from = tasks.edgeSource[e];
    const to = tasks.edgeDestination[e];
    const pair = device[from] * deviceCount + device[to];
    const moves = device[from] !== device[to] && edgeBytes[e] >= 0;
    const arrival = moves ? endUs[from] + edgeBytes[e] / bytesPerUs[pair] + latencyUs[pair] : endUs[from];
    if (startUs[to] < arrival) faults.push(`task ${to} starts before its input from ${from}`);
  }
  const place = new Map(Array.from(order, (task, i) => [task, i]));
  if (place.size !== tasks.opCount) faults.push("the order does not name every task once");
  for (let e = 0; e < tasks.edgeCount; e++)
    if (place.get(tasks.edgeSource[e])! > place.get(tasks.edgeDestination[e])!)
      faults.push(`the order puts ${tasks.edgeDestination[e]} before its input`);
  for (let v = 0; v < tasks.opCount; v++)
    for (let w = 0; w < v; w++)
      if (device[v] === device[w] && startUs[v] < startUs[w] && place.get(v)! > place.get(w)!)
        faults.push(`the order turns ${v} and ${w} around`);
  const held = new Float64Array(deviceCount);
  const placed = new Set<number>();
  for (let v = 0; v < tasks.opCount; v++) {
    if (placed.has(problem.setOf[v])) continue;
    placed.add(problem.setOf[v]);
    held[device[v]] += problem.setBytes[problem.setOf[v]];
  }
  held.forEach((bytes, d) => {
    if (bytes > problem.limitBytes[d]) faults.push(`device ${d} holds ${bytes} bytes`);
  });
  if (makespanUs !== Math.max(...endUs)) faults.push("the makespan is not the last end");
  return faults;
}

/**
 * The earliest start of a task of `runUs` from `readyUs` on a device with the given busy intervals.
 * It tries every possible instant: the ready time itself and every end.
 */
export function earliestGap(
  busy: readonly (readonly [number, number])[],
  readyUs: number,
  runUs: number,
): number {
  const instants = [readyUs, ...busy.map(([, end]) => end)].filter((t) => t >= readyUs).sort((a, b) => a - b);
  const free = (t: number) => busy.every(([start, end]) => t + runUs <= start || t >= end);
  return instants.find(free)!;
}
