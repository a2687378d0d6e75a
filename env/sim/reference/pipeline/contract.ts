/** What the parts of the pipeline specification share: runs of phases, tasks, messages, lives. */
import type { PipelinePlan } from "../../../model/plan/pipeline.ts";
import type { Scenario } from "../../../model/scenario.ts";
import type { PipelineSchedule } from "../../../model/schedule/contract.ts";

/** Phases of a stage as tasks. */
export const FORWARD = 0;
export const BACKWARD = 1;
export const WEIGHTS = 2;
export const AGAIN = 3;
export const UPDATE = 4;

/** `device` may be that of a sender: the number of devices more. */
export interface Task {
  readonly device: number;
  readonly us: number;
  /** Tasks that have to end before, at no cost. */
  readonly after: number[];
}

/** Bytes from a task to others, sent when it ends. */
export interface Message {
  readonly from: number;
  readonly bytes: number;
  readonly to: number[];
}

export interface Life {
  readonly device: number;
  readonly bytes: number;
  /** From the start of a task, or from when a message is on its last link to the device. */
  readonly from: number | Message;
  /** Until all of these have ended, or have left. */
  readonly until: readonly (number | Message)[];
}

export interface TaskList {
  readonly all: Task[];
  readonly messages: Message[];
  readonly lives: Life[];
  readonly residentBytes: number[];
}

/** What a device runs in one go: the ops of a stage and phase, for a part of some micro-batches. */
export interface PhaseRun {
  readonly stage: number;
  readonly work: number;
  readonly device: number;
  readonly replica: number;
  /** Micro-batches, and the part of each: `at` of `of` equal parts. */
  readonly microBatches: readonly number[];
  readonly at: number;
  readonly of: number;
  /** Share of the batch. */
  readonly share: number;
  /** Task of each op, in order. An empty phase has a task without op. */
  readonly taskOf: ReadonlyMap<number, number>;
  readonly first: number;
  readonly last: number;
}

/** All that the parts of the specification share. */
export interface Pipeline {
  readonly scenario: Scenario;
  readonly plan: PipelinePlan;
  readonly schedule: PipelineSchedule;
  readonly total: number;
  readonly asynchronous: boolean;
  readonly tasks: TaskList;
  readonly runs: PhaseRun[];
  /** Runs of each device in order. */
  readonly lines: PhaseRun[][];
  workOf(op: number): number;
}
