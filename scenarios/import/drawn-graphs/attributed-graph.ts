/**
 * Graphs of nodes and edges with attributes, from GraphML, GEXF and DOT files, as graphs of ops.
 * `node-reader.ts` says what attributes mean. The report names the attributes that are not used,
 * and the nodes and edges that lack one which others have.
 */

import { graphBuilder } from "../../../env/model/graph/builder.ts";
import { CONTROL, type OpGraph } from "../../../env/model/graph/graph.ts";
import { checkSize, MOST_OUTPUTS, MOST_PORTS } from "../../../env/model/graph/limits.ts";
import type { Query } from "../../../env/model/user/query.ts";
import type { Imported, UnknownOps } from "../contract.ts";
import { count } from "../sentences.ts";
import { numberOf } from "./attribute-values.ts";
import { type AttributedEdge, type AttributedGraph, type Attributes, attributeOf } from "./attributes.ts";
import { NodeReader, nodeOptions, withAssumedWork } from "./node-reader.ts";

export const attributeOptions: Readonly<Record<string, string>> = {
  ...nodeOptions,
  bytes: "attribute of edges that holds the bytes they carry; default bytes, else weight",
  edges:
    "declared (default): from producer to consumer; directed: undirected ones lead from source to target; reversed: from consumer to producer",
};

const directions = ["declared", "directed", "reversed"] as const;
export type Direction = (typeof directions)[number];
export const directionOf = (options: Query): Direction => options.oneOf("edges", directions) ?? "declared";

export interface DrawnFormat {
  readonly recognised: string;
  readonly direction: Direction;
  readonly dropped: readonly string[];
  /** What the format assumed besides. */
  readonly assumed?: readonly string[];
}

export function importAttributed(
  source: AttributedGraph,
  options: Query,
  { recognised, direction, dropped, assumed = [] }: DrawnFormat,
): Imported {
  const reader = new NodeReader(source, options);
  const edges = new EdgeReader(source, options, direction);
  const { graph, unknown } = graphOf(source, reader, edges);
  const ignored = ignoredAttributes(source, reader.used, edges.bytesName);
  return {
    graph,
    unknown,
    timedKinds: reader.timesByKind.map(([kind]) => kind),
    report: {
      recognised: `${recognised}, ${count(graph.opCount, "node")}, ${count(graph.edgeCount, "edge")}`,
      assumed: [
        ...timeTexts(source, reader, graph),
        ...lackingTexts(source, reader, edges),
        direction === "reversed"
          ? "Edges lead from consumer to producer and are turned round; an output that no attribute sizes has the bytes of its largest edge."
          : "Edges lead from producer to consumer; an output that no attribute sizes has the bytes of its largest edge.",
        ...assumed,
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

/** An edge as the file draws it, and the way that data flows over it. */
interface ReadEdge {
  readonly from: string;
  readonly to: string;
  readonly output: number;
  readonly bytes: number | undefined;
  readonly input: number;
}

class EdgeReader {
  readonly bytesName: string | undefined;
  readonly #source: AttributedGraph;
  readonly #isReversed: boolean;

  constructor(source: AttributedGraph, options: Query, direction: Direction) {
    this.#source = source;
    this.#isReversed = direction === "reversed";
    this.bytesName =
      options.text("bytes") ??
      ["bytes", "weight"].find((name) => source.edges.some((edge) => this.valueOf(edge, name) !== undefined));
  }

  read(edge: AttributedEdge): ReadEdge {
    const [from, to] = this.#isReversed ? [edge.to, edge.from] : [edge.from, edge.to];
    const number = (name: string | undefined): number | undefined => {
      const value = name === undefined ? undefined : this.valueOf(edge, name);
      return value === undefined ? undefined : numberOf(`Edge "${from}" -> "${to}"`, name as string, value);
    };
    return {
      from,
      to,
      output: number("output") ?? 0,
      bytes: number(this.bytesName),
      input: number("input") ?? 0,
    };
  }

  valueOf(edge: AttributedEdge, name: string): string | undefined {
    return attributeOf(edge, name, this.#source.defaults?.edge);
  }
}

/** What our exports write; a text of another meaning is none. */
function batchIn({ attributes }: AttributedGraph): number | null {
  const text = attributes.get("batch") ?? "";
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null;
}

function graphOf(
  source: AttributedGraph,
  reader: NodeReader,
  edgeReader: EdgeReader,
): { readonly graph: OpGraph; readonly unknown: UnknownOps } {
  const edges = source.edges.map((edge) => edgeReader.read(edge));
  const sizes = outputSizes(edges);
  const dtype = source.attributes.get("dtype") ?? "";
  const builder = graphBuilder({ batch: batchIn(source), ...(dtype !== "" && { dtype }) });
  const someTellWork = source.nodes.some((node) => reader.tellsWork(node));
  const withoutRule: number[] = [];
  const withoutSize: number[] = [];
  source.nodes.forEach((node, v) => {
    const own = reader.read(node);
    const sized =
      own.outputs === undefined && sizes.has(node.name) ? { ...own, outputs: sizes.get(node.name) } : own;
    const isUnknown = someTellWork && !reader.tellsWork(node);
    if (isUnknown) withoutRule.push(v);
    if (reader.outputName !== undefined && reader.valueOf(node, reader.outputName) === undefined)
      withoutSize.push(v);
    builder.op(isUnknown ? withAssumedWork(sized) : sized);
  });
  if (edges.some(({ input }) => input !== 0)) edges.sort((a, b) => a.input - b.input);
  for (const { from, to, output, bytes } of edges) {
    if (output === CONTROL) builder.control(from, to);
    else builder.edge({ from, to, output, bytes });
  }
  return { graph: builder.build(), unknown: { withoutRule, withoutSize } };
}

/** The largest edge of each output, for nodes that do not declare their outputs. */
function outputSizes(edges: readonly ReadEdge[]): ReadonlyMap<string, number[]> {
  const sizes = new Map<string, number[]>();
  let ports = 0;
  for (const { from, output, bytes = 0 } of edges) {
    if (!Number.isInteger(output) || output < 0 || output >= MOST_PORTS) continue;
    const own = sizes.get(from) ?? [];
    sizes.set(from, own);
    ports += Math.max(0, output + 1 - own.length);
    checkSize("outputs", ports, MOST_OUTPUTS);
    while (own.length <= output) own.push(0);
    own[output] = Math.max(own[output], bytes);
  }
  return sizes;
}

function timeTexts({ nodes }: AttributedGraph, reader: NodeReader, graph: OpGraph): string[] {
  const isTimed = nodes.some((node) => reader.valueOf(node, reader.timeName) !== undefined);
  const texts = isTimed
    ? [`The attribute "${reader.timeName}" is the run time in ${reader.unit} on every device.`]
    : [];
  for (const [kind, attribute] of reader.timesByKind)
    texts.push(`The attribute "${attribute}" is the run time in ${reader.unit} on ${kind}.`);
  if (graph.measuredUs.size === 0 && graph.flops.every((flops) => flops === 0))
    texts.push(
      "No attribute gives run times or work, so ops take only the time to touch their bytes; time=ATTRIBUTE names one.",
    );
  return texts;
}

/** Attributes that some nodes or edges have and others lack. */
function lackingTexts(
  { nodes, edges }: AttributedGraph,
  reader: NodeReader,
  edgeReader: EdgeReader,
): string[] {
  const lacking = <T>(
    what: string,
    all: readonly T[],
    lacks: (one: T) => boolean,
    name: (one: T) => string,
    then: string,
  ) => {
    const without = all.filter(lacks);
    if (without.length === 0 || without.length === all.length) return [];
    const named = without.slice(0, MOST_NAMED).map((one) => `"${name(one).slice(0, 40)}"`);
    const more = without.length > named.length ? ", ..." : "";
    return [
      `${count(without.length, what)} of ${all.length} ${without.length === 1 ? "has" : "have"} no ${then}: ${named.join(", ")}${more}.`,
    ];
  };
  const lackingNodes = (attribute: string, then: string) =>
    lacking(
      "node",
      nodes,
      (node) => reader.valueOf(node, attribute) === undefined,
      ({ name }) => name,
      then,
    );
  const { bytesName } = edgeReader;
  return [
    ...lacking(
      "node",
      nodes,
      (node) => !reader.tellsWork(node),
      ({ name }) => name,
      `"${reader.timeName}" or other attribute of work, which is taken for unknown`,
    ),
    ...reader.timesByKind.flatMap(([kind, attribute]) =>
      lackingNodes(attribute, `"${attribute}", so no time on ${kind}`),
    ),
    ...(reader.outputName === undefined
      ? []
      : lackingNodes(reader.outputName, `"${reader.outputName}", so no known size`)),
    ...(bytesName === undefined
      ? []
      : lacking(
          "edge",
          edges,
          (edge) => edgeReader.valueOf(edge, bytesName) === undefined,
          ({ from, to }) => `${from} -> ${to}`,
          `"${bytesName}" and carry the whole output`,
        )),
  ];
}

const MOST_NAMED = 5;

function ignoredAttributes(
  { nodes, edges, defaults }: AttributedGraph,
  used: ReadonlySet<string>,
  bytesName: string | undefined,
): string[] {
  const known = new Set([
    ...used,
    "output",
    "bytes",
    "input",
    "weight",
    ...(bytesName === undefined ? [] : [bytesName]),
  ]);
  const names = new Set<string>();
  const seen = new Set<Attributes>();
  const add = (attributes: Attributes | undefined) => {
    if (attributes === undefined || attributes.size === 0 || seen.has(attributes)) return;
    seen.add(attributes);
    for (const name of attributes.keys())
      if (!known.has(name) && names.size < MOST_IGNORED) names.add(name.slice(0, 40));
  };
  for (const item of [defaults?.node, defaults?.edge]) add(item);
  for (const list of [nodes, edges])
    for (const item of list) {
      add(item.defaults);
      add(item.attributes);
    }
  return [...names].sort();
}

const MOST_IGNORED = 100;
