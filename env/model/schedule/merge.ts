/**
 * Merges the lanes of each device to one order. Only a device with several stages, as in the mixed
 * pipes of FTPipe (Eliad et al., USENIX ATC 2021), leaves a choice.
 *
 * The rule runs the lanes in slots, each item one slot long. In every slot each device takes, of the
 * first items of its lanes that may run, a backward before a forward before weights, then the one
 * that comes first in its lane, then that of the latest stage. What devices did in some run, they
 * can do again in that order: no merged order makes devices wait for each other for ever, provided
 * that the lanes alone do not.
 */
import { Phase, type PipelineShape, type ScheduleItem } from "./contract.ts";

/** What one replica of one stage runs, in order. */
export interface Lane {
  readonly device: number;
  readonly stage: number;
  readonly items: readonly ScheduleItem[];
}

/** Micro-batches are those from `from` on, up to but not including `to`. */
export function mergeLanes(
  shape: PipelineShape,
  lanes: readonly Lane[],
  from: number,
  to: number,
): readonly (readonly ScheduleItem[])[] {
  const byDevice = Array.from({ length: shape.deviceCount }, (): Lane[] => []);
  for (const lane of lanes) byDevice[lane.device].push(lane);
  if (byDevice.every((own) => own.length <= 1)) return byDevice.map((own) => own[0]?.items ?? []);
  return runInSlots(shape, byDevice, from, to);
}

function runInSlots(
  { stages }: PipelineShape,
  byDevice: readonly (readonly Lane[])[],
  from: number,
  to: number,
): ScheduleItem[][] {
  const done = progressOf(stages, from, to);
  const next = byDevice.map((own) => new Int32Array(own.length));
  const order = byDevice.map((): ScheduleItem[] => []);
  let left = byDevice.flat().reduce((sum, { items }) => sum + items.length, 0);
  while (left > 0) {
    const taken: ScheduleItem[] = [];
    byDevice.forEach((own, device) => {
      const lane = laneToRun(own, next[device], done.mayRun);
      if (lane < 0) return;
      const item = own[lane].items[next[device][lane]++];
      order[device].push(item);
      taken.push(item);
    });
    if (taken.length === 0) throw new Error("The lanes of a schedule wait for each other for ever.");
    for (const item of taken) done.add(item);
    left -= taken.length;
  }
  return order;
}

const RANK: Readonly<Record<number, number>> = {
  [Phase.backward]: 0,
  [Phase.forward]: 1,
  [Phase.weights]: 2,
};

/** Index of the lane whose first item runs now, or -1 where the device waits. */
function laneToRun(
  lanes: readonly Lane[],
  next: Int32Array,
  mayRun: (item: ScheduleItem) => boolean,
): number {
  let best = -1;
  lanes.forEach(({ items, stage }, lane) => {
    const item = items[next[lane]];
    if (item === undefined || !mayRun(item)) return;
    const before =
      best < 0
        ? -1
        : RANK[item.phase] - RANK[lanes[best].items[next[best]].phase] ||
          next[lane] - next[best] ||
          lanes[best].stage - stage;
    if (before < 0) best = lane;
  });
  return best;
}

interface Progress {
  mayRun(item: ScheduleItem): boolean;
  add(item: ScheduleItem): void;
}

/** Which forwards and backwards all replicas of a stage have run. */
function progressOf(stages: PipelineShape["stages"], from: number, to: number): Progress {
  const width = to - from;
  const parts = stages.map(({ devices, share }) => (share === "split" ? devices.length : 1));
  const left = [Phase.forward, Phase.backward].map(() => {
    const counts = new Int32Array(stages.length * width);
    parts.forEach((count, stage) => {
      counts.fill(count, stage * width, (stage + 1) * width);
    });
    return counts;
  });
  return {
    mayRun({ stage, microBatch, phase, span = 1 }) {
      // The lane itself has a forward before its backward, and that before its weights.
      const needed = phase === Phase.forward ? stage - 1 : stage + 1;
      if (phase === Phase.weights || needed < 0 || needed === stages.length) return true;
      const at = needed * width + microBatch - from;
      for (let i = at; i < at + span; i++) if (left[phase][i] > 0) return false;
      return true;
    },
    add({ stage, microBatch, phase, span = 1 }) {
      if (phase === Phase.weights) return;
      const at = stage * width + microBatch - from;
      for (let i = at; i < at + span; i++) left[phase][i]--;
    },
  };
}
