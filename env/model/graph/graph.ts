/**
 * `OpGraph`: an immutable directed acyclic graph of operators in compressed sparse row form.
 *
 * Ops are integers 0..opCount-1 in declaration order, which need not be topological. Edges are
 * integers 0..edgeCount-1, stored consumer by consumer in the order in which each consumer declares
 * its inputs. One pair of ops may have several edges: for several output ports, or a control edge
 * next to a data edge. Graphs are made by `graphBuilder` and never change afterwards.
 */

import type { OpIteration } from "./iteration.ts";

/** Numbers by name, finite and at least 0. */
export type DataFeatures = Readonly<Record<string, number>>;

/** What an op does in the training step. */
export const Role = { forward: 0, backward: 1, update: 2 } as const;
export type RoleName = keyof typeof Role;
export const roleNames: readonly RoleName[] = ["forward", "backward", "update"];

/** The output port of a control edge: an ordering without data. */
export const CONTROL = -1;

/** A measured time under this kind holds on every device. */
export const ANY_KIND = "*";

export interface OpGraph {
  readonly opCount: number;
  readonly edgeCount: number;
  /** Number type in which the ops compute; a device has one speed for each. */
  readonly dtype: string;
  /** Samples of the batch that times and sizes are of; null where it is not known. */
  readonly batch: number | null;

  readonly names: readonly string[];
  readonly types: readonly string[];
  /** `Role` of each op. */
  readonly role: Uint8Array;
  /** Work in FLOP, 2 per multiply-add. */
  readonly flops: Float64Array;
  /** Bytes read and written in device memory while the op runs. */
  readonly bytesTouched: Float64Array;
  /** Bytes of weights that live with the op. */
  readonly parameterBytes: Float64Array;
  /**
   * Scratch bytes that the op needs on its device only while it runs, such as a convolution's
   * workspace.
   */
  readonly workspaceBytes: Float64Array;
  /**
   * Measured run time in us by device kind, NaN where not measured. It takes precedence over the
   * roofline.
   */
  readonly measuredUs: ReadonlyMap<string, Float64Array>;
  /**
   * Measured time in us to move an op's whole output between its device and the host, NaN where not
   * measured.
   */
  readonly transferUs: Float64Array | null;
  /** Device kinds that can run the op; null means all. */
  readonly supportedKinds: readonly (readonly string[] | null)[];
  /**
   * Co-location class of each op (0..colocationCount-1), or -1: ops of one class must share a
   * device.
   */
  readonly colocation: Int32Array;
  readonly colocationCount: number;
  /** The forward op of a backward or update op and the backward op of a forward op, or -1. */
  readonly twin: Int32Array;

  /** Output ports of op v: outputBytes[outputStart[v] .. outputStart[v + 1]). */
  readonly outputStart: Int32Array;
  readonly outputBytes: Float64Array;

  /** Inputs of op v: edges inStart[v] .. inStart[v + 1], in declared order. */
  readonly inStart: Int32Array;
  readonly edgeSource: Int32Array;
  readonly edgeDestination: Int32Array;
  /** Output port of the source that the edge carries, or `CONTROL`. */
  readonly edgeOutput: Int32Array;
  /** Bytes that the edge carries; 0 for control edges. */
  readonly edgeBytes: Float64Array;
  /**
   * Uses of op v: edge ids outEdge[outStart[v] .. outStart[v + 1]), by consumer id, then declared
   * order.
   */
  readonly outStart: Int32Array;
  readonly outEdge: Int32Array;

  /**
   * The dimensions of each op, null for an op that only runs as a whole; null where no op's are
   * known.
   */
  readonly iterations: readonly (OpIteration | null)[] | null;
  /**
   * Numbers that describe the data of an op, such as the vertices of its part of a data graph. Cost
   * models learn from them; no score depends on them. Null where no op has any.
   */
  readonly dataFeatures: readonly (DataFeatures | null)[] | null;

  /** A topological order, smallest id first among ready ops. */
  readonly topologicalOrder: Int32Array;
}

/** How many ops have a measured time for some device kind. */
export function measuredOps({ opCount, measuredUs }: OpGraph): number {
  const times = [...measuredUs.values()];
  let count = 0;
  for (let v = 0; v < opCount; v++) if (times.some((us) => !Number.isNaN(us[v]))) count++;
  return count;
}
