/** What the parts of a lowering share: the tasks so far, and how to add one. */
import type { PipelinePlan } from "../../model/plan/pipeline.ts";
import type { Scenario } from "../../model/scenario.ts";
import type { PipelineSchedule } from "../../model/schedule/contract.ts";
import { type StageCosts, timeIndex } from "./costs/stage-costs.ts";
import { unitOf, type WorkCode } from "./costs/work.ts";
import type { Part, Parts } from "./parts.ts";
import type { AmountIndex } from "./tasks/amounts.ts";
import { type Column, intColumn } from "./tasks/columns.ts";
import type { TaskBuilder } from "./tasks/task-builder.ts";

/** Work of a task that only moves data: a step of a collective, or a swap. */
export const SEND = 5;
export const SWAP = 6;
export type TaskWork = WorkCode | typeof SEND | typeof SWAP;
/** In the columns of a task that waits for all ranks of another one (inside/ranked-builder.ts). */
export const JOIN = 7;

export interface LaidSchedule {
  readonly schedule: PipelineSchedule;
  /** Batches that it lays out, one after the other. */
  readonly iterations: number;
}

/** What each task does, in columns. */
export interface TaskColumns {
  /** A `TaskWork` each, or `JOIN`. */
  readonly work: Int32Array;
  /** `HOST` for an input. */
  readonly stage: Int32Array;
  /** Index into the stage's devices. */
  readonly replica: Int32Array;
  /** First micro-batch; of an update or a collective the first of its round. */
  readonly microBatch: Int32Array;
}

type GrowingColumns = { readonly [Name in keyof TaskColumns]: Column<Int32Array> };

export const growingColumns = (): GrowingColumns => ({
  work: intColumn(),
  stage: intColumn(),
  replica: intColumn(),
  microBatch: intColumn(),
});

/** The columns; nothing may be added afterwards. */
export const finishedColumns = ({ work, stage, replica, microBatch }: GrowingColumns): TaskColumns => ({
  work: work.done(),
  stage: stage.done(),
  replica: replica.done(),
  microBatch: microBatch.done(),
});

/** The columns of the tasks on ranks, each of the task that it is of; -1 for joins. */
export function columnsOfRanks(
  { work, stage, replica, microBatch }: TaskColumns,
  taskOf: Int32Array,
): TaskColumns {
  const ofRanks = (column: Int32Array, ofJoin: number): Int32Array => {
    const made = new Int32Array(taskOf.length);
    for (let v = 0; v < made.length; v++) made[v] = taskOf[v] === -1 ? ofJoin : column[taskOf[v]];
    return made;
  };
  return {
    work: ofRanks(work, JOIN),
    stage: ofRanks(stage, -1),
    replica: ofRanks(replica, -1),
    microBatch: ofRanks(microBatch, -1),
  };
}

export interface Lowering {
  readonly scenario: Scenario;
  readonly plan: PipelinePlan;
  readonly laid: LaidSchedule;
  readonly costs: StageCosts;
  readonly amounts: AmountIndex;
  readonly builder: TaskBuilder;
  readonly parts: Parts;
  readonly tasks: GrowingColumns;
  /** Last task of each device so far, -1 for none, and the task before each task on its device. */
  readonly lastOf: Int32Array;
  readonly taskBefore: Column<Int32Array>;
  /** Set once a task of a sender is there. */
  usesSenders: boolean;
}

export interface TaskName {
  readonly work: TaskWork;
  readonly stage: number;
  readonly replica: number;
  readonly microBatch: number;
}

/** Micro-batches of all batches. */
export const totalOf = ({ plan, laid }: Pick<Lowering, "plan" | "laid">): number =>
  plan.microBatches * laid.iterations;

/** Adds a task with a share of its unit's time at the end of its device's order. */
export function addTask(
  { builder, costs, tasks, lastOf, taskBefore }: Lowering,
  { work, stage, replica, microBatch }: TaskName & { readonly work: WorkCode },
  device: number,
  share: number,
): number {
  const number = builder.task(device, timeIndex(costs, [work, stage], device), share);
  push(tasks, work, stage, replica, microBatch);
  const before = lastOf[device];
  taskBefore.push(before);
  if (before !== -1) builder.after(number, before);
  lastOf[device] = number;
  return number;
}

/** Adds a task that keeps no order on its device; without a share it does no work. */
export function addFreeTask(
  { builder, costs, tasks, taskBefore }: Lowering,
  { work, stage, replica, microBatch }: TaskName,
  device: number,
  share = 0,
): number {
  const time = share === 0 ? -1 : timeIndex(costs, [work as WorkCode, stage], device);
  const number = builder.task(device, time, share);
  push(tasks, work, stage, replica, microBatch);
  taskBefore.push(-1);
  return number;
}

function push(
  tasks: GrowingColumns,
  work: TaskWork,
  stage: number,
  replica: number,
  microBatch: number,
): void {
  tasks.work.push(work);
  tasks.stage.push(stage);
  tasks.replica.push(replica);
  tasks.microBatch.push(microBatch);
}

/** Tells which part of which micro-batches a task runs. */
export function addPart({ costs, parts }: Lowering, work: WorkCode, stage: number, task: number, part: Part) {
  parts.add(unitOf(costs.stageCount, work, stage), task, part);
}

/**
 * The device that steps of a collective run on, so that it goes on while the device computes. Where
 * transfers and ops exclude each other it is the device itself.
 */
export function senderOf(lowering: Lowering, device: number): number {
  if (!lowering.scenario.fidelity.overlap) return device;
  lowering.usesSenders = true;
  return device + lowering.costs.deviceCount;
}
