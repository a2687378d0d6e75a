/**
 * What a pipeline schedule is: for each device, the order in which it runs the phases of its stages
 * for each micro-batch. A schedule is data. It holds no times; the engine finds them.
 *
 * Dependencies that every schedule keeps, for a stage s and a micro-batch m:
 *
 *   forward (s, m)   after forward of the stages that feed s, and of the same micro-batch
 *   backward (s, m)  after forward (s, m), and backward of the stages that s feeds
 *   weights (s, m)   after backward (s, m), where the backward pass is split in two
 */
import type { Share } from "../plan/pipeline.ts";

/**
 * `backward` is the whole backward pass of a stage, or its input gradients where the schedule has
 * `weights` too. Recomputation belongs to the backward phase.
 */
export const Phase = { forward: 0, backward: 1, weights: 2 } as const;
export type PhaseCode = (typeof Phase)[keyof typeof Phase];

export interface ScheduleItem {
  readonly stage: number;
  /** Counted over all iterations: iteration i has those from i x microBatches on. */
  readonly microBatch: number;
  readonly phase: PhaseCode;
  /** Micro-batches from `microBatch` on that run as one; 1 by default. Chimera's doubling has 2. */
  readonly span?: number;
}

/** What a schedule is made for. */
export interface PipelineShape {
  readonly deviceCount: number;
  /** Stages in their order; several may share a device. */
  readonly stages: readonly { readonly devices: readonly number[]; readonly share: Share }[];
  /** Micro-batches of one iteration, that is of one batch. */
  readonly microBatches: number;
  /** Iterations to lay out; 1 where the schedule flushes between iterations. */
  readonly iterations: number;
}

export interface PipelineSchedule {
  /** Items of each device in the order of execution, shape [deviceCount][items]. */
  readonly order: readonly (readonly ScheduleItem[])[];
  /**
   * The replica, an index into the stage's devices, that runs a micro-batch of a dealt stage. A
   * split stage runs every micro-batch on all its replicas.
   */
  readonly replicaOf: (stage: number, microBatch: number) => number;
  /** Weight versions that each replica of a stage holds, shape [stageCount]; 1 with a flush. */
  readonly weightVersions: Int32Array;
  /**
   * When weights are updated: after every iteration, or after every micro-batch (PipeDream).
   */
  readonly update: "iteration" | "micro-batch";
  /**
   * Micro-batches that keep what the plan marks to be recomputed; none where absent.
   */
  readonly keeps?: (microBatch: number) => boolean;
}

/** A schedule of the table in index.ts. One small file makes each. */
export interface ScheduleMaker<Options = unknown> {
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  readonly paper?: string;
  /**
   * True where iterations follow each other without a flush. Their steady state is what counts.
   */
  readonly asynchronous: boolean;
  /** Checks the options of a plan and fills in defaults; throws one sentence. */
  readonly options: (given: Readonly<Record<string, unknown>>) => Options;
  /** One sentence where the shape does not suit the schedule, else null. */
  refuses?(shape: PipelineShape, options: Options): string | null;
  /** Pre: not refused. */
  make(shape: PipelineShape, options: Options): PipelineSchedule;
}
