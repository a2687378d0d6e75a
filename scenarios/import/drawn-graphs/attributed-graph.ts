/**
 * Graphs of nodes and edges with attributes, from GraphML, GEXF and DOT files. Attributes with the
 * names of our own graphs (`flops`, `measuredUs`, `outputs`, ...) are read as such. The run time,
 * the sizes and the type may have other names, which the options give. Lists and maps are JSON in
 * strings; lists of numbers may also be separated by commas.
 */

import { InputError } from "../../../env/model/errors.ts";
import { graphBuilder, type OpSpec } from "../../../env/model/graph/builder.ts";
import { ANY_KIND, CONTROL, type OpGraph } from "../../../env/model/graph/graph.ts";
import type { Query } from "../../../env/model/query.ts";
import type { Imported } from "../contract.ts";
import { count } from "../sentences.ts";

export interface AttributedNode {
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}
export interface AttributedEdge {
  readonly from: string;
  readonly to: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}
export interface AttributedGraph {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly nodes: readonly AttributedNode[];
  readonly edges: readonly AttributedEdge[];
}

export const attributeOptions: Readonly<Record<string, string>> = {
  time: "attribute of nodes that holds the run time on every device; default time, where there is one",
  unit: "unit of that attribute: us (default), ms or s",
  bytes: "attribute of edges that holds the bytes they carry; default bytes, else weight",
  parameters: "attribute of nodes that holds the bytes of weights; default parameterBytes",
  type: "attribute of nodes that holds the type; default type",
};

const usOf = { us: 1, ms: 1000, s: 1e6 } as const;
const numberFields = ["flops", "bytesTouched", "parameterBytes", "workspaceBytes", "transferUs"] as const;
const wordFields = ["type", "role", "colocation", "twin"] as const;
/**
 * Attributes of our own exports that belong to a plan or to the scenario's groups, not to the
 * graph.
 */
const otherFields = ["group", "device"];

export function importAttributed(
  source: AttributedGraph,
  options: Query,
  { recognised, dropped }: { readonly recognised: string; readonly dropped: readonly string[] },
): Imported {
  const reader = nodeReader(source.nodes, options);
  const graph = graphOf(source, reader, options);
  const timed = source.nodes.filter(({ attributes }) => attributes[reader.timeName] !== undefined).length;
  const measured = graph.measuredUs.size > 0;
  const ignored = ignoredAttributes(source, reader.used);
  return {
    graph,
    report: {
      recognised: `${recognised}, ${count(graph.opCount, "node")}, ${count(graph.edgeCount, "edge")}`,
      assumed: [
        ...(timed > 0
          ? [`The attribute "${reader.timeName}" is the run time in ${reader.unit} on every device.`]
          : []),
        ...(timed === 0 && !measured && graph.flops.every((flops) => flops === 0)
          ? [
              "No attribute gives run times or work, so ops take only the time to touch their bytes; time=ATTRIBUTE names one.",
            ]
          : []),
        "Edges lead from producer to consumer; an output that no attribute sizes has the bytes of its largest edge.",
      ],
      dropped: [
        ...(ignored.length > 0
          ? [`Attributes: ${ignored.slice(0, 12).join(", ")}${ignored.length > 12 ? ", ..." : ""}.`]
          : []),
        ...dropped,
      ],
    },
  };
}

interface NodeReader {
  readonly timeName: string;
  readonly unit: string;
  readonly used: ReadonlySet<string>;
  read(node: AttributedNode): OpSpec;
}

function nodeReader(nodes: readonly AttributedNode[], options: Query): NodeReader {
  const unit = options.oneOf("unit", ["us", "ms", "s"]) ?? "us";
  const timeName = options.text("time") ?? "time";
  const parametersName = options.text("parameters") ?? "parameterBytes";
  const typeName = options.text("type") ?? "type";
  for (const name of ["time", "parameters", "type"]) {
    const attribute = options.text(name);
    if (attribute !== undefined && !nodes.some(({ attributes }) => Object.hasOwn(attributes, attribute)))
      throw new InputError(
        `${options.where}: option "${name}" names the attribute "${attribute}", which no node has.`,
      );
  }
  const fieldNames = [...numberFields, ...wordFields, "outputs", "measuredUs", "supportedKinds"];
  const used = new Set([...fieldNames, ...otherFields, timeName, parametersName, typeName]);
  return {
    timeName,
    unit,
    used,
    read({ name, attributes }) {
      const where = `Node "${name}"`;
      const spec: Record<string, unknown> = { name };
      for (const field of numberFields)
        if (attributes[field] !== undefined) spec[field] = numberOf(where, field, attributes[field]);
      for (const field of wordFields)
        if (attributes[field] !== undefined) spec[field] = wordOf(attributes[field]);
      if (attributes[parametersName] !== undefined)
        spec.parameterBytes = numberOf(where, parametersName, attributes[parametersName]);
      if (attributes[typeName] !== undefined) spec.type = wordOf(attributes[typeName]);
      if (attributes.outputs !== undefined) spec.outputs = listOf(where, "outputs", attributes.outputs);
      if (attributes.measuredUs !== undefined) spec.measuredUs = timesOf(where, attributes.measuredUs);
      else if (attributes[timeName] !== undefined)
        spec.measuredUs = { [ANY_KIND]: numberOf(where, timeName, attributes[timeName]) * usOf[unit] };
      if (attributes.supportedKinds !== undefined)
        spec.supportedKinds = wordsOf(where, attributes.supportedKinds);
      return spec as unknown as OpSpec;
    },
  };
}

interface ReadEdge {
  readonly from: string;
  readonly to: string;
  readonly output: number;
  readonly bytes: number | undefined;
  readonly input: number;
}

function graphOf(source: AttributedGraph, reader: NodeReader, options: Query): OpGraph {
  const bytesName =
    options.text("bytes") ??
    ["bytes", "weight"].find((name) => source.edges.some((edge) => Object.hasOwn(edge.attributes, name)));
  const edges = source.edges.map(({ from, to, attributes }): ReadEdge => {
    const where = `Edge "${from}" -> "${to}"`;
    const given = bytesName === undefined ? undefined : attributes[bytesName];
    return {
      from,
      to,
      output: attributes.output === undefined ? 0 : numberOf(where, "output", attributes.output),
      bytes: given === undefined ? undefined : numberOf(where, bytesName as string, given),
      input: attributes.input === undefined ? 0 : numberOf(where, "input", attributes.input),
    };
  });
  const sizes = outputSizes(edges);
  const dtype = source.attributes.dtype;
  const builder = graphBuilder(typeof dtype === "string" && dtype !== "" ? { dtype } : {});
  for (const node of source.nodes) {
    const spec = reader.read(node);
    builder.op(
      spec.outputs === undefined && sizes.has(node.name) ? { ...spec, outputs: sizes.get(node.name) } : spec,
    );
  }
  for (const { from, to, output, bytes } of [...edges].sort((a, b) => a.input - b.input)) {
    if (output === CONTROL) builder.control(from, to);
    else builder.edge({ from, to, output, bytes });
  }
  return builder.build();
}

const MOST_OUTPUTS = 4096;

/** The largest edge of each output, for nodes that do not declare their outputs. */
function outputSizes(edges: readonly ReadEdge[]): ReadonlyMap<string, number[]> {
  const sizes = new Map<string, number[]>();
  for (const { from, output, bytes = 0 } of edges) {
    if (!Number.isInteger(output) || output < 0 || output >= MOST_OUTPUTS) continue;
    const own = sizes.get(from) ?? [];
    sizes.set(from, own);
    while (own.length <= output) own.push(0);
    own[output] = Math.max(own[output], bytes);
  }
  return sizes;
}

function ignoredAttributes({ nodes, edges }: AttributedGraph, used: ReadonlySet<string>): string[] {
  const known = new Set([...used, "output", "bytes", "input", "weight"]);
  const names = new Set<string>();
  for (const { attributes } of [...nodes, ...edges])
    for (const name of Object.keys(attributes))
      if (!known.has(name) && names.size < 100) names.add(name.slice(0, 40));
  return [...names].sort();
}

function numberOf(where: string, field: string, value: unknown): number {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number === "number" && !Number.isNaN(number)) return number;
  throw new InputError(`${where}: ${field} is ${shown(value)}, expected a number.`);
}

const wordOf = (value: unknown): string => (typeof value === "string" ? value : String(value));
const shown = (value: unknown): string => JSON.stringify(value)?.slice(0, 60) ?? String(value);

function listOf(where: string, field: string, value: unknown): number[] {
  const list = typeof value === "string" ? (jsonOf(value) ?? value.split(",")) : value;
  const items = Array.isArray(list) ? list : [list];
  if (items.length > MOST_OUTPUTS)
    throw new InputError(`${where}: ${field} has ${items.length} entries, expected at most ${MOST_OUTPUTS}.`);
  return items.map((item) => numberOf(where, field, item));
}

function timesOf(where: string, value: unknown): Record<string, number> {
  const times = typeof value === "string" ? jsonOf(value) : value;
  if (typeof times === "number") return { [ANY_KIND]: times };
  if (times === null || typeof times !== "object" || Array.isArray(times))
    throw new InputError(`${where}: measuredUs is ${shown(value)}, expected times in us by device kind.`);
  return Object.fromEntries(
    Object.entries(times).map(([kind, us]) => [kind, numberOf(where, `measuredUs.${kind.slice(0, 40)}`, us)]),
  );
}

function wordsOf(where: string, value: unknown): string[] {
  const list = typeof value === "string" ? (jsonOf(value) ?? value.split(/[,|]/)) : value;
  if (Array.isArray(list) && list.every((item) => typeof item === "string")) return list;
  throw new InputError(`${where}: supportedKinds is ${shown(value)}, expected a list of device kinds.`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
