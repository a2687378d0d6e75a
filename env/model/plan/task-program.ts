/**
 * `TaskProgram`: a plan of any kind in the only form that the engine runs. Ops of a placement are
 * its tasks; other plan kinds add tasks for replicas, shards, micro-batches and collectives.
 */
import type { OpGraph } from "../graph/graph.ts";

export interface TaskProgram {
  /** Tasks and what they wait for; the scenario's own graph where each op is one task. */
  readonly tasks: OpGraph;
  /** Device of each task, shape [taskCount]. */
  readonly device: Int32Array;
  /**
   * Order of the tasks of each device, lowest first, shape [taskCount]; absent for arrival order.
   */
  readonly priority?: Float64Array;
  /** Op of each task, -1 for a collective, shape [taskCount]. */
  readonly opOf: Int32Array;
  /** Micro-batch of each task, shape [taskCount]. */
  readonly microBatchOf: Int32Array;
}
