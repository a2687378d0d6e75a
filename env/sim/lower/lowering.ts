/** What the parts of a lowering share: the tasks so far, and how to add one. */
import { shareUs } from "../../model/cluster/micro-batch.ts";
import type { PipelinePlan } from "../../model/plan/pipeline.ts";
import type { Scenario } from "../../model/scenario.ts";
import type { PipelineSchedule } from "../../model/schedule/contract.ts";
import type { Parts } from "./parts.ts";
import { type StageCosts, unitIndex, type WorkCode } from "./stage-costs.ts";
import type { LoweredTasks, TaskBuilder } from "./task-builder.ts";

/** What a task of a lowered pipeline does. */
export interface PipelineTask {
  readonly work: WorkCode | "send" | "swap";
  /** `HOST` for an input. */
  readonly stage: number;
  /** Index into the stage's devices. */
  readonly replica: number;
  /** First micro-batch; of an update or a collective the first of its round. */
  readonly microBatch: number;
}

export interface LaidSchedule {
  readonly schedule: PipelineSchedule;
  /** Batches that it lays out, one after the other. */
  readonly iterations: number;
}

export interface LoweredPipeline extends LoweredTasks {
  readonly costs: StageCosts;
  readonly tasks: readonly PipelineTask[];
}

/** What the parts of a lowering share. */
export interface Lowering {
  readonly scenario: Scenario;
  readonly plan: PipelinePlan;
  readonly laid: LaidSchedule;
  readonly costs: StageCosts;
  readonly builder: TaskBuilder;
  readonly parts: Parts;
  readonly tasks: PipelineTask[];
  /** Last task of each device so far, -1 for none, and the task before each task on its device. */
  readonly lastOf: Int32Array;
  readonly taskBefore: number[];
}

/** Adds a task at the end of its device's order. */
export function addTask(
  { builder, tasks, lastOf, taskBefore }: Lowering,
  task: PipelineTask,
  on: { device: number; us: number; workspaceBytes?: number; residentBytes?: number },
): number {
  tasks.push(task);
  const number = builder.task(on);
  const before = lastOf[on.device];
  taskBefore[number] = before;
  if (before !== -1) builder.after(number, before);
  lastOf[on.device] = number;
  return number;
}

/** Adds a task without work that keeps no order: of a sender or of the host. */
export function addFreeTask({ builder, tasks }: Lowering, task: PipelineTask, device: number): number {
  tasks.push(task);
  return builder.task({ device, us: 0 });
}

/** Time of a share of the batch, of a unit on a device, us. */
export function unitUs(
  costs: StageCosts,
  unit: readonly [WorkCode, number],
  device: number,
  share: number,
): number {
  const at = unitIndex(costs, unit[0], unit[1]) * costs.deviceCount + device;
  return shareUs(costs.runUs[at], costs.fixedUs[at], share);
}
