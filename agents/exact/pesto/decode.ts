/**
 * A schedule of Pesto's program (program.ts) made without a solver. Tasks and hops of transfers run
 * in a given order, each as early as its inputs, its device and its links allow. This makes the
 * times of a solution exact, and turns a placement into a solution.
 *
 * Serial schedule generation (Kolisch, "Serial and parallel resource-constrained project scheduling
 * methods revisited", European Journal of Operational Research 1996): of all tasks and hops whose
 * predecessors are scheduled, the one with the least key goes next. One private pass, counted by
 * the share that tasks are of ops.
 */
import type { PassCounter } from "../../../env/sim/evaluator/budget.ts";
import { createEventHeap } from "../../lists/event-heap.ts";
import { hopsOf, type PestoProblem, type Tensor, transferKey } from "./problem.ts";
import type { TaskSchedule } from "./replay.ts";

export interface ExactSchedule extends TaskSchedule {
  /** Start of each hop of each transfer, by `transferKey`. */
  readonly hopStartUs: ReadonlyMap<number, readonly number[]>;
  readonly makespanUs: number;
  /**
   * What each task waits for last: the task before it on its device, or one whose data it reads; -1
   * for none.
   */
  readonly waitsFor: Int32Array;
}

/** What the order comes from: times of a solution or of a list schedule. */
export interface Keys extends TaskSchedule {
  readonly hopStartUs?: ReadonlyMap<number, readonly number[]>;
}

const TASK = 0;
const HOP = 1;

export function decode(problem: PestoProblem, keys: Keys, passes: PassCounter): ExactSchedule {
  passes.pass(problem.tasks.count / problem.compiled.opCount);
  return new Decoder(problem, keys).run();
}

interface Transfer {
  readonly tensor: Tensor;
  readonly from: number;
  readonly to: number;
  readonly readers: readonly number[];
  /** Starts of the hops so far. */
  readonly startsUs: number[];
  /** When the next hop may start. */
  readyUs: number;
}

class Decoder {
  private readonly problem: PestoProblem;
  private readonly keys: Keys;
  private readonly events = createEventHeap();
  private readonly transfers: Transfer[] = [];
  private readonly tensorsOf: readonly Tensor[][];
  private readonly missing: Int32Array;
  private readonly readyUs: Float64Array;
  private readonly startsUs: Float64Array;
  private readonly waitsFor: Int32Array;
  private readonly freeUs: Float64Array;
  private readonly lastOn: Int32Array;
  private readonly linkFreeUs: Float64Array;

  constructor(problem: PestoProblem, keys: Keys) {
    const { tasks, compiled, tensors, successors } = problem;
    const { startUs } = compiled.fidelity;
    this.problem = problem;
    this.keys = keys;
    const tensorsOf: Tensor[][] = Array.from({ length: tasks.count }, () => []);
    for (const tensor of tensors) tensorsOf[tensor.producer].push(tensor);
    this.tensorsOf = tensorsOf;
    this.missing = new Int32Array(tasks.count);
    for (const next of successors) for (const task of next) this.missing[task]++;
    // A task waits for its predecessors and, apart from them, for each transfer that it reads.
    for (const tensor of tensors)
      for (const reader of tensor.consumers)
        if (this.deviceOf(reader) !== this.deviceOf(tensor.producer)) this.missing[reader]++;
    this.readyUs = new Float64Array(tasks.count).fill(startUs);
    this.startsUs = new Float64Array(tasks.count);
    this.waitsFor = new Int32Array(tasks.count).fill(-1);
    this.freeUs = new Float64Array(compiled.deviceCount).fill(startUs);
    this.lastOn = new Int32Array(compiled.deviceCount).fill(-1);
    this.linkFreeUs = new Float64Array(compiled.linkCount);
  }

  run(): ExactSchedule {
    const { tasks } = this.problem;
    const { events, keys } = this;
    for (let task = 0; task < tasks.count; task++) if (this.missing[task] === 0) this.offer(task);
    let makespanUs = 0;
    while (events.size > 0) {
      const kind = events.firstKind();
      const id = events.firstId();
      events.drop();
      if (kind === TASK) makespanUs = Math.max(makespanUs, this.runTask(id));
      else this.sendHop(id);
    }
    const hopStartUs = new Map(
      this.transfers.map(({ tensor, to, startsUs }) => [transferKey(this.problem, tensor, to), startsUs]),
    );
    const { startsUs, waitsFor } = this;
    return { unitDevice: keys.unitDevice, startsUs, hopStartUs, makespanUs, waitsFor };
  }

  private deviceOf(task: number): number {
    return this.keys.unitDevice[this.problem.tasks.unitOf[task]];
  }

  private offer(task: number): void {
    this.events.push(this.keys.startsUs[task], TASK, task);
  }

  private runTask(task: number): number {
    const { runUs, compiled, successors } = this.problem;
    const { deviceCount, fidelity } = compiled;
    const d = this.deviceOf(task);
    const us = runUs[task * deviceCount + d];
    const startUs = Math.max(this.readyUs[task], this.freeUs[d]);
    if (startUs > this.readyUs[task]) this.waitsFor[task] = this.lastOn[d];
    this.startsUs[task] = startUs;
    this.freeUs[d] = startUs + us + (us > 0 ? fidelity.opGapUs : 0);
    this.lastOn[d] = task;
    for (const tensor of this.tensorsOf[task]) this.send(tensor, d, startUs + us);
    for (const next of successors[task]) this.arrive(next, startUs + us, task);
    return startUs + us;
  }

  private send(tensor: Tensor, from: number, readyUs: number): void {
    const receivers = new Map<number, number[]>();
    for (const reader of tensor.consumers) {
      const to = this.deviceOf(reader);
      if (to !== from) receivers.set(to, [...(receivers.get(to) ?? []), reader]);
    }
    for (const [to, readers] of receivers) {
      const id = this.transfers.push({ tensor, from, to, readers, startsUs: [], readyUs }) - 1;
      this.offerHop(id);
    }
  }

  private offerHop(id: number): void {
    const { tensor, to, startsUs, readyUs } = this.transfers[id];
    const known = this.keys.hopStartUs?.get(transferKey(this.problem, tensor, to));
    this.events.push(known?.[startsUs.length] ?? readyUs, HOP, id);
  }

  private sendHop(id: number): void {
    const transfer = this.transfers[id];
    const { tensor, from, to, readers, startsUs } = transfer;
    const { problem, linkFreeUs } = this;
    const way = hopsOf(problem, from, to);
    const { links, latencyUs, sendUs } = way[startsUs.length];
    let startUs = transfer.readyUs;
    if (problem.queues) for (const link of links) startUs = Math.max(startUs, linkFreeUs[link]);
    const sentUs = startUs + sendUs(tensor.bytes);
    for (const link of links) linkFreeUs[link] = sentUs + problem.compiled.fidelity.transferGapUs;
    startsUs.push(startUs);
    transfer.readyUs = sentUs + latencyUs;
    if (startsUs.length < way.length) this.offerHop(id);
    else for (const reader of readers) this.arrive(reader, transfer.readyUs, tensor.producer);
  }

  /** A predecessor has ended, or a transfer has arrived. */
  private arrive(task: number, us: number, from: number): void {
    if (us > this.readyUs[task]) {
      this.readyUs[task] = us;
      this.waitsFor[task] = from;
    }
    if (--this.missing[task] === 0) this.offer(task);
  }
}
