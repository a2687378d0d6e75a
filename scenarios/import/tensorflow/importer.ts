/**
 * TensorFlow graphs: GraphDef, MetaGraphDef, SavedModel and RunMetadata, binary (`.pb`, `.meta`) or
 * text (`.pbtxt`). Step statistics or a cost graph of a profiled run can be in the same file or in
 * another one.
 *
 * Calls of functions are replaced by what they call. A SavedModel is cut down to what one of its
 * signatures needs.
 */

import { InputError } from "../../../env/model/errors.ts";
import { defaultFidelity } from "../../../env/model/fidelity/fidelity.ts";
import type { Query } from "../../../env/model/user/query.ts";
import { deviceSheets } from "../../clusters/devices.ts";
import type { Imported, Importer } from "../contract.ts";
import type { SourceFile } from "../source-file.ts";
import { type Entry, entryOf } from "./entry/function.ts";
import { signatureOf } from "./entry/signature.ts";
import { tfGraph } from "./graph.ts";
import { costGraph } from "./measurements/cost-graph.ts";
import { fromCostGraph, fromStepStats, type Measured } from "./measurements/measured.ts";
import { kindOfFile, readTf, type TfKind, type TfMessage, tfKinds } from "./messages/file-kinds.ts";
import type { GraphDef } from "./messages/schema.ts";
import type { RunMetadata } from "./messages/stats-schema.ts";
import { type GraphContext, reportOf } from "./report.ts";
import { coverageOf } from "./rules/index.ts";
import { GivenShapes } from "./shape-option.ts";

const LARGEST_BATCH = 1e6;

export const tensorflow: Importer = {
  name: "tensorflow",
  summary: "TensorFlow graphs: GraphDef, MetaGraphDef, SavedModel, RunMetadata, with step statistics",
  extensions: [".pb", ".pbtxt", ".meta"],
  options: {
    batch: "size of unknown first dimensions; default 1",
    "shape.*": "shape of an input by its name, such as shape.image=1,224,224,3",
    trips: "passes of a while loop that does not tell how often it runs; default 1",
    fetch: "names of nodes, joined by +: only what they need is kept",
    function: "a function of the library that is taken as the graph",
    signature: "the signature whose results are fetched; default serving_default, all for everything",
    stats: "a file beside this one with what was measured: RunMetadata, StepStats or CostGraphDef",
    gpu: "device kind that measured times of GPUs are for; default every kind",
    message: `what the file holds, where its content does not tell: ${tfKinds.join(", ")}`,
  },
  recognises: (file) => kindOfFile(file) !== null,
  coverage: coverageOf,
  devices(file) {
    const nodes = contextOf(readTf(file, null)).graphDef?.node ?? [];
    return new Map(nodes.filter(({ device }) => device !== "").map(({ name, device }) => [name, device]));
  },
  read(file, options) {
    const given = readTf(file, messageOption(options));
    const gpuKind = kindOption(options);
    const stats = options.text("stats");
    const measured = stats === undefined ? measuredIn(given) : measuredBeside(file, stats);
    const context = contextOf(given);
    const fidelity = { ...defaultFidelity, name: "default, 0 optimizer slots", optimizerSlots: 0 };
    const timesHoldOn = holdOn(measured);
    if (context.graphDef === null) {
      const costs = costGraphOf(given);
      const report = reportOf({ ...context, signature: null, entry: null }, null, measured, gpuKind);
      return { graph: costGraph(costs, gpuKind), fidelity, ...timesHoldOn, report };
    }
    const named = (options.text("fetch") ?? "").split(/[,+]/).filter((name) => name !== "");
    const wantsAll = named.length > 0 || options.given.has("function");
    const signature = wantsAll ? null : signatureOf(context.signatures, options);
    const entry = signature === null ? entryFor(context, options) : null;
    const shapes = new GivenShapes(options);
    shapes.rename(signature?.inputs ?? new Map());
    const result = tfGraph(entry?.graphDef ?? context.graphDef, {
      batch: options.integer("batch", { min: 1, max: LARGEST_BATCH }) ?? 1,
      trips: options.integer("trips", { min: 0, max: LARGEST_BATCH }) ?? 1,
      shapes,
      fetch: signature?.fetch ?? (named.length > 0 ? named : (entry?.fetch ?? [])),
      measured,
      gpuKind,
    });
    const meta = { source: `TensorFlow ${given.kind}` };
    const report = reportOf(
      { ...context, signature: signature?.name ?? null, entry },
      result,
      measured,
      gpuKind,
    );
    return { graph: result.graph, unknown: result.unknown, fidelity, meta, ...timesHoldOn, report };
  },
};

/** A SavedModel without a signature has its model in a function. */
function entryFor({ kind, graphDef, signatures }: GraphContext, options: Query): Entry | null {
  const name = options.text("function");
  if (graphDef === null) return null;
  const isWanted = kind === "SavedModel" && signatures.size > 0 && !options.given.has("signature");
  return name === undefined && (!isWanted || options.given.has("fetch")) ? null : entryOf(graphDef, name);
}

/** Times of accelerators alone do not hold on a CPU. */
function holdOn(measured: Measured | null): Pick<Imported, "timesHoldOn"> {
  const isOfAccelerators = measured !== null && measured.kinds.length > 0 && !measured.kinds.includes("CPU");
  return isOfAccelerators ? { timesHoldOn: "accelerators" } : {};
}

function messageOption(options: Query): TfKind | null {
  const given = options.text("message");
  if (given === undefined) return null;
  const kind = tfKinds.find((candidate) => candidate.toLowerCase() === given.toLowerCase());
  if (kind !== undefined) return kind;
  throw options.unfit("message", tfKinds.join(" or "), tfKinds);
}

function kindOption(options: Query): string {
  const kinds = Object.values(deviceSheets).map(({ kind }): string => kind);
  return options.oneOf("gpu", kinds) ?? "*";
}

const noSignatures: GraphContext["signatures"] = new Map();

function contextOf(given: TfMessage): GraphContext {
  switch (given.kind) {
    case "GraphDef":
      return { kind: given.kind, graphDef: given.message, version: "", others: 0, signatures: noSignatures };
    case "MetaGraphDef": {
      const { graph_def, meta_info_def, signature_def } = given.message;
      if (graph_def === null) throw new InputError("the MetaGraphDef has no graph.");
      return {
        kind: given.kind,
        graphDef: graph_def,
        version: meta_info_def?.tensorflow_version ?? "",
        others: 0,
        signatures: signature_def,
      };
    }
    case "SavedModel": {
      const [first, ...others] = given.message.meta_graphs;
      if (first?.graph_def == null) throw new InputError("the SavedModel has no graph.");
      const version = first.meta_info_def?.tensorflow_version ?? "";
      return {
        kind: given.kind,
        graphDef: first.graph_def,
        version,
        others: others.length,
        signatures: first.signature_def,
      };
    }
    case "RunMetadata":
      return {
        kind: given.kind,
        graphDef: partitions(given.message),
        version: "",
        others: 0,
        signatures: noSignatures,
      };
    case "StepStats":
      throw new InputError(
        "the file holds StepStats alone, times without a graph; import the graph and name this file in the option stats.",
      );
    case "CostGraphDef":
      return { kind: given.kind, graphDef: null, version: "", others: 0, signatures: noSignatures };
  }
}

/** The graphs of all devices as one. */
function partitions({ partition_graphs: graphs }: RunMetadata): GraphDef | null {
  if (graphs.length === 0) return null;
  return {
    node: graphs.flatMap(({ node }) => node),
    library: graphs[0].library,
    versions: graphs[0].versions,
  };
}

function costGraphOf(given: TfMessage) {
  const graph =
    given.kind === "CostGraphDef"
      ? given.message
      : given.kind === "RunMetadata"
        ? given.message.cost_graph
        : null;
  if (graph === null || graph.node.length === 0)
    throw new InputError(
      "the RunMetadata has neither partition graphs nor a cost graph; import the graph and name this file in the option stats.",
    );
  return graph;
}

function measuredIn(given: TfMessage): Measured | null {
  if (given.kind === "StepStats") return fromStepStats(given.message);
  if (given.kind === "CostGraphDef") return fromCostGraph(given.message);
  if (given.kind !== "RunMetadata") return null;
  const { step_stats, cost_graph } = given.message;
  if (step_stats !== null && step_stats.dev_stats.length > 0) return fromStepStats(step_stats);
  return cost_graph === null ? null : fromCostGraph(cost_graph);
}

function measuredBeside(file: SourceFile, path: string): Measured {
  const other = file.beside(path);
  try {
    const measured = measuredIn(readTf(other, null));
    if (measured !== null) return measured;
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`option stats, "${path}": ${error.message}`);
    throw error;
  }
  throw new InputError(`option stats names "${path}", which holds no measured times.`);
}
