/**
 * DOT, the language of Graphviz. Nodes are ops with name and type; with a plan they have the name
 * and the colour of their device. Control edges are dashed. `dot -Tsvg` draws it; `results/drawing`
 * draws without Graphviz.
 */
import { CONTROL } from "../../env/model/graph/graph.ts";
import { formatBytes } from "../text/format.ts";
import { visible, visibleName } from "../text/visible.ts";
import type { Exporter } from "./contract.ts";

/** Colours of Graphviz's scheme `set312`; further devices share them. */
const SCHEME_COLOURS = 12;

export const dot: Exporter = {
  name: "dot",
  summary: "DOT for Graphviz, coloured by device where a plan is given",
  subject: "graph",
  write({ name, graph, cluster }, plan) {
    const lines = [
      `digraph ${quoted(name)} {`,
      '  node [shape=box, style="rounded,filled", fillcolor=white, colorscheme=set312, fontname="sans-serif"];',
    ];
    for (let v = 0; v < graph.opCount; v++) {
      const device = plan?.device[v];
      const label = [
        graph.names[v],
        graph.types[v],
        device === undefined ? "" : cluster.devices[device].name,
      ].map(visibleName);
      const colour = device === undefined ? "" : `, fillcolor=${1 + (device % SCHEME_COLOURS)}`;
      lines.push(`  n${v} [label=${quoted(label.filter(Boolean).join("\n"))}${colour}];`);
    }
    for (let e = 0; e < graph.edgeCount; e++) {
      const style =
        graph.edgeOutput[e] === CONTROL
          ? "style=dashed"
          : `tooltip=${quoted(formatBytes(graph.edgeBytes[e]))}`;
      lines.push(`  n${graph.edgeSource[e]} -> n${graph.edgeDestination[e]} [${style}];`);
    }
    return { text: `${lines.join("\n")}\n}\n`, notes: [] };
  },
};

/**
 * In quotes, with line breaks as DOT writes them. Graphviz reads escapes such as `\N` and entities
 * such as `&lt;` in labels, so backslashes and ampersands are escaped.
 */
const quoted = (text: string): string =>
  `"${visible(text)
    .replaceAll("\\", "\\\\")
    .replaceAll("&", "&amp;")
    .replaceAll('"', '\\"')
    .replaceAll("\t", " ")
    .replaceAll("\n", "\\n")}"`;
