/**
 * Merges the lanes of each device to one order. Only a device with several stages, as in the mixed
 * pipes of FTPipe (Eliad et al., USENIX ATC 2021), leaves a choice.
 *
 * The rule runs the lanes in slots, each item one slot long. In every slot each device takes one of
 * the next items of its lanes that may run: a backward before a forward before weights. Among
 * equals it takes the one that comes first in its lane, then that of the latest stage.
 *
 * What devices did in some run, they can do again in that order. So a merged order lets no device
 * wait for ever where the lanes alone do not.
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
  const taken: ScheduleItem[] = [];
  while (left > 0) {
    taken.length = 0;
    for (let device = 0; device < byDevice.length; device++) {
      const lane = laneToRun(byDevice[device], next[device], done);
      if (lane < 0) continue;
      const item = byDevice[device][lane].items[next[device][lane]++];
      order[device].push(item);
      taken.push(item);
    }
    if (taken.length === 0) throw new Error("The lanes of a schedule wait for each other for ever.");
    for (const item of taken) done.add(item);
    left -= taken.length;
  }
  return order;
}

/** Of each phase: forward, backward, weights. */
const RANK = [1, 0, 2];

/** Index of the lane whose next item runs now, or -1 where the device waits. */
function laneToRun(lanes: readonly Lane[], next: Int32Array, done: Progress): number {
  let best = -1;
  let bestRank = Number.POSITIVE_INFINITY;
  for (let lane = 0; lane < lanes.length; lane++) {
    const position = next[lane];
    const { items } = lanes[lane];
    if (position === items.length) continue;
    const item = items[position];
    // Stages count for less than one position.
    const rank = RANK[item.phase] * PHASE_STEP + position - item.stage / STAGE_STEP;
    if (rank >= bestRank || !done.mayRun(item)) continue;
    best = lane;
    bestRank = rank;
  }
  return best;
}

/** More than the positions of a lane, and more than the stages of a plan. */
const PHASE_STEP = 2 ** 26;
const STAGE_STEP = 2 ** 20;

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
    mayRun(item) {
      const { stage, phase } = item;
      // The lane itself has a forward before its backward, and that before its weights.
      const needed = phase === Phase.forward ? stage - 1 : stage + 1;
      if (phase === Phase.weights || needed < 0 || needed === stages.length) return true;
      const at = needed * width + item.microBatch - from;
      for (let i = at; i < at + (item.span ?? 1); i++) if (left[phase][i] > 0) return false;
      return true;
    },
    add({ stage, microBatch, phase, span = 1 }) {
      if (phase === Phase.weights) return;
      const at = stage * width + microBatch - from;
      for (let i = at; i < at + span; i++) left[phase][i]--;
    },
  };
}
