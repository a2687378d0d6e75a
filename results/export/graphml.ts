/**
 * GraphML (Brandes et al., "GraphML progress report", Graph Drawing 2001): a directed graph with
 * one node for each op. graphology, NetworkX, Gephi and yEd open it.
 *
 * Attributes have the names of our graphology graphs. Lists and records (`outputs`, `measuredUs`,
 * `supportedKinds`, `iteration`, `dataFeatures`) are JSON in a string. `group` is added, and
 * `device` where there is a plan.
 */
import { opSpecOf } from "../../env/model/graph/graphology.ts";
import { count } from "../../scenarios/import/sentences.ts";
import { element, entities, html, lines, type Markup } from "../page/markup.ts";
import { unicodeEscape, visibleName } from "../text/visible.ts";
import type { Exporter } from "./contract.ts";

type AttributeType = "string" | "double" | "int";
/** Name and type of each attribute. */
type Keys = readonly (readonly [string, AttributeType])[];

const nodeKeys: Keys = [
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
  ["iteration", "string"],
  ["dataFeatures", "string"],
  ["group", "int"],
  ["device", "string"],
];
const batchKey = ["batch", "int"] as const;
const edgeKeys: Keys = [
  ["output", "int"],
  ["bytes", "double"],
  ["input", "int"],
];

export const graphml: Exporter = {
  name: "graphml",
  summary: "GraphML with all attributes of ops and edges, for graphology, NetworkX, Gephi or yEd",
  subject: "graph",
  write({ graph, grouping, cluster }, plan) {
    const nodes = graph.names.map((id, v) => {
      const { name: _, ...spec } = opSpecOf(graph, v);
      const device = plan === null ? {} : { device: cluster.devices[plan.device[v]].name };
      return element(
        "node",
        { id: exact(id) },
        dataOf(nodeKeys, { ...spec, group: grouping.groupOf[v], ...device }),
      );
    });
    const edges = Array.from({ length: graph.edgeCount }, (_, e) => {
      const to = graph.edgeDestination[e];
      const data = {
        output: graph.edgeOutput[e],
        bytes: graph.edgeBytes[e],
        input: e - graph.inStart[to],
      };
      const ends = { source: exact(graph.names[graph.edgeSource[e]]), target: exact(graph.names[to]) };
      return element("edge", ends, dataOf(edgeKeys, data));
    });
    const keys = [
      ...keysOf("graph", [["dtype", "string"], ...(graph.batch === null ? [] : [batchKey])]),
      ...keysOf("node", nodeKeys),
      ...keysOf("edge", edgeKeys),
    ];
    const { markup } = html`<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
${lines(keys)}<graph edgedefault="directed">
<data key="dtype">${exact(graph.dtype)}</data>
${lines(dataOf([batchKey], { batch: graph.batch ?? undefined }))}${lines(nodes)}${lines(edges)}</graph>
</graphml>
`;
    return { text: markup, notes: escapeNotes(graph.names) };
  },
};

const keysOf = (domain: string, keys: Keys): readonly Markup[] =>
  keys.map(([name, type]) => element("key", { id: name, for: domain, "attr.name": name, "attr.type": type }));

function dataOf(keys: Keys, values: Readonly<Record<string, unknown>>): readonly Markup[] {
  return keys
    .filter(([name]) => values[name] !== undefined)
    .map(([name]) => html`<data key="${name}">${exact(textOf(values[name]))}</data>`);
}

const textOf = (value: unknown): string =>
  typeof value === "object" ? JSON.stringify(value) : String(value);

/** What XML 1.0 cannot hold, not even as a reference. */
const forbidden =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Cs}/gu;

/** Backslashes before what is or looks like an escape of ours. */
const beforeEscape =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /\\+(?=u[0-9a-f]{4}|[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Cs})/gu;

/** References for what XML holds but readers change, or what text around it suffers from. */
const special = /[\t\n\r\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/**
 * A text as XML gives it back. What XML cannot hold becomes an escape such as `\u001b`. Different
 * texts stay different, because backslashes before such escapes are doubled.
 */
const exact = (text: string): Markup => ({
  markup: text
    .replace(beforeEscape, (slashes) => slashes + slashes)
    .replace(forbidden, unicodeEscape)
    .replace(/[&<>"']/g, (character) => entities[character])
    .replace(special, (character) => `&#${character.charCodeAt(0)};`),
});

function escapeNotes(names: readonly string[]): string[] {
  const escaped = names.filter((name) => name.search(forbidden) >= 0);
  if (escaped.length === 0) return [];
  return [
    `${count(escaped.length, "name")}, such as "${visibleName(escaped[0])}", with characters that XML cannot hold: ` +
      "these are written as \\u and four digits.",
  ];
}
