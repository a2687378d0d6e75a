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
import { countSchedule, type ScheduleProblem } from "../problems/schedule-problem.ts";

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

export function createChannels(problem: ScheduleProblem): Channels {
  countSchedule(problem);
  const { tasks, deviceCount, edgeTensor, edgeBytes, latencyUs, bytesPerUs } = problem;
  const tensorCount = edgeTensor.reduce((most, tensor) => Math.max(most, tensor + 1), 0);
  /** When a tensor is on a device that it was sent to, NaN where it was not. */
  const thereUs = new Float64Array(tensorCount * deviceCount).fill(Number.NaN);
  const channelUs = new Float64Array(deviceCount);
  const trialUs = new Float64Array(deviceCount);
  const placed = new Int32Array(tasks.opCount).fill(-1);
  const endUs = new Float64Array(tasks.opCount);
  const turn = new Int32Array(tasks.opCount);
  const inputs: Int32Array[] = new Array(tasks.opCount);
  let turns = 0;

  /** By producer in the order of commits, then by tensor; one edge for each tensor. */
  const inputsOf = (task: number): Int32Array => {
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
  };
  const isLocal = (e: number, device: number) =>
    edgeTensor[e] === -1 || placed[tasks.edgeSource[e]] === device;
  /** Sends an input over the channels as `channel` has them; returns its arrival. */
  const send = (e: number, device: number, channel: Float64Array): number => {
    const source = tasks.edgeSource[e];
    const from = placed[source];
    const pair = from * deviceCount + device;
    const start = Math.max(endUs[source], channel[from], channel[device]);
    const sentUs = start + edgeBytes[e] / bytesPerUs[pair];
    channel[from] = sentUs;
    channel[device] = sentUs;
    return sentUs + latencyUs[pair];
  };
  return {
    announce(task) {
      inputs[task] = inputsOf(task);
    },
    readyUs(task, device) {
      trialUs.set(channelUs);
      let ready = 0;
      for (const e of inputs[task]) {
        const there = isLocal(e, device)
          ? endUs[tasks.edgeSource[e]]
          : thereUs[edgeTensor[e] * deviceCount + device];
        ready = Math.max(ready, Number.isNaN(there) ? send(e, device, trialUs) : there);
      }
      return ready;
    },
    commit(task, device, us) {
      const sent: number[] = [];
      for (const e of inputs[task]) {
        const copy = edgeTensor[e] * deviceCount + device;
        if (isLocal(e, device) || !Number.isNaN(thereUs[copy])) continue;
        thereUs[copy] = send(e, device, channelUs);
        sent.push(tasks.edgeSource[e]);
      }
      placed[task] = device;
      turn[task] = turns++;
      endUs[task] = us;
      return sent;
    },
  };
}
