/**
 * `PipelineTimeline`: what one simulated run of a pipeline did, for people, pictures and traces. As
 * a `Timeline` it also exists for plans that do not fit in memory. All numbers are the engine's.
 */
import type { PipelinePlan } from "../../../model/plan/pipeline.ts";
import type { Scenario } from "../../../model/scenario.ts";
import type { TransferRecord } from "../../engine/engine.ts";
import type { Violation } from "../../evaluator/contract.ts";
import type { WorkCode } from "../../lower/costs/work.ts";
import type { TaskName } from "../../lower/lowering.ts";
import type { LoweredMove } from "../../lower/sharding/lowering.ts";
import type { MeasuredWindow } from "../../lower/steady.ts";
import type { MemoryParts, MemoryStep } from "../explain/memory-steps.ts";

/** A phase of a stage on a device. */
export interface PipelineBlock {
  readonly task: number;
  readonly device: number;
  /** `HOST` for inputs that the host makes. */
  readonly stage: number;
  readonly replica: number;
  /** The first one, counted over all batches; of an update the first of its round. */
  readonly microBatch: number;
  readonly work: WorkCode;
  readonly startUs: number;
  readonly endUs: number;
}

/** The sum of a replica's gradients with those of the other replicas. */
export interface SyncSpan {
  readonly device: number;
  readonly stage: number;
  readonly replica: number;
  readonly microBatch: number;
  /** From the replica's last backward phase until it knows the sum. */
  readonly startUs: number;
  readonly endUs: number;
}

/** A tensor that goes to another device. */
export interface PipelineTransfer {
  readonly fromTask: number;
  readonly from: TaskName;
  readonly fromDevice: number;
  readonly toDevice: number;
  /** Tasks that wait for it; one or more. */
  readonly to: readonly number[];
  readonly bytes: number;
  readonly startUs: number;
  readonly endUs: number;
  readonly hops: readonly TransferRecord[];
}

/**
 * Where the time of one batch goes on a device, us. The parts add up to the time of a batch:
 * computing, waiting inside units, and idle time by what the device waits for.
 */
export interface DeviceTime {
  readonly forward: number;
  readonly recompute: number;
  readonly backward: number;
  readonly weights: number;
  readonly update: number;
  /** Waiting inside units for steps between ranks, and for other ranks. */
  readonly inside: number;
  /** Waiting while an input is on its way. */
  readonly transfers: number;
  /** Waiting for sums of gradients. */
  readonly sync: number;
  /** Waiting for other stages, at both ends of a batch and in between. */
  readonly bubble: number;
}

/** What a device waits for inside the units of a stage, in one batch. */
export interface InsideWait {
  readonly device: number;
  readonly stage: number;
  /** A collective along axes of the stage's mesh; null for what no collective explains. */
  readonly step: { readonly kind: LoweredMove["kind"]; readonly group: readonly number[] } | null;
  /** Collectives of the device. */
  readonly count: number;
  readonly sentBytes: number;
  /** Exposed: the device's idle time. */
  readonly us: number;
}

export interface StageFacts {
  readonly stage: number;
  /** Forward ops in topological order: how many, first and last. */
  readonly opCount: number;
  readonly firstOp: number;
  readonly lastOp: number;
  /** Longest time of a phase for one micro-batch on any replica, us; 0 without the phase. */
  readonly forwardUs: number;
  readonly recomputeUs: number;
  readonly backwardUs: number;
  readonly weightsUs: number;
  /** Computing of this stage in one batch, on the replica with most of it, us. */
  readonly busyUs: number;
  /** Idle share of its devices, mean. */
  readonly idleShare: number;
  /** Weight versions that each replica holds. */
  readonly weightVersions: number;
  /** Most updates between a forward phase and its backward phase; null without updates. */
  readonly staleness: number | null;
  /** Ops whose outputs are computed again, and swapped. */
  readonly recomputedOps: number;
  readonly swappedOps: number;
}

export interface PipelineTimeline {
  readonly scenario: Scenario;
  readonly plan: PipelinePlan;
  /** Time of one batch, us. */
  readonly iterationUs: number;
  /** What `iterationUs` was measured in. */
  readonly window: MeasuredWindow;
  /** Whether batches follow each other without a flush. */
  readonly asynchronous: boolean;
  /** Devices of the plan's stages, ascending. */
  readonly stageDevices: readonly number[];
  /** Of all devices, in order of their start. */
  readonly blocks: readonly PipelineBlock[];
  readonly syncs: readonly SyncSpan[];
  readonly transfers: readonly PipelineTransfer[];
  readonly stages: readonly StageFacts[];
  /** Of all devices. */
  readonly deviceTimes: readonly DeviceTime[];
  /** By device, then stage; none where no stage has a mesh inside. */
  readonly insideWaits: readonly InsideWait[];
  readonly peakBytes: Float64Array;
  readonly memorySteps: readonly MemoryStep[];
  /** What each device holds at its peak. */
  readonly peakParts: readonly MemoryParts[];
  readonly violation: Violation | null;
}
