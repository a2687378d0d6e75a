/**
 * GraphML (Brandes et al., "GraphML progress report", Graph Drawing 2001), a directed graph with
 * one node for each op, that graphology, NetworkX, Gephi and yEd open. Attributes have the names of
 * our graphology graphs; what is not one number or one word (`outputs`, `measuredUs`,
 * `supportedKinds`) is written as JSON in a string. `group` and, with a plan, `device` stand beside
 * them.
 */
import { opSpecOf } from "../../env/model/graph/graphology.ts";
import { html, type Markup } from "../page/markup.ts";
import type { Exporter } from "./contract.ts";

type AttributeType = "string" | "double" | "int";

const nodeKeys: readonly (readonly [string, AttributeType])[] = [
  ["type", "string"],
  ["role", "string"],
  ["flops", "double"],
  ["bytesTouched", "double"],
  ["parameterBytes", "double"],
  ["workspaceBytes", "double"],
  ["outputs", "string"],
  ["measuredUs", "string"],
  ["transferUs", "double"],
  ["supportedKinds", "string"],
  ["colocation", "string"],
  ["twin", "string"],
  ["group", "int"],
  ["device", "string"],
];
const edgeKeys: readonly (readonly [string, AttributeType])[] = [
  ["output", "int"],
  ["bytes", "double"],
  ["input", "int"],
];

export const graphml: Exporter = {
  name: "graphml",
  summary: "GraphML with all attributes of ops and edges, for graphology, NetworkX, Gephi or yEd",
  subject: "graph",
  write({ graph, grouping, cluster }, plan) {
    const nodes = graph.names.map((name, v) => {
      const { name: _, ...spec } = opSpecOf(graph, v);
      const device = plan === null ? {} : { device: cluster.devices[plan.device[v]].name };
      return html`<node id="${name}">${dataOf(nodeKeys, { ...spec, group: grouping.groupOf[v], ...device })}</node>
`;
    });
    const edges = Array.from({ length: graph.edgeCount }, (_, e) => {
      const to = graph.edgeDestination[e];
      const data = {
        output: graph.edgeOutput[e],
        bytes: graph.edgeBytes[e],
        input: e - graph.inStart[to],
      };
      return html`<edge source="${graph.names[graph.edgeSource[e]]}" target="${graph.names[to]}">${dataOf(edgeKeys, data)}</edge>
`;
    });
    const { markup } = html`<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
${keysOf("graph", [["dtype", "string"]])}${keysOf("node", nodeKeys)}${keysOf("edge", edgeKeys)}<graph edgedefault="directed">
<data key="dtype">${graph.dtype}</data>
${nodes}${edges}</graph>
</graphml>
`;
    return { text: markup, notes: [] };
  },
};

const keysOf = (domain: string, keys: readonly (readonly [string, AttributeType])[]): readonly Markup[] =>
  keys.map(
    ([name, type]) => html`<key id="${name}" for="${domain}" attr.name="${name}" attr.type="${type}"/>
`,
  );

function dataOf(
  keys: readonly (readonly [string, AttributeType])[],
  values: Readonly<Record<string, unknown>>,
): readonly Markup[] {
  return keys
    .filter(([name]) => values[name] !== undefined)
    .map(([name]) => html`<data key="${name}">${textOf(values[name])}</data>`);
}

const textOf = (value: unknown): string =>
  typeof value === "object" ? JSON.stringify(value) : String(value);
