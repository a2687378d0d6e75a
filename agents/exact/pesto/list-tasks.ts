/**
 * A list schedule of the tasks of Pesto's program (program.ts). Tasks go by upward rank, each to
 * the device of its unit where it ends first (HEFT: Topcuoglu, Hariri, Wu, TPDS 2002). Unlike in
 * HEFT transfers wait for each other, no gap is filled, and transfers take `slowdown` times as
 * long.
 *
 * One private pass, counted by the share that tasks are of ops.
 */
import type { PassCounter } from "../../../env/sim/evaluator/budget.ts";
import { hopsOf, type PestoProblem, type Tensor } from "./problem.ts";
import type { TaskSchedule } from "./replay.ts";

/** Null where some unit fits nowhere. */
export function listSchedule(
  problem: PestoProblem,
  slowdown: number,
  passes: PassCounter,
): TaskSchedule | null {
  const { tasks, compiled, unitDevices, unitBytes, limitBytes, runUs } = problem;
  passes.pass(tasks.count / compiled.opCount);
  const unitDevice = new Int32Array(tasks.unitCount).fill(-1);
  const heldBytes = new Float64Array(limitBytes.length);
  const schedule = new Growing(problem, unitDevice, slowdown);
  for (const task of byRank(problem, slowdown)) {
    const unit = tasks.unitOf[task];
    const roomy = (d: number) => heldBytes[d] + unitBytes[unit] <= limitBytes[d];
    const able = unitDevice[unit] !== -1 ? [unitDevice[unit]] : unitDevices[unit].filter(roomy);
    if (able.length === 0) return null;
    const endUs = (d: number) => schedule.startOn(task, d) + runUs[task * compiled.deviceCount + d];
    let to = able[0];
    let leastUs = Number.POSITIVE_INFINITY;
    for (const d of able) {
      const us = endUs(d);
      if (us < leastUs) [to, leastUs] = [d, us];
    }
    if (unitDevice[unit] === -1) heldBytes[to] += unitBytes[unit];
    unitDevice[unit] = to;
    schedule.append(task, to);
  }
  return { unitDevice, startsUs: schedule.startsUs };
}

/** Falling length of the longest path to the end; run times and delays are means. */
function byRank(problem: PestoProblem, slowdown: number): number[] {
  const { tasks, compiled, successors, tensors, unitDevices, runUs } = problem;
  const { deviceCount } = compiled;
  const bytesTo = Array.from({ length: tasks.count }, () => new Map<number, number>());
  for (const { producer, consumers, bytes } of tensors)
    for (const task of consumers) bytesTo[producer].set(task, (bytesTo[producer].get(task) ?? 0) + bytes);
  const ways = problem.hops.filter((way) => way.length > 0);
  const meanDelayUs = (bytes: number) =>
    ways.length === 0 ? 0 : ways.reduce((sum, way) => sum + wayUs(way, bytes), 0) / ways.length;
  const rank = new Float64Array(tasks.count);
  for (let task = tasks.count - 1; task >= 0; task--) {
    let below = 0;
    for (const next of successors[task]) {
      const bytes = bytesTo[task].get(next);
      const delayUs =
        bytes === undefined ? 0 : (slowdown * meanDelayUs(bytes) * (deviceCount - 1)) / deviceCount;
      below = Math.max(below, delayUs + rank[next]);
    }
    const able = unitDevices[tasks.unitOf[task]];
    rank[task] = below + able.reduce((us, d) => us + runUs[task * deviceCount + d], 0) / able.length;
  }
  return [...rank.keys()].sort((a, b) => rank[b] - rank[a] || a - b);
}

const wayUs = (way: PestoProblem["hops"][number], bytes: number): number =>
  way.reduce((us, { sendUs, latencyUs }) => us + sendUs(bytes) + latencyUs, 0);

/** A schedule that grows at the end of its devices and links. */
class Growing {
  readonly startsUs: Float64Array;
  private readonly problem: PestoProblem;
  private readonly unitDevice: Int32Array;
  private readonly slowdown: number;
  private readonly endUs: Float64Array;
  private readonly freeUs: Float64Array;
  private linkFreeUs: Float64Array;
  /** When each tensor is on each device, NaN where it has not been sent. */
  private readonly thereUs: Float64Array;
  private readonly inputsOf: readonly Tensor[][];
  private readonly producersOf: readonly number[][];

  constructor(problem: PestoProblem, unitDevice: Int32Array, slowdown: number) {
    const { tasks, compiled, tensors, successors } = problem;
    this.problem = problem;
    this.unitDevice = unitDevice;
    this.slowdown = slowdown;
    this.startsUs = new Float64Array(tasks.count);
    this.endUs = new Float64Array(tasks.count);
    this.freeUs = new Float64Array(compiled.deviceCount).fill(compiled.fidelity.startUs);
    this.linkFreeUs = new Float64Array(compiled.linkCount);
    this.thereUs = new Float64Array(tensors.length * compiled.deviceCount).fill(Number.NaN);
    const inputsOf: Tensor[][] = Array.from({ length: tasks.count }, () => []);
    for (const tensor of tensors) for (const task of tensor.consumers) inputsOf[task].push(tensor);
    this.inputsOf = inputsOf;
    const producersOf: number[][] = Array.from({ length: tasks.count }, () => []);
    successors.forEach((next, task) => {
      for (const to of next) producersOf[to].push(task);
    });
    this.producersOf = producersOf;
  }

  /** When the task could start on a device now. */
  startOn(task: number, d: number): number {
    const before = this.linkFreeUs;
    this.linkFreeUs = before.slice();
    const us = Math.max(
      this.freeUs[d],
      this.receive(task, d, () => {}),
    );
    this.linkFreeUs = before;
    return us;
  }

  append(task: number, d: number): void {
    const { runUs, compiled } = this.problem;
    const readyUs = this.receive(task, d, ({ number }, us) => {
      this.thereUs[number * compiled.deviceCount + d] = us;
    });
    const us = runUs[task * compiled.deviceCount + d];
    this.startsUs[task] = Math.max(this.freeUs[d], readyUs);
    this.endUs[task] = this.startsUs[task] + us;
    this.freeUs[d] = this.endUs[task] + (us > 0 ? compiled.fidelity.opGapUs : 0);
  }

  /** When all inputs are on the device; links are taken by those that are not there yet. */
  private receive(task: number, d: number, arrived: (tensor: Tensor, us: number) => void): number {
    const { tasks, compiled } = this.problem;
    let readyUs = compiled.fidelity.startUs;
    for (const producer of this.producersOf[task]) readyUs = Math.max(readyUs, this.endUs[producer]);
    for (const tensor of this.inputsOf[task]) {
      const from = this.unitDevice[tasks.unitOf[tensor.producer]];
      if (from === d) continue;
      const known = this.thereUs[tensor.number * compiled.deviceCount + d];
      const us = Number.isNaN(known) ? this.send(tensor, from, d) : known;
      arrived(tensor, us);
      readyUs = Math.max(readyUs, us);
    }
    return readyUs;
  }

  private send(tensor: Tensor, from: number, to: number): number {
    const { problem, linkFreeUs, slowdown } = this;
    let us = this.endUs[tensor.producer];
    for (const { links, sendUs, latencyUs } of hopsOf(problem, from, to)) {
      if (problem.queues) for (const link of links) us = Math.max(us, linkFreeUs[link]);
      us += slowdown * sendUs(tensor.bytes);
      for (const link of links) linkFreeUs[link] = us + problem.compiled.fidelity.transferGapUs;
      us += slowdown * latencyUs;
    }
    return us;
  }
}
