/**
 * Compute graphs of DOPPLER (Yao et al., "DOPPLER: Dual-Policy Learning for Device Assignment in
 * Asynchronous Dataflow Graphs", ICLR 2026; `compute_graph/*.txt` of xinyuyao/Doppler). Its
 * `gdp_` files have a third column.
 *
 *     7                     nodes, inputs included
 *     0, 1,                 inputs; only how many they are counts
 *     0, 1, 2,              sources of the edges, ids of nodes without inputs
 *     2, 2, 4,              targets of the edges
 *     100000000,400000000   compute and transfer of each node that is no input
 *
 * As in the published simulator, a node takes its compute on any device. Its value takes its
 * transfer to each consumer on another device, and nothing waits for a link. Memory has no limit.
 * That simulator divides its result by 1e10 and names no unit. Here the quotient is in ms.
 */
import { type Cluster, validateCluster } from "../../../env/model/cluster/cluster.ts";
import { InputError } from "../../../env/model/errors.ts";
import { defaultFidelity, type Fidelity } from "../../../env/model/fidelity/fidelity.ts";
import { graphBuilder } from "../../../env/model/graph/builder.ts";
import { ANY_KIND, type OpGraph } from "../../../env/model/graph/graph.ts";
import { checkSize, MOST_EDGES, MOST_OPS } from "../../../env/model/graph/limits.ts";
import type { Importer } from "../contract.ts";
import { count } from "../sentences.ts";
import type { SourceFile } from "../source-file.ts";

/** 1e10 units are 1 ms. */
const UNITS_PER_US = 1e7;
const MOST_DEVICES = 64;
const LIST = /^[\s\d,]*$/;

const fidelity: Fidelity = {
  ...defaultFidelity,
  name: "doppler, contention-free",
  multicast: "per-consumer",
  routing: "cut-through",
  contention: "none",
  memory: "outputs-only",
  optimizerSlots: 0,
};

export const doppler: Importer = {
  name: "doppler",
  summary: "compute graphs published with DOPPLER (compute_graph/*.txt)",
  extensions: [".txt"],
  options: {
    devices: `number of like devices, 1 to ${MOST_DEVICES}; default 8 where the file's name has 8gpu, else 4`,
    mend: "true reads the second target of the published chain_mm_112nodes.txt as 16; default false",
  },
  recognises({ head }) {
    const [first, second, third, fourth] = head.split("\n", 4).map((line) => line.trim());
    return (
      /^\d+$/.test(first) && [second, third, fourth].every((line) => line !== undefined && LIST.test(line))
    );
  },
  read(file, options) {
    const named = file.name.includes("8gpu") ? 8 : 4;
    const deviceCount = options.integer("devices", { min: 1, max: MOST_DEVICES }) ?? named;
    const mends = options.oneOf("mend", ["true", "false"]) === "true";
    const read = readLines(file);
    const isFaulty = hasKnownFault(read);
    const edges = isFaulty && mends ? mended(read.edges) : read.edges;
    const unique = withoutRepeats(edges);
    return {
      graph: graphOf(read.nodes, unique),
      cluster: likeDevices(deviceCount),
      fidelity,
      meta: { source: "compute graph in the format of DOPPLER (ICLR 2026)" },
      report: {
        recognised: `DOPPLER compute graph, ${count(read.nodes.length, "node")}, ${count(edges.length, "edge")}`,
        assumed: [
          "1e10 units of compute or transfer are 1 ms; the published simulator names no unit.",
          "Sizes are units of transfer, no bytes; memory of a device has no limit.",
          `There are ${count(deviceCount, "like device")}; devices=N takes others.`,
          ...(isFaulty ? [faultText(mends)] : []),
        ],
        dropped: [
          ...(read.inputs > 0 ? [`${count(read.inputs, "input")}, which the file gives no work.`] : []),
          ...(unique.length < edges.length ? [repeatsText(edges.length - unique.length)] : []),
        ],
      },
    };
  },
};

type Edge = readonly [source: number, target: number];

interface Node {
  readonly compute: number;
  readonly transfer: number;
  readonly kind?: string;
}

interface Read {
  readonly total: number;
  readonly inputs: number;
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge[];
}

function readLines(file: SourceFile): Read {
  const lines = file.lines();
  const total = wholeNumber(next(lines, 1), "line 1");
  checkSize("ops", total, MOST_OPS);
  const inputs = listIn(next(lines, 2), 2, MOST_OPS).length;
  if (inputs >= total)
    throw new InputError(`line 2 names ${inputs} inputs of ${total} nodes, expected fewer than all.`);
  const nodeCount = total - inputs;
  const sources = listIn(next(lines, 3), 3, MOST_EDGES);
  const targets = listIn(next(lines, 4), 4, MOST_EDGES);
  if (sources.length !== targets.length)
    throw new InputError(
      `line 3 has ${sources.length} sources and line 4 has ${targets.length} targets, expected as many of both.`,
    );
  const edges = sources.map((source, e): Edge => [source, targets[e]]);
  for (const [line, ids] of [
    [3, sources],
    [4, targets],
  ] as const)
    for (const id of ids)
      if (id >= nodeCount)
        throw new InputError(`line ${line} names node ${id}, expected 0..${nodeCount - 1}.`);
  const nodes: Node[] = [];
  let number = 4;
  for (const line of lines) {
    number++;
    if (line.trim() === "") continue;
    if (nodes.length === nodeCount)
      throw new InputError(
        `line ${number} is one too many: ${total} nodes less ${inputs} inputs are ${nodeCount}.`,
      );
    nodes.push(nodeIn(line, number));
  }
  if (nodes.length < nodeCount)
    throw new InputError(
      `the file has costs of ${count(nodes.length, "node")}, expected ${nodeCount}: ${total} nodes less ${inputs} inputs.`,
    );
  return { total, inputs, nodes, edges };
}

function next(lines: Generator<string>, number: number): string {
  const { value, done } = lines.next();
  if (done)
    throw new InputError(
      `line ${number} is missing, expected a count, three lists and a line for each node.`,
    );
  return value as string;
}

/** Numbers with commas between them; one more may follow. */
function listIn(line: string, number: number, most: number): number[] {
  let commas = 0;
  for (let at = line.indexOf(","); at !== -1; at = line.indexOf(",", at + 1)) commas++;
  // Before the line is split, which a hostile one would make large.
  checkSize(number === 2 ? "ops" : "edges", commas, most);
  const texts = line.split(",");
  if (texts[texts.length - 1].trim() === "") texts.pop();
  return texts.map((text, i) => wholeNumber(text, `line ${number}, entry ${i + 1}`));
}

function wholeNumber(text: string, where: string): number {
  const value = /^\d{1,16}$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value)) return value;
  throw new InputError(`${where} is "${text.trim().slice(0, 60)}", expected a whole number.`);
}

function nodeIn(line: string, number: number): Node {
  const parts = line.split(",").map((part) => part.trim());
  if (parts.length < 2 || parts.length > 3)
    throw new InputError(
      `line ${number} is "${line.trim().slice(0, 60)}", expected "COMPUTE,TRANSFER" or "COMPUTE,TRANSFER,KIND".`,
    );
  return {
    compute: wholeNumber(parts[0], `line ${number}, compute`),
    transfer: wholeNumber(parts[1], `line ${number}, transfer`),
    ...(parts[2] !== undefined && parts[2] !== "" && { kind: parts[2].slice(0, 60) }),
  };
}

/**
 * The published chain_mm_112nodes.txt has the target 6 in line 4 where its `gdp_` copy has 16, as
 * the nodes beside it do.
 */
function hasKnownFault({ total, inputs, edges }: Read): boolean {
  const is = (e: number, source: number, target: number) =>
    edges[e]?.[0] === source && edges[e][1] === target;
  return total === 112 && inputs === 36 && edges.length === 80 && is(0, 0, 16) && is(1, 1, 6) && is(2, 2, 16);
}

const mended = (edges: readonly Edge[]): Edge[] => edges.map((edge, e): Edge => (e === 1 ? [1, 16] : edge));

const faultText = (mends: boolean): string =>
  `Line 4, entry 2, is 6 in the published chain_mm_112nodes.txt and 16 in its gdp_ copy; ${
    mends ? "mend=true reads 16." : "it is read as it is, mend=true reads 16."
  }`;

const repeatsText = (repeats: number): string =>
  `${count(repeats, "edge")} that ${repeats === 1 ? "repeats" : "repeat"} another.`;

function withoutRepeats(edges: readonly Edge[]): Edge[] {
  const seen = new Set<string>();
  return edges.filter(([source, target]) => {
    const key = `${source} ${target}`;
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

function graphOf(nodes: readonly Node[], edges: readonly Edge[]): OpGraph {
  const builder = graphBuilder();
  nodes.forEach(({ compute, transfer, kind = "op" }, id) => {
    builder.op({
      name: `node_${id}`,
      type: kind,
      measuredUs: { [ANY_KIND]: compute / UNITS_PER_US },
      outputs: [transfer],
    });
  });
  for (const [source, target] of edges) builder.edge({ from: `node_${source}`, to: `node_${target}` });
  return builder.build();
}

/** Every ordered pair has its own link, so that no transfer crosses another. */
function likeDevices(deviceCount: number): Cluster {
  const ids = Array.from({ length: deviceCount }, (_, d) => d);
  const pairs = ids.flatMap((from) => ids.filter((to) => to !== from).map((to) => [from, to] as const));
  const linkOf = new Map(pairs.map(([from, to], link) => [`${from} ${to}`, link]));
  return validateCluster({
    name: count(deviceCount, "like device"),
    // Every op has a measured time, so no speed of a device is ever used.
    devices: ids.map((d) => ({
      name: `device:${d}`,
      kind: "device",
      flopsPerUs: {},
      memoryBytesPerUs: 1,
      memoryBytes: Number.POSITIVE_INFINITY,
      launchUs: 0,
    })),
    links: pairs.map(([from, to]) => ({ name: `${from} to ${to}`, bytesPerUs: UNITS_PER_US, latencyUs: 0 })),
    routes: ids.map((from) => ids.map((to) => (from === to ? [] : [linkOf.get(`${from} ${to}`)!]))),
  });
}
