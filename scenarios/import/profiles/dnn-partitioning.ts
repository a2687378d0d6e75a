/**
 * Workloads of "Efficient Algorithms for Device Placement of DNN Graph Operators" (Tarnawski,
 * Phanishayee, Devanur, Mahajan, Nina Paravecino; NeurIPS 2020), JSON files of the repository
 * msr-fiddle/dnn-partitioning (MIT).
 *
 * The files give measured times in milliseconds and sizes in bytes; "FPGA" means any accelerator.
 * The cost of an edge is the time to move the whole output of its source between an accelerator and
 * host memory. It is therefore the same on every edge of one source. The size of an edge is the
 * bytes of that output where it agrees with the cost. In most throughput inputs it does not, and
 * the cost decides, as in the reference program. Transfers between accelerators
 * pass through the host. Nodes of one colour class share a device, and the classes are the groups.
 * The objective is `max-load`, unless the caller asks for another one.
 */
import { z } from "zod";
import { type Cluster, type Device, validateCluster } from "../../../env/model/cluster/cluster.ts";
import { colocationGrouping } from "../../../env/model/coarsen/grouping.ts";
import { InputError } from "../../../env/model/errors.ts";
import { defaultFidelity, type Fidelity } from "../../../env/model/fidelity/fidelity.ts";
import { graphBuilder } from "../../../env/model/graph/builder.ts";
import type { OpGraph } from "../../../env/model/graph/graph.ts";
import { MOST_EDGES, MOST_OPS } from "../../../env/model/graph/limits.ts";
import { listOf } from "../../../env/model/graph/list-schema.ts";
import type { Importer } from "../contract.ts";
import { count, parseWith } from "../sentences.ts";
import { endOfEdge, uniqueNames } from "./unique-names.ts";

const US_PER_MS = 1000;
/** The speed that the files' costs imply: 2 GiB in 1,000 ms. */
const HOST_BYTES_PER_US = 2147.4836;
/** A size agrees with the bytes that a cost implies up to this share, or up to one byte. */
const SIZE_TOLERANCE = 1e-3;
/** The reference program's own tolerance, in ms. */
const COST_TOLERANCE_MS = 1e-6;
const MOST_DEVICES = 1024;

const flag = z
  .union([z.boolean(), z.literal(0), z.literal(1)], { error: "expected true, false, 0 or 1" })
  .transform(Boolean);
const amount = z.number().min(0);

const schema = z.object({
  maxFPGAs: z.int().min(0).max(MOST_DEVICES),
  maxCPUs: z.int().min(0).max(MOST_DEVICES),
  maxSizePerFPGA: amount,
  nodes: listOf(
    z.object({
      id: z.int(),
      name: z.string().optional(),
      supportedOnFpga: flag,
      cpuLatency: amount,
      fpgaLatency: amount,
      size: amount,
      isBackwardNode: flag,
      colorClass: z.int().nullish(),
    }),
    MOST_OPS,
  ),
  edges: listOf(
    z.object({ sourceId: z.int(), destId: z.int(), cost: amount, size: amount.optional() }),
    MOST_EDGES,
  ),
});

type File = z.infer<typeof schema>;

/**
 * Weights as the files count them. Memory of a device is the sum of `size`, without optimizer
 * state.
 */
const fidelity: Fidelity = { ...defaultFidelity, name: "dnn-partitioning", optimizerSlots: 0 };

export const dnnPartitioning: Importer = {
  name: "dnn-partitioning",
  summary: "profiled workloads of msr-fiddle/dnn-partitioning (NeurIPS 2020)",
  extensions: [".json"],
  recognises(file) {
    const fields = file.jsonObject();
    return fields !== null && !("schema" in fields) && ("maxFPGAs" in fields || "maxCPUs" in fields);
  },
  read(source) {
    const file = parseWith(schema, source.json());
    const graph = readGraph(file);
    const sizes = sizesOf(file.edges);
    return {
      graph,
      grouping: colocationGrouping(graph),
      cluster: readCluster(file),
      objective: "max-load",
      fidelity,
      meta: {
        source: "msr-fiddle/dnn-partitioning (NeurIPS 2020)",
        licence: "MIT",
        aliases: { ids: file.nodes.map(({ id }) => id) },
      },
      report: {
        recognised: `dnn-partitioning workload, ${file.maxFPGAs} accelerators and ${file.maxCPUs} CPUs`,
        assumed: [
          "Times are ms and sizes bytes, as the authors' files have them.",
          sizes.used === file.edges.length && sizes.used > 0
            ? "An edge's size is the bytes of its source's output, which cross at 2 GiB per 1,000 ms."
            : "A transfer's cost in ms is its bytes at 2 GiB per 1,000 ms, between a device and the host.",
        ],
        dropped: sizes.dropped.length === 0 ? [] : [droppedSizes(sizes.dropped)],
      },
    };
  },
};

function readGraph({ nodes, edges }: File): OpGraph {
  const names = uniqueNames(nodes);
  const nameOf = (id: number) => endOfEdge(names, id);
  const costMs = costOfSources(edges);
  const { bytesOf } = sizesOf(edges);
  const builder = graphBuilder();
  for (const node of nodes) {
    const cost = costMs.get(node.id);
    builder.op({
      name: nameOf(node.id),
      role: node.isBackwardNode ? "backward" : "forward",
      measuredUs: {
        cpu: node.cpuLatency * US_PER_MS,
        ...(node.supportedOnFpga && { accelerator: node.fpgaLatency * US_PER_MS }),
      },
      parameterBytes: node.size,
      ...(!node.supportedOnFpga && { supportedKinds: ["cpu"] }),
      ...(node.colorClass != null && { colocation: `colour ${node.colorClass}` }),
      ...(cost !== undefined && {
        transferUs: cost * US_PER_MS,
        outputs: [bytesOf.get(node.id) ?? Math.round(impliedBytes(cost))],
      }),
    });
  }
  for (const { sourceId, destId } of edges) builder.edge({ from: nameOf(sourceId), to: nameOf(destId) });
  return builder.build();
}

function costOfSources(edges: File["edges"]): ReadonlyMap<number, number> {
  const costs = new Map<number, number>();
  for (const { sourceId, destId, cost } of edges) {
    const known = costs.get(sourceId) ?? cost;
    if (Math.abs(known - cost) > COST_TOLERANCE_MS)
      throw new InputError(
        `edges: the edge ${sourceId} -> ${destId} costs ${cost} ms, another edge of node ${sourceId} ${known} ms; all edges of one source must cost the same.`,
      );
    costs.set(sourceId, known);
  }
  return costs;
}

type Edge = File["edges"][number];

interface Sizes {
  /** Bytes of the output of each source all of whose sizes agree with its cost. */
  readonly bytesOf: ReadonlyMap<number, number>;
  /** Number of edges whose size is used, and the edges whose size is not. */
  readonly used: number;
  readonly dropped: readonly Edge[];
}

function sizesOf(edges: readonly Edge[]): Sizes {
  const sized = edges.filter(({ size }) => size !== undefined);
  const strange = new Set(sized.filter((edge) => !agrees(edge)).map(({ sourceId }) => sourceId));
  const used = sized.filter(({ sourceId }) => !strange.has(sourceId));
  return {
    bytesOf: new Map(used.map(({ sourceId, size }) => [sourceId, Math.round(size as number)])),
    used: used.length,
    dropped: sized.filter(({ sourceId }) => strange.has(sourceId)),
  };
}

function agrees({ cost, size = 0 }: Edge): boolean {
  const bytes = impliedBytes(cost);
  return Math.abs(size - bytes) <= Math.max(1, SIZE_TOLERANCE * bytes);
}

const impliedBytes = (costMs: number): number => costMs * US_PER_MS * HOST_BYTES_PER_US;

function droppedSizes(edges: readonly Edge[]): string {
  const first = edges.find((edge) => !agrees(edge)) as Edge;
  return (
    `size of ${count(edges.length, "edge")}: not the bytes that the cost implies, as of ` +
    `${first.sourceId} -> ${first.destId}, with ${first.size} B and ${first.cost} ms, which is ` +
    `${Math.round(impliedBytes(first.cost))} B. The cost decides.`
  );
}

/**
 * Accelerators with one link to the host and one from it, then CPUs, which share the host's memory.
 */
function readCluster({ maxFPGAs, maxCPUs, maxSizePerFPGA }: File): Cluster {
  // Every op has a measured time on its devices, so no speed of theirs is ever used.
  const speeds = { flopsPerUs: {}, memoryBytesPerUs: 1, launchUs: 0 };
  const devices: Device[] = [];
  for (let i = 0; i < maxFPGAs; i++)
    devices.push({ name: `accelerator:${i}`, kind: "accelerator", ...speeds, memoryBytes: maxSizePerFPGA });
  for (let i = 0; i < maxCPUs; i++)
    devices.push({ name: `cpu:${i}`, kind: "cpu", ...speeds, memoryBytes: Number.POSITIVE_INFINITY });

  const links = Array.from({ length: maxFPGAs }, (_, i) => [
    { name: `accelerator:${i} -> host`, bytesPerUs: HOST_BYTES_PER_US, latencyUs: 0 },
    { name: `host -> accelerator:${i}`, bytesPerUs: HOST_BYTES_PER_US, latencyUs: 0 },
  ]).flat();
  // A route must cross a link. Data between two CPUs stays in place, so this link takes almost no
  // time.
  const withinHost = links.length;
  links.push({ name: "host memory", bytesPerUs: Number.MAX_SAFE_INTEGER, latencyUs: 0 });
  const route = (from: number, to: number): readonly number[] => {
    if (from === to) return [];
    const crossed = [...(from < maxFPGAs ? [2 * from] : []), ...(to < maxFPGAs ? [2 * to + 1] : [])];
    return crossed.length > 0 ? crossed : [withinHost];
  };
  return validateCluster({
    name: `${maxFPGAs} accelerators, ${maxCPUs} CPUs`,
    devices,
    links,
    routes: devices.map((_, from) => devices.map((_, to) => route(from, to))),
  });
}
