/**
 * Lanes: what one replica of one stage runs, in order. Most schedules are a rule for a lane; the
 * lanes of a device are then merged (merge.ts).
 *
 * A dealt stage deals micro-batch m to its replica m mod r. All replicas of a split stage have the
 * same lane, and count as one where lanes are counted.
 */
import {
  Phase,
  type PhaseCode,
  type PipelineSchedule,
  type PipelineShape,
  type ScheduleItem,
} from "./contract.ts";
import { type Lane, mergeLanes } from "./merge.ts";

/** Items of a stage for the micro-batches that one of its replicas runs, in ascending order. */
export type LaneRule = (stage: number, microBatches: readonly number[]) => ScheduleItem[];

/** Replicas that run different micro-batches. */
export const laneCountOf = ({ devices, share }: PipelineShape["stages"][number]): number =>
  share === "dealt" ? devices.length : 1;

/** The replica that runs a micro-batch, where they are dealt in turn. */
export const inTurn =
  ({ stages }: PipelineShape) =>
  (stage: number, microBatch: number): number =>
    microBatch % laneCountOf(stages[stage]);

/** A schedule that ends each iteration before the next one begins, by a rule for one iteration. */
export function withFlush(shape: PipelineShape, rule: LaneRule): PipelineSchedule {
  const { microBatches, iterations } = shape;
  const orders = Array.from({ length: iterations }, (_, i) =>
    orderOf(shape, rule, i * microBatches, (i + 1) * microBatches),
  );
  return {
    order:
      iterations === 1 ? orders[0] : orders[0].map((_, device) => orders.flatMap((order) => order[device])),
    replicaOf: inTurn(shape),
    weightVersions: new Int32Array(shape.stages.length).fill(1),
    update: "iteration",
  };
}

/** Order of the devices for the micro-batches from `from` on, up to but not including `to`. */
export function orderOf(
  shape: PipelineShape,
  rule: LaneRule,
  from: number,
  to: number,
): readonly (readonly ScheduleItem[])[] {
  const lanes = shape.stages.flatMap((stage, number): Lane[] => {
    const laneCount = laneCountOf(stage);
    const items = Array.from({ length: laneCount }, (_, lane) =>
      rule(number, dealtTo(lane, laneCount, from, to)),
    );
    return stage.devices.map((device, replica) => ({
      device,
      stage: number,
      items: items[laneCount === 1 ? 0 : replica],
    }));
  });
  return mergeLanes(shape, lanes, from, to);
}

/** Those of the micro-batches that are `lane` modulo the number of lanes. */
function dealtTo(lane: number, laneCount: number, from: number, to: number): number[] {
  const first = from + ((((lane - from) % laneCount) + laneCount) % laneCount);
  const own: number[] = [];
  for (let microBatch = first; microBatch < to; microBatch += laneCount) own.push(microBatch);
  return own;
}

export const item = (stage: number, microBatch: number, phase: PhaseCode): ScheduleItem => ({
  stage,
  microBatch,
  phase,
});

/** `warmUp` forwards, then a backward and a forward in turn, then the backwards that are left. */
export function oneForwardOneBackward(
  stage: number,
  microBatches: readonly number[],
  warmUp: number,
): ScheduleItem[] {
  const items: ScheduleItem[] = [];
  const first = Math.min(warmUp, microBatches.length);
  for (let i = 0; i < first; i++) items.push(item(stage, microBatches[i], Phase.forward));
  for (let i = 0; i < microBatches.length; i++) {
    items.push(item(stage, microBatches[i], Phase.backward));
    const next = i + first;
    if (next < microBatches.length) items.push(item(stage, microBatches[next], Phase.forward));
  }
  return items;
}
