/**
 * Inputs of "Piper: Multidimensional Planner for DNN Parallelization" (Tarnawski, Narayanan,
 * Phanishayee; NeurIPS 2021): JSON files of the repository msr-fiddle/piper (MIT). A file has
 * layers, a memory limit, and one bandwidth out of each device. Layers have alternative
 * configurations for each degree of tensor parallelism. Sizes are bytes, the bandwidth bytes per
 * second.
 *
 * A configuration's `timePerSample` is the time of both passes. It is in seconds in the authors'
 * BERT file and in milliseconds in their GNMT and ResNet files. Their sums equal those of
 * dnn-partitioning, which are in ms. So the unit is judged by the sum: layers together take at most
 * `LONGEST_SECONDS` for one micro-batch. An op takes one configuration of one degree.
 */
import { z } from "zod";
import { type Cluster, egressCluster } from "../../../env/model/cluster/cluster.ts";
import { InputError } from "../../../env/model/errors.ts";
import { MOST_EDGES, MOST_OPS } from "../../../env/model/graph/limits.ts";
import { listOf } from "../../../env/model/graph/list-schema.ts";
import type { Importer } from "../contract.ts";
import { parseWith } from "../sentences.ts";
import { backwardAssumption, backwardModes, backwardOption, type Layer, layerGraph } from "./layer-graph.ts";
import { gbsOption, profileBatch } from "./profile-batch.ts";
import { endOfEdge, uniqueNames } from "./unique-names.ts";

const US_PER_S = 1e6;
const US_PER_MS = 1000;
const LONGEST_SECONDS = 10;
const MOST_DEVICES = 1024;
const MOST_CONFIGURATIONS = 10_000;
/** The file counts its batch in micro-batches (`mbsInBatch`), and each is one of its samples. */
const MICRO_BATCH = { samples: 1, by: "timePerSample, the time of a micro-batch," };

const amount = z.number().min(0);
const configurationSchema = z.object({
  id: z.string(),
  timePerSample: amount,
  parameterSize: amount,
  memoryUsageA: amount,
  memoryUsageB: amount,
});
const schema = z.object({
  maxMemoryPerDevice: z.number().positive(),
  maxDevices: z.int().min(1).max(MOST_DEVICES),
  bandwidth: z.number().positive(),
  mbsInBatch: z.number().positive().optional(),
  nodes: listOf(
    z.object({
      id: z.int(),
      name: z.string().optional(),
      TMPCs: z.record(z.string(), listOf(configurationSchema, MOST_CONFIGURATIONS)),
    }),
    MOST_OPS,
  ),
  edges: listOf(z.object({ sourceId: z.int(), destId: z.int(), communicationCost: amount }), MOST_EDGES),
});

type File = z.infer<typeof schema>;
type Configuration = z.infer<typeof configurationSchema>;

export const piper: Importer = {
  name: "piper",
  summary: "inputs of Piper (NeurIPS 2021)",
  extensions: [".json"],
  options: {
    backward: backwardOption,
    degree: "degree of tensor parallelism whose configurations are read; default 1",
    configuration: "name of the configuration; default vanilla",
    time: "unit of timePerSample, s or ms; default judged by the sum",
    batch: "samples of a micro-batch, whose times the file has; default 1",
    gbs: gbsOption,
    share:
      "share of the forward pass in timePerSample where backward is separate or training; default 0.3333",
  },
  recognises(file) {
    const fields = file.jsonObject();
    return (
      fields !== null && !("schema" in fields) && ("maxMemoryPerDevice" in fields || "mbsInBatch" in fields)
    );
  },
  read(source, options) {
    const file = parseWith(schema, source.json());
    const degree = options.integer("degree", { min: 1, max: 1024 }) ?? 1;
    const configuration = options.text("configuration") ?? "vanilla";
    const backward = options.oneOf("backward", backwardModes) ?? "folded";
    const { batch, scale, assumption } = profileBatch(options, MICRO_BATCH);
    const share = options.number("share", { min: 0, max: 1 }) ?? 1 / 3;

    const chosen = file.nodes.map((node) => configurationOf(node, degree, configuration));
    const total = chosen.reduce((sum, { timePerSample }) => sum + timePerSample, 0);
    const givenUnit = options.oneOf("time", ["s", "ms"]);
    const unit = givenUnit ?? (total > LONGEST_SECONDS ? "ms" : "s");
    const perUs = unit === "s" ? US_PER_S : US_PER_MS;
    const others = file.nodes.reduce((count, { TMPCs }) => count + Object.values(TMPCs).flat().length, 0);

    const graph = layerGraph(...layersOf(file, chosen, { perUs: perUs * scale, share, scale }), {
      mode: backward,
      batch,
    });
    return {
      graph,
      cluster: clusterOf(file),
      objective: "max-load",
      meta: {
        source: "msr-fiddle/piper (NeurIPS 2021)",
        licence: "MIT",
        // Ops of layers come first; backward ops of their own follow.
        aliases: { ids: graph.names.map((_, v) => file.nodes[v]?.id ?? null) },
      },
      report: {
        recognised: `Piper input, ${file.nodes.length} layers, ${file.maxDevices} devices`,
        assumed: [
          `timePerSample is ${unit === "s" ? "seconds" : "ms"} of one micro-batch: the layers add up to ${total.toPrecision(6)}${givenUnit !== undefined ? "" : "; time=s or time=ms says otherwise"}.`,
          `Each layer takes its configuration "${configuration}" at tensor-parallel degree ${degree}.`,
          assumption,
          backwardAssumption[backward],
          ...(backward !== "folded"
            ? [`The forward pass is ${share.toPrecision(4)} of timePerSample, which the file does not split.`]
            : []),
          "The larger communicationCost of a layer's edges crosses twice for max-load: activation and gradient.",
        ],
        dropped: [
          ...(others > chosen.length
            ? [
                `${others - chosen.length} other configurations of the layers; degree and configuration choose.`,
              ]
            : []),
          "memoryUsageA and memoryUsageB: memory here is weights, optimizer state and live activations.",
          ...(file.mbsInBatch === undefined
            ? []
            : [`mbsInBatch ${file.mbsInBatch}: ${microBatchesText(scale)}; gbs=N chooses another batch.`]),
        ],
      },
    };
  },
};

const microBatchesText = (scale: number): string =>
  scale === 1
    ? "one micro-batch is simulated"
    : `a batch of ${Number(scale.toPrecision(6))} micro-batches is simulated`;

function configurationOf({ id, TMPCs }: File["nodes"][number], degree: number, name: string): Configuration {
  const offered = Object.hasOwn(TMPCs, String(degree)) ? TMPCs[String(degree)] : undefined;
  if (offered === undefined)
    throw new InputError(
      `nodes: node ${id} has no configurations of degree ${degree}, only of ${Object.keys(TMPCs).slice(0, 8).join(", ") || "none"}.`,
    );
  const configuration = offered.find((candidate) => candidate.id === name);
  if (configuration !== undefined) return configuration;
  const names = offered.slice(0, 8).map((candidate) => `"${candidate.id.slice(0, 40)}"`);
  throw new InputError(
    `nodes: node ${id} has no configuration "${name}" of degree ${degree}, only ${names.join(", ") || "none"}.`,
  );
}

function layersOf(
  { nodes, edges, bandwidth }: File,
  chosen: readonly Configuration[],
  { perUs, share, scale }: { readonly perUs: number; readonly share: number; readonly scale: number },
) {
  const names = uniqueNames(nodes);
  const ends = edges.map(({ sourceId, destId, communicationCost }) => ({
    from: endOfEdge(names, sourceId),
    to: endOfEdge(names, destId),
    bytes: communicationCost * scale,
  }));
  const outputBytes = new Map<string, number>();
  for (const { from, bytes } of ends) outputBytes.set(from, Math.max(outputBytes.get(from) ?? 0, bytes));
  const layers = nodes.map(({ id, name = "layer" }, v): Layer => {
    const bytes = outputBytes.get(endOfEdge(names, id));
    const us = chosen[v].timePerSample * perUs;
    return {
      name: endOfEdge(names, id),
      type: name.replace(/[\d_]+$/, "") || "layer",
      forwardUs: us * share,
      backwardUs: us - us * share,
      parameterBytes: chosen[v].parameterSize,
      outputBytes: bytes ?? 0,
      transferUs: bytes === undefined ? undefined : (2 * bytes * US_PER_S) / bandwidth,
    };
  });
  return [layers, ends] as const;
}

function clusterOf({ maxDevices, maxMemoryPerDevice, bandwidth }: File): Cluster {
  return egressCluster(
    `${maxDevices} accelerators`,
    Array.from({ length: maxDevices }, (_, i) => ({
      name: `accelerator:${i}`,
      kind: "accelerator",
      // Every op has a measured time, so no speed is ever used.
      flopsPerUs: {},
      memoryBytesPerUs: 1,
      memoryBytes: maxMemoryPerDevice,
      launchUs: 0,
    })),
    { bytesPerUs: bandwidth / US_PER_S, latencyUs: 0 },
  );
}
