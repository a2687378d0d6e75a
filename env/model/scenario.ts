/**
 * `Scenario`: everything that a score depends on. It holds a graph, its grouping, a cluster, an
 * objective and the named fidelity of the simulator. Its name and origin are not part of the
 * content hash.
 */
import type { Cluster } from "./cluster/cluster.ts";
import type { Grouping } from "./coarsen/grouping.ts";
import type { Fidelity } from "./fidelity/fidelity.ts";
import type { OpGraph } from "./graph/graph.ts";
import type { UnknownWork } from "./graph/unknown-work.ts";

/**
 * - `makespan`: time of one training step in us, by the event engine;
 * - `max-load`: largest load of any device in us, the throughput objective of dnn-partitioning
 *   (NeurIPS 2020);
 * - `latency`: time of one sample from end to end in us, the other objective of dnn-partitioning;
 * - `peak-memory`: largest peak of any device in bytes, by the event engine;
 * - `iteration`: time of one batch in us, of placements and of pipelines, by the event engine. For
 *   a pipeline without a flush it is the time from batch to batch in the steady state;
 * - `throughput`: the same for each sample;
 * - `cost`: USD of training on the samples of the demand at its throughput or above, of pipelines,
 *   by HeterPS's formula (arXiv 2111.10635);
 * - `rewritten`: the makespan of plans that may rewrite the graph first.
 */
export const objectives = [
  "makespan",
  "max-load",
  "latency",
  "peak-memory",
  "iteration",
  "throughput",
  "cost",
  "rewritten",
] as const;
export type Objective = (typeof objectives)[number];

/** Whether the value of a plan depends on the samples of the graph's batch. */
export const usesBatch = (objective: Objective): boolean =>
  objective === "throughput" || objective === "cost";

/** What training has to get through, and how fast. */
export interface Demand {
  /** Samples to train on, all epochs together. */
  readonly samples: number;
  /** The least throughput that is accepted. */
  readonly samplesPerSecond: number;
}

/**
 * What the file of a scenario calls its ops, one entry for each op, null where it has none.
 * Published plans use these names.
 */
export interface OpAliases {
  readonly ids?: readonly (number | null)[];
  /** Stage of a plan in the file. */
  readonly stages?: readonly (number | null)[];
  /** Module of the model that the op belongs to. */
  readonly modules?: readonly (string | null)[];
}

export interface ScenarioMeta {
  readonly source?: string;
  readonly licence?: string;
  readonly split?: "train" | "validation" | "test";
  readonly note?: string;
  readonly unknownWork?: UnknownWork;
  readonly aliases?: OpAliases;
}

export interface Scenario {
  /** URI or file name of the scenario. */
  readonly name: string;
  readonly graph: OpGraph;
  readonly grouping: Grouping;
  readonly cluster: Cluster;
  readonly objective: Objective;
  readonly fidelity: Fidelity;
  /** Needed by the objective cost alone. */
  readonly demand?: Demand;
  readonly meta: ScenarioMeta;
}
