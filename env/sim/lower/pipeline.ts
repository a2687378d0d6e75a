/**
 * Lowers a pipeline plan to tasks of the one engine: a task for each phase of each stage, replica
 * and micro-batch, then collectives and updates (updates.ts).
 *
 * - A device runs its tasks in the schedule's order. Recomputation goes right before the backward
 *   phase that needs it.
 * - A stage sends when a phase ends: one parcel to each stage that uses something of it. A long
 *   skip is one transfer from its producer's stage to its consumer's.
 * - A parcel between replicas that split micro-batches is what both have of the micro-batch.
 * - Swapped tensors go to the host when the forward phase ends. They come back while the task
 *   before the backward phase runs.
 * - The host makes inputs at most two micro-batches ahead of the first stage that uses them.
 */
import { isCpu } from "../../model/cluster/cluster.ts";
import { InputError } from "../../model/errors.ts";
import type { PipelinePlan } from "../../model/plan/pipeline.ts";
import type { Scenario } from "../../model/scenario.ts";
import { Phase, type ScheduleItem } from "../../model/schedule/contract.ts";
import { withSenders } from "./collectives.ts";
import {
  addFreeTask,
  addTask,
  type LaidSchedule,
  type LoweredPipeline,
  type Lowering,
  unitUs,
} from "./lowering.ts";
import { createParts, overlapOf, type Part } from "./parts.ts";
import { HOST, type Parcel, stageCosts, unitIndex, Work, type WorkCode } from "./stage-costs.ts";
import { taskBuilder } from "./task-builder.ts";
import { createUpdates } from "./updates.ts";

/** Pre: a valid plan, and a schedule that is legal for it. */
export function lowerPipeline(scenario: Scenario, plan: PipelinePlan, laid: LaidSchedule): LoweredPipeline {
  const splits = laid.schedule.order.some((items) => items.some(({ phase }) => phase === Phase.weights));
  const costs = stageCosts(scenario, plan, splits);
  const lowering: Lowering = {
    scenario,
    plan,
    laid,
    costs,
    builder: taskBuilder(scenario, withSenders(scenario.cluster)),
    parts: createParts(costs),
    tasks: [],
    lastOf: new Int32Array(scenario.cluster.devices.length).fill(-1),
    taskBefore: [],
  };
  layOutInputs(lowering);
  layOutSchedule(lowering);
  limitInputs(lowering);
  for (const parcel of costs.parcels) send(lowering, parcel);
  for (const parcel of costs.sharedWeights) sendWeights(lowering, parcel);
  for (let stage = 0; stage < costs.stageCount; stage++) swap(lowering, stage);
  return { ...lowering.builder.build(), costs, tasks: lowering.tasks };
}

const microBatchCount = ({ plan, laid }: Lowering): number => plan.microBatches * laid.iterations;

function hostOf({ scenario }: Lowering, what: string): number {
  const host = scenario.cluster.devices.findIndex(isCpu);
  if (host !== -1) return host;
  throw new InputError(`Cluster "${scenario.cluster.name}" has no CPU for ${what} of the pipeline.`);
}

function layOutInputs(lowering: Lowering): void {
  const { costs, plan, parts } = lowering;
  if (!costs.parcels.some(({ fromStage }) => fromStage === HOST)) return;
  const device = hostOf(lowering, "the inputs");
  const us = unitUs(costs, [Work.forward, HOST], device, 1 / plan.microBatches);
  for (let microBatch = 0; microBatch < microBatchCount(lowering); microBatch++) {
    const task = addTask(
      lowering,
      { work: Work.forward, stage: HOST, replica: 0, microBatch },
      { device, us },
    );
    parts.add(Work.forward, HOST, { task, device, microBatch, span: 1, from: 0, to: 1 });
  }
}

const INPUTS_AHEAD = 2;

function limitInputs(lowering: Lowering): void {
  const { costs, parts, builder } = lowering;
  const fed = costs.parcels.filter(({ fromStage }) => fromStage === HOST).map(({ toStage }) => toStage);
  if (fed.length === 0) return;
  const first = Math.min(...fed);
  for (let m = INPUTS_AHEAD; m < microBatchCount(lowering); m++)
    for (const { task } of parts.of(Work.forward, first, m - INPUTS_AHEAD))
      builder.after(parts.of(Work.forward, HOST, m)[0].task, task);
}

function layOutSchedule(lowering: Lowering): void {
  const { laid } = lowering;
  const updates = createUpdates(lowering);
  const hasWeights = new Set<number>();
  laid.schedule.order.forEach((items, device) => {
    for (const item of items) {
      updates.before(device, item);
      layOutItem(lowering, device, item, hasWeights);
      updates.after(device, item, lowering.lastOf[device]);
    }
    updates.finish(device);
  });
  updates.connect();
}

function layOutItem(
  lowering: Lowering,
  device: number,
  { stage, microBatch, phase, span = 1 }: ScheduleItem,
  hasWeights: Set<number>,
): void {
  const { costs, plan, laid, scenario } = lowering;
  const { devices, share } = plan.stages[stage];
  const replica = devices.indexOf(device);
  const [at, count] = share === "split" ? [replica, devices.length] : [0, 1];
  const interval = { microBatch, span, from: at / count, to: (at + 1) / count };
  const batchShare = span / count / plan.microBatches;
  const recomputes =
    phase === Phase.backward &&
    laid.schedule.keeps?.(microBatch) !== true &&
    costs.timedOps[unitIndex(costs, Work.recompute, stage)] > 0;
  for (const work of recomputes ? [Work.recompute, Work.backward] : [phase]) {
    const key = stage * costs.deviceCount + device;
    const versions = laid.schedule.weightVersions[stage] + scenario.fidelity.optimizerSlots;
    const task = addTask(
      lowering,
      { work, stage, replica, microBatch },
      {
        device,
        us: unitUs(costs, [work, stage], device, batchShare),
        workspaceBytes: costs.workspaceBytes[unitIndex(costs, work, stage)] * batchShare,
        residentBytes: hasWeights.has(key) ? 0 : costs.weightBytes[stage] * versions,
      },
    );
    hasWeights.add(key);
    lowering.parts.add(work, stage, { ...interval, task, device });
  }
}

/** Phases that may use a parcel, earliest first. */
const USERS: readonly WorkCode[] = [Work.forward, Work.recompute, Work.backward, Work.weights];

function send(lowering: Lowering, { fromStage, fromWork, toStage, uses, bytes }: Parcel): void {
  const { parts, builder, plan, laid } = lowering;
  const users = USERS.filter((work) => (uses & (1 << work)) !== 0);
  /** What a micro-batch keeps, its forward phase made. */
  const madeBy = (m: number) =>
    fromWork === Work.recompute && laid.schedule.keeps?.(m) === true ? Work.forward : fromWork;
  /** The parcel of each device and micro-batch, for the part that is being sent. */
  const tensors = new Map<number, number>();
  const total = microBatchCount(lowering);
  const sendPart = (from: Part): void => {
    tensors.clear();
    for (const work of users)
      for (let m = from.microBatch; m < from.microBatch + from.span; m++)
        for (const to of parts.of(work, toStage, m)) {
          const overlap = overlapOf(from, to);
          if (overlap === 0) continue;
          const key = to.device * total + m;
          if (!tensors.has(key)) {
            const last = Math.min(from.microBatch + from.span, to.microBatch + to.span);
            const tensor = builder.tensor(from.task, (bytes * overlap * (last - m)) / plan.microBatches);
            for (let covered = m; covered < last; covered++) tensors.set(to.device * total + covered, tensor);
          }
          builder.uses(to.task, tensors.get(key)!);
        }
  };
  for (let m = 0; m < total; m++)
    for (const from of parts.of(madeBy(m), fromStage, m)) if (from.microBatch === m) sendPart(from);
}

/** Weights that another stage uses go there once in a batch, and stay until its last use. */
function sendWeights(
  { parts, builder, plan, laid }: Lowering,
  { fromStage, toStage, uses, bytes }: Parcel,
): void {
  const users = USERS.filter((work) => (uses & (1 << work)) !== 0);
  for (let first = 0; first < plan.microBatches * laid.iterations; first += plan.microBatches) {
    const tensors = new Map<number, number>();
    const senders = parts.of(Work.forward, fromStage, first);
    for (let m = first; m < first + plan.microBatches; m++)
      for (const work of users)
        for (const to of parts.of(work, toStage, m)) {
          const tensor =
            tensors.get(to.device) ?? builder.tensor(senders[tensors.size % senders.length].task, bytes);
          tensors.set(to.device, tensor);
          builder.uses(to.task, tensor);
        }
  }
}

function swap(lowering: Lowering, stage: number): void {
  const { costs, parts, builder, plan, taskBefore } = lowering;
  if (costs.swappedBytes[stage] === 0) return;
  const host = hostOf(lowering, "the swapped tensors");
  for (let m = 0; m < microBatchCount(lowering); m++)
    for (const to of parts.of(Work.backward, stage, m)) {
      const from = parts.of(Work.forward, stage, m).find((part) => overlapOf(part, to) > 0)!;
      const bytes = (costs.swappedBytes[stage] * overlapOf(from, to)) / plan.microBatches;
      const { stage: _, ...rest } = lowering.tasks[to.task];
      const parked = addFreeTask(lowering, { ...rest, work: "swap", stage }, host);
      const fetched = addFreeTask(lowering, { ...rest, work: "swap", stage }, host);
      builder.uses(parked, builder.tensor(from.task, bytes));
      builder.after(fetched, parked);
      const ahead = taskBefore[taskBefore[to.task] ?? -1] ?? -1;
      if (ahead !== -1) builder.after(fetched, ahead);
      builder.uses(to.task, builder.tensor(fetched, bytes));
    }
}
