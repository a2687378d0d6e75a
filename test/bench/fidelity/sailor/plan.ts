/** Plans of Sailor's validation: what the bench reads of a plan's file, checked field by field. */
import { InputError } from "../../../../env/index.ts";

/** Ranks of a tensor group: GPUs of one kind on one node. */
export interface Group {
  readonly kind: string;
  readonly tensor: number;
}

export interface SailorPlan {
  readonly name: string;
  /** Numbers of the profile's layers, by stage. */
  readonly layers: readonly (readonly number[])[];
  /** By stage and replica; as many replicas in each stage. */
  readonly groups: readonly (readonly Group[])[];
  readonly replicas: number;
  readonly microBatch: number;
  readonly microBatches: number;
  readonly nodes: number;
  readonly measuredS: number;
  readonly peakBytes: number | null;
}

/** `where`: the file, and the entry where it holds several. */
export function sailorPlan(value: unknown, where: string): SailorPlan {
  const wrong = (what: string, given: unknown, expected: string): never => {
    throw new InputError(`${where}: ${what} is ${JSON.stringify(given)}, expected ${expected}.`);
  };
  const record = (given: unknown, what: string): Record<string, unknown> =>
    typeof given === "object" && given !== null && !Array.isArray(given)
      ? (given as Record<string, unknown>)
      : wrong(what, given, "an object");
  const list = (given: unknown, what: string): readonly unknown[] =>
    Array.isArray(given) && given.length > 0 ? given : wrong(what, given, "a list with an entry at least");
  const count = (given: unknown, what: string): number =>
    Number.isInteger(given) && (given as number) >= 1
      ? (given as number)
      : wrong(what, given, "a whole number of at least 1");
  const seconds = (given: unknown): number =>
    typeof given === "number" && given > 0 ? given : wrong("real", given, "seconds above 0");

  const plan = record(value, "the plan");
  const pipelines = list(plan.pipeline_list, "pipeline_list");
  if (pipelines.length > 1) wrong("pipeline_list", `${pipelines.length} entries`, "one");
  const pipeline = record(pipelines[0], "pipeline_list[0]");
  const layers = list(pipeline.layers_per_stage, "layers_per_stage").map((stage) =>
    list(stage, "a stage of layers_per_stage").map((layer) =>
      Number.isInteger(layer) ? (layer as number) : wrong("a layer", layer, "its number"),
    ),
  );
  const group = (entry: unknown): Group => {
    const [nodes, tensor] = list(entry, "a replica of tmp_per_stage");
    const used = list(nodes, "the GPUs of a replica");
    if (used.length > 1) wrong("a replica of tmp_per_stage", entry, "GPUs of one node");
    const [kind] = list(used[0], "the GPUs of a replica");
    return {
      kind: typeof kind === "string" ? kind : wrong("a GPU type", kind, "its name"),
      tensor: count(tensor, "a tensor degree"),
    };
  };
  const groups = list(pipeline.tmp_per_stage, "tmp_per_stage").map((stage) =>
    list(stage, "a stage of tmp_per_stage").map(group),
  );
  const replicas = groups[0].length;
  if (groups.length !== layers.length)
    wrong("tmp_per_stage", `${groups.length} stages`, `the ${layers.length} of layers_per_stage`);
  if (groups.some((stage) => stage.length !== replicas))
    wrong("tmp_per_stage", "unequal numbers of replicas", "as many in each stage");
  const microBatch = count(plan.mbs, "mbs");
  const microBatches = count(plan.gbs, "gbs") / (microBatch * replicas);
  if (!Number.isInteger(microBatches))
    wrong("gbs", plan.gbs, `a multiple of ${microBatch * replicas}, mbs times replicas`);
  return {
    name: where,
    layers,
    groups,
    replicas,
    microBatch,
    microBatches,
    nodes: plan.N === undefined ? groups.length * replicas : count(plan.N, "N"),
    measuredS: seconds(plan.real),
    peakBytes: typeof plan.max_mem === "number" && plan.max_mem > 0 ? plan.max_mem : null,
  };
}
