/** What a schedule must keep from one iteration to the next: the flush, or its weight versions. */
import { Phase, type PipelineSchedule, type PipelineShape, type ScheduleItem } from "../contract.ts";
import { itemText } from "./words.ts";

/** Items of an earlier iteration that a device runs after some of a later one. */
export function flushFaults({ microBatches }: PipelineShape, { order }: PipelineSchedule): string[] {
  const faults: string[] = [];
  order.forEach((items, device) => {
    let latest = 0;
    for (const item of items) {
      const iteration = Math.floor(item.microBatch / microBatches);
      if (iteration < latest)
        faults.push(
          `Device ${device} runs the ${itemText(item)} of iteration ${iteration} after iteration ${latest} has begun.`,
        );
      latest = Math.max(latest, iteration);
    }
  });
  return faults;
}

/**
 * Forwards that need one weight version more than their replica holds. With an update after every
 * micro-batch each one in flight uses another version. With an update after every iteration the
 * forwards of iteration t need the version of iteration t - versions.
 */
export function versionFaults(shape: PipelineShape, schedule: PipelineSchedule): string[] {
  const tooMany =
    schedule.update === "micro-batch" ? overInFlight(schedule) : overIterations(shape, schedule);
  return schedule.order.flatMap((items, device) =>
    items
      .filter(tooMany(items))
      .map((item) => `Device ${device} runs the ${itemText(item)} with too few weight versions.`),
  );
}

/** For the items of a device: tells the forwards that have no version left. */
type Filters = (items: readonly ScheduleItem[]) => (item: ScheduleItem, position: number) => boolean;

function overInFlight({ weightVersions }: PipelineSchedule): Filters {
  return () => {
    const live = new Map<number, number>();
    return ({ stage, phase, span = 1 }) => {
      if (phase === Phase.weights) return false;
      const now = (live.get(stage) ?? 0) + (phase === Phase.forward ? span : -span);
      live.set(stage, now);
      return now > weightVersions[stage];
    };
  };
}

function overIterations(shape: PipelineShape, { weightVersions, order }: PipelineSchedule): Filters {
  const iterationOf = ({ microBatch }: ScheduleItem): number => Math.floor(microBatch / shape.microBatches);
  const last = lastPhaseOf(shape.stages.length, order);
  return (items) => {
    /** Where the gradients of each iteration are complete on this device, by stage. */
    const ends = shape.stages.map(() => new Int32Array(shape.iterations).fill(-1));
    items.forEach((item, position) => {
      if (item.phase === last[item.stage]) ends[item.stage][iterationOf(item)] = position;
    });
    for (const own of ends) for (let i = 1; i < own.length; i++) own[i] = Math.max(own[i], own[i - 1]);
    return (item, position) => {
      const needed = iterationOf(item) - weightVersions[item.stage];
      return item.phase === Phase.forward && needed >= 0 && ends[item.stage][needed] > position;
    };
  };
}

/** The phase that makes the gradients of weights. */
function lastPhaseOf(stageCount: number, order: readonly (readonly ScheduleItem[])[]): Int32Array {
  const last = new Int32Array(stageCount).fill(Phase.backward);
  for (const items of order) for (const { stage, phase } of items) last[stage] = Math.max(last[stage], phase);
  return last;
}
