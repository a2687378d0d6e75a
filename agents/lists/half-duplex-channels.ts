/**
 * Baechi's network (Jeon et al., SoCC 2020): each device has one channel that sends or receives one
 * transfer at a time. A tensor is sent into a device once. Transfers are committed task by task. A
 * transfer starts when its producer has ended and both channels have finished all earlier commits;
 * nothing is inserted in between.
 *
 * A channel is busy while bytes pass; latency comes after that, as everywhere in the simulator. In
 * Baechi's linear cost model latency occupies the channel too. The network `half-duplex` with the
 * order of these commits gives the same times to the last bit.
 */
import { countSchedule, type ScheduleProblem } from "../problems/schedule/problem.ts";

export interface Channels {
  /** Announces a task whose producers have all been committed. Once, before the calls below. */
  announce(task: number): void;
  /** When the inputs of an announced task would be on a device, if it were committed next. */
  readyUs(task: number, device: number): number;
  /**
   * Sends the inputs of a task to its device, where the task ends at `us`. Returns the producers of
   * what was sent.
   */
  commit(task: number, device: number, us: number): number[];
}

export const createChannels = (problem: ScheduleProblem): Channels => new HalfDuplexChannels(problem);

class HalfDuplexChannels implements Channels {
  private readonly problem: ScheduleProblem;
  /** When a tensor is on a device that it was sent to, NaN where it was not. */
  private readonly thereUs: Float64Array;
  /** When each channel has finished all commits, and the same during a trial. */
  private readonly channelUs: Float64Array;
  private readonly trialUs: Float64Array;
  /** Device, end and turn of each committed task. */
  private readonly placed: Int32Array;
  private readonly endUs: Float64Array;
  private readonly turn: Int32Array;
  private turns = 0;
  private readonly inputs: Int32Array[];

  constructor(problem: ScheduleProblem) {
    countSchedule(problem);
    const { tasks, deviceCount, edgeTensor } = problem;
    const tensorCount = edgeTensor.reduce((most, tensor) => Math.max(most, tensor + 1), 0);
    this.problem = problem;
    this.thereUs = new Float64Array(tensorCount * deviceCount).fill(Number.NaN);
    this.channelUs = new Float64Array(deviceCount);
    this.trialUs = new Float64Array(deviceCount);
    this.placed = new Int32Array(tasks.opCount).fill(-1);
    this.endUs = new Float64Array(tasks.opCount);
    this.turn = new Int32Array(tasks.opCount);
    this.inputs = new Array(tasks.opCount);
  }

  announce(task: number): void {
    this.inputs[task] = this.inputsOf(task);
  }

  readyUs(task: number, device: number): number {
    const { tasks, edgeTensor, deviceCount } = this.problem;
    const { trialUs, endUs, thereUs } = this;
    trialUs.set(this.channelUs);
    let ready = 0;
    for (const e of this.inputs[task]) {
      const there = this.isLocal(e, device)
        ? endUs[tasks.edgeSource[e]]
        : thereUs[edgeTensor[e] * deviceCount + device];
      ready = Math.max(ready, Number.isNaN(there) ? this.send(e, device, trialUs) : there);
    }
    return ready;
  }

  commit(task: number, device: number, us: number): number[] {
    const { tasks, edgeTensor, deviceCount } = this.problem;
    const sent: number[] = [];
    for (const e of this.inputs[task]) {
      const copy = edgeTensor[e] * deviceCount + device;
      if (this.isLocal(e, device) || !Number.isNaN(this.thereUs[copy])) continue;
      this.thereUs[copy] = this.send(e, device, this.channelUs);
      sent.push(tasks.edgeSource[e]);
    }
    this.placed[task] = device;
    this.turn[task] = this.turns++;
    this.endUs[task] = us;
    return sent;
  }

  /** By producer in the order of commits, then by tensor; one edge for each tensor. */
  private inputsOf(task: number): Int32Array {
    const { tasks, edgeTensor } = this.problem;
    const { turn } = this;
    const edges = Array.from(
      { length: tasks.inStart[task + 1] - tasks.inStart[task] },
      (_, i) => tasks.inStart[task] + i,
    );
    edges.sort(
      (a, b) =>
        turn[tasks.edgeSource[a]] - turn[tasks.edgeSource[b]] || edgeTensor[a] - edgeTensor[b] || a - b,
    );
    return Int32Array.from(
      edges.filter((e, i) => edgeTensor[e] === -1 || i === 0 || edgeTensor[e] !== edgeTensor[edges[i - 1]]),
    );
  }

  private isLocal(e: number, device: number): boolean {
    const { tasks, edgeTensor } = this.problem;
    return edgeTensor[e] === -1 || this.placed[tasks.edgeSource[e]] === device;
  }

  /** Sends an input over the channels as `channel` has them; returns its arrival. */
  private send(e: number, device: number, channel: Float64Array): number {
    const { tasks, deviceCount, edgeBytes, bytesPerUs, latencyUs } = this.problem;
    const source = tasks.edgeSource[e];
    const from = this.placed[source];
    const pair = from * deviceCount + device;
    const start = Math.max(this.endUs[source], channel[from], channel[device]);
    const sentUs = start + edgeBytes[e] / bytesPerUs[pair];
    channel[from] = sentUs;
    channel[device] = sentUs;
    return sentUs + latencyUs[pair];
  }
}
