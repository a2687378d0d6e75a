/**
 * `PipelinePlan`: the plan kind that cuts the graph into stages, replicates stages, splits the
 * batch into micro-batches and says in which order devices run them.
 *
 * A stage holds forward ops, and with them their backward twins and updates. Stages are numbered in
 * an order that all data between forward ops follow, from a lower stage to a higher one. They need
 * not be contiguous in the graph, and several may share a device.
 */
import type { OpGraph } from "../graph/graph.ts";
import type { MeshAxis } from "../layout/mesh.ts";
import type { OpSplit } from "../layout/natural.ts";
import type { OpFields } from "./sharding-fields/op-fields.ts";

/** More would make tasks of no length. */
export const MOST_MICRO_BATCHES = 4096;

/** Micro-batches that a batch can be divided into: at most its samples, where they are known. */
export const microBatchLimit = ({ batch }: Pick<OpGraph, "batch">): number =>
  Math.min(MOST_MICRO_BATCHES, batch ?? MOST_MICRO_BATCHES);

/** Stage of a forward op that the host runs in front of the pipeline: the inputs. */
export const HOST_STAGE = -1;

/** How the replicas of a stage share the micro-batches. */
export const shares = ["split", "dealt"] as const;
export type Share = (typeof shares)[number];

/** A mesh inside each replica of a stage, whose ranks divide the stage's ops (docs/hybrid.md). */
export interface StageInside {
  readonly axes: readonly MeshAxis[];
  /** Whether the optimizer's state is divided over ranks that would hold it alike; absent for 0. */
  readonly zero?: 0 | 1;
}

export interface PipelineStage {
  /**
   * Devices that hold a replica each, in order; at least one, none twice. With a mesh inside, the
   * ranks of the first replica in row-major order, then those of the second.
   */
  readonly devices: readonly number[];
  /**
   * `split`: each replica runs an equal part of every micro-batch. `dealt`: each runs whole
   * micro-batches, in turn or as the schedule says. Of no effect with one replica.
   */
  readonly share: Share;
  /** Absent where a replica is one device. */
  readonly inside?: StageInside;
}

/** A schedule by name (env/model/schedule), or `explicit` with an order of its own. */
export interface ScheduleChoice {
  readonly name: string;
  /** Options of the schedule, such as the pairs of `chimera`. */
  readonly [option: string]: unknown;
}

/** How the replicas of a stage sum their gradients (env/sim/lower/collectives). */
export const collectives = ["ring", "tree", "hierarchical"] as const;
export type CollectiveName = (typeof collectives)[number];

/** Whether sums of gradients go on while devices compute, or start when a device is done. */
export const syncs = ["overlapped", "exposed"] as const;
export type Sync = (typeof syncs)[number];

/** Fields of single ops are of ops whose stages have meshes inside. */
export interface PipelinePlan extends OpFields {
  readonly kind: "pipeline";
  /**
   * Stage of each op, shape [opCount]; `HOST_STAGE` for inputs that only a CPU runs. Backward and
   * update ops are as a rule in the stage of their twin.
   */
  readonly stageOf: Int32Array;
  readonly stages: readonly PipelineStage[];
  /** Micro-batches of one batch, at least 1; each holds an equal share of the graph's batch. */
  readonly microBatches: number;
  readonly schedule: ScheduleChoice;
  /**
   * 1 for each forward op whose outputs are not kept for the backward pass but computed again
   * before it, shape [opCount]; absent for none.
   */
  readonly recompute?: Uint8Array;
  /**
   * 1 for each forward op whose kept outputs wait in the host's memory between the passes, shape
   * [opCount]; absent for none.
   */
  readonly swap?: Uint8Array;
  /** Absent for `ring`. */
  readonly collective?: CollectiveName;
  /** Absent for `overlapped`. */
  readonly sync?: Sync;
  /**
   * For each op the axes of its stage's mesh that divide each of its dimensions, shape [opCount].
   * As in a sharding plan it is null for an op that follows. Absent for none.
   */
  readonly split?: readonly (OpSplit | null)[];
}
