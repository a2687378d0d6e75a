/**
 * Mini-batches in the pipeline of one virtual worker, as HetPipe schedules them (Park et al.,
 * USENIX ATC 2020). At most Nm are in flight. Each GPU runs its tasks in the order in which they
 * become ready, forward passes of earlier mini-batches first. The last GPU runs both passes of a
 * mini-batch as one task.
 */
import type { WorkerStage } from "./worker-partition.ts";

export interface WorkerPace {
  /** Time from one finished mini-batch to the next, in the long run. */
  readonly periodUs: number;
  /** Time from the start of a mini-batch to its end, in the long run. */
  readonly latencyUs: number;
}

/** Mini-batches for each in flight and stage: left out at the start, measured, left at the end. */
const [WARM, MEASURED, DRAINED] = [16, 16, 4];

export function workerPace(
  stages: readonly Pick<WorkerStage, "forwardUs" | "backwardUs">[],
  inFlight: number,
): WorkerPace {
  const unit = Math.max(stages.length, inFlight);
  const end = (WARM + MEASURED) * unit;
  const { startUs, endUs } = workerTimes(stages, inFlight, end + DRAINED * unit);
  const cycle = cycleOf(endUs, WARM * unit, end);
  let latencyUs = 0;
  for (let p = end - cycle; p < end; p++) latencyUs += (endUs[p] - startUs[p]) / cycle;
  return { periodUs: (endUs[end - 1] - endUs[end - 1 - cycle]) / cycle, latencyUs };
}

const ROUNDING = 1e-9;

/** Mini-batches after which the times between ends repeat, or half of those measured. */
function cycleOf(endUs: Float64Array, from: number, end: number): number {
  const half = (end - from) / 2;
  const gap = (p: number) => endUs[p] - endUs[p - 1];
  const isSame = (one: number, other: number) => Math.abs(one - other) <= ROUNDING * (one + other);
  for (let cycle = 1; cycle < half; cycle++) {
    let p = end - half;
    while (p < end && isSame(gap(p), gap(p - cycle))) p++;
    if (p === end) return cycle;
  }
  return half;
}

export interface WorkerTimes {
  readonly startUs: Float64Array;
  readonly endUs: Float64Array;
}

/** Start of the first pass and end of the last, of each of the first mini-batches. */
export function workerTimes(
  stages: readonly Pick<WorkerStage, "forwardUs" | "backwardUs">[],
  inFlight: number,
  count: number,
): WorkerTimes {
  const last = stages.length - 1;
  const startUs = new Float64Array(count);
  const endUs = new Float64Array(count);
  /** Ready tasks of each stage; a mini-batch comes forward before it comes back. */
  const queues = stages.map((): Task[] => []);
  const freeUs = new Float64Array(stages.length);
  for (let batch = 0; batch < Math.min(inFlight, count); batch++)
    queues[0].push({ readyUs: 0, batch, isForward: true });
  let left = count;
  while (left > 0) {
    const stage = nextStage(queues, freeUs);
    const { readyUs, batch, isForward } = queues[stage].shift()!;
    const { forwardUs, backwardUs } = stages[stage];
    const us = stage === last ? forwardUs + backwardUs : isForward ? forwardUs : backwardUs;
    const begin = Math.max(readyUs, freeUs[stage]);
    if (stage === 0 && isForward) startUs[batch] = begin;
    const end = begin + us;
    freeUs[stage] = end;
    const goesOn = isForward && stage < last;
    if (goesOn) insert(queues[stage + 1], { readyUs: end, batch, isForward: true });
    else if (stage > 0) insert(queues[stage - 1], { readyUs: end, batch, isForward: false });
    else {
      endUs[batch] = end;
      left--;
      const next = batch + inFlight;
      if (next < count) insert(queues[0], { readyUs: end, batch: next, isForward: true });
    }
  }
  return { startUs, endUs };
}

interface Task {
  readonly readyUs: number;
  readonly batch: number;
  readonly isForward: boolean;
}

/** The stage whose next task begins first; no later event can come before that task. */
function nextStage(queues: readonly (readonly Task[])[], freeUs: Float64Array): number {
  let stage = -1;
  let first = Number.POSITIVE_INFINITY;
  queues.forEach(([task], s) => {
    if (task === undefined) return;
    const begin = Math.max(task.readyUs, freeUs[s]);
    if (begin >= first) return;
    first = begin;
    stage = s;
  });
  return stage;
}

/** By readiness, then by mini-batch: those in flight longer first. */
function insert(queue: Task[], task: Task): void {
  let at = queue.length;
  while (at > 0 && isAfter(queue[at - 1], task)) at--;
  queue.splice(at, 0, task);
}

const isAfter = (one: Task, other: Task): boolean =>
  one.readyUs > other.readyUs || (one.readyUs === other.readyUs && one.batch > other.batch);
