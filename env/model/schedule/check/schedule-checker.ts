/**
 * The one checker of pipeline schedules. It tells in sentences what is wrong with an order:
 *
 * - an item that makes no sense: no such stage or micro-batch, a span over two iterations;
 * - a (stage, micro-batch, phase) that a device runs but should not, not at all, or twice;
 * - devices that wait for each other for ever under the dependencies of contract.ts;
 * - an iteration that begins before the flush of the one before;
 * - more weight versions in use than a replica holds.
 *
 * Stages are taken to feed each other in a chain, the strictest graph that keeps their order.
 */
import { Phase, type PipelineSchedule, type PipelineShape, type ScheduleItem } from "../contract.ts";
import { deadlockFaults } from "./deadlock.ts";
import { flushFaults, versionFaults } from "./iterations.ts";
import { itemText } from "./words.ts";

export interface CheckOptions {
  /** True where each iteration ends before the next one begins. */
  readonly flush: boolean;
  /** Most faults to tell; 20 by default. */
  readonly most?: number;
}

const MOST_FAULTS = 20;

/** One sentence a fault, none where the schedule is right. */
export function checkSchedule(
  shape: PipelineShape,
  schedule: PipelineSchedule,
  { flush, most = MOST_FAULTS }: CheckOptions,
): string[] {
  if (schedule.order.length !== shape.deviceCount)
    return [`The order is for ${schedule.order.length} devices, not for ${shape.deviceCount}.`];
  const strange = itemFaults(shape, schedule);
  if (strange.length > 0) return strange.slice(0, most);
  const counted = countFaults(shape, schedule);
  if (counted.length > 0) return counted.slice(0, most);
  const faults = [
    ...deadlockFaults(shape, schedule),
    ...(flush ? flushFaults(shape, schedule) : versionFaults(shape, schedule)),
  ];
  return faults.slice(0, most);
}

function itemFaults(shape: PipelineShape, { order, replicaOf }: PipelineSchedule): string[] {
  const total = shape.microBatches * shape.iterations;
  const faults: string[] = [];
  const stray = (item: ScheduleItem): string | null => {
    const { stage, microBatch, span = 1 } = item;
    if (!(stage >= 0 && stage < shape.stages.length)) return "there is no such stage";
    if (!(microBatch >= 0 && microBatch + span <= total)) return "there is no such micro-batch";
    if (span < 1) return "its span is less than 1";
    const iterationOf = (m: number): number => Math.floor(m / shape.microBatches);
    if (iterationOf(microBatch) !== iterationOf(microBatch + span - 1))
      return "its span leaves the iteration";
    return null;
  };
  const misplaced = (item: ScheduleItem, device: number): string | null => {
    const { devices, share } = shape.stages[item.stage];
    if (!devices.includes(device)) return "that stage is not on it";
    if (share === "split") return null;
    for (let m = item.microBatch; m < item.microBatch + (item.span ?? 1); m++)
      if (devices[replicaOf(item.stage, m)] !== device) return "another replica was dealt it";
    return null;
  };
  order.forEach((items, device) => {
    for (const item of items) {
      const fault = stray(item) ?? misplaced(item, device);
      if (fault !== null) faults.push(`Device ${device} runs the ${itemText(item)}, but ${fault}.`);
    }
  });
  return faults;
}

/** Pre: every item is legal and where it belongs. */
function countFaults(shape: PipelineShape, { order, replicaOf }: PipelineSchedule): string[] {
  const total = shape.microBatches * shape.iterations;
  const stageCount = shape.stages.length;
  const faults: string[] = [];
  const splits = stagesWithWeights(stageCount, order);
  order.forEach((items, device) => {
    const counts = [0, 1, 2].map(() => new Map<number, Int32Array>());
    for (const { stage, microBatch, phase, span = 1 } of items) {
      if (!counts[phase].has(stage)) counts[phase].set(stage, new Int32Array(total));
      const row = counts[phase].get(stage)!;
      for (let m = microBatch; m < microBatch + span; m++) row[m]++;
    }
    for (let stage = 0; stage < stageCount; stage++) {
      const { devices, share } = shape.stages[stage];
      const replica = devices.indexOf(device);
      if (replica < 0) continue;
      const phases = splits[stage] ? [0, 1, 2] : [0, 1];
      for (const phase of phases as (0 | 1 | 2)[]) {
        const row = counts[phase].get(stage);
        for (let m = 0; m < total; m++) {
          const times = row?.[m] ?? 0;
          const due = share === "split" || replicaOf(stage, m) === replica ? 1 : 0;
          if (times === due) continue;
          const text = itemText({ stage, microBatch: m, phase });
          faults.push(`Device ${device} runs the ${text} ${times === 0 ? "not at all" : `${times} times`}.`);
        }
      }
    }
  });
  return faults;
}

/** Whether a stage has its backward pass split in two. */
function stagesWithWeights(stageCount: number, order: readonly (readonly ScheduleItem[])[]): boolean[] {
  const splits = new Array<boolean>(stageCount).fill(false);
  for (const items of order)
    for (const { stage, phase } of items) if (phase === Phase.weights) splits[stage] = true;
  return splits;
}
