/**
 * GraphML files (Brandes et al., "GraphML progress report", Graph Drawing 2001), as NetworkX,
 * graphology, yEd and our own export write them, through graphology-graphml. Edges must be
 * directed.
 *
 * That parser uses the domains of keys as names of properties, `__proto__` included, and stops at
 * unknown domains. So the document is checked first, and keys of domains other than nodes, edges
 * and the graph are removed.
 */
import { MultiDirectedGraph } from "graphology";
import type { AbstractGraph } from "graphology-types";
import { InputError } from "../../../env/model/errors.ts";
import type { Importer } from "../contract.ts";
import { type AttributedGraph, attributeOptions, importAttributed } from "./attributed-graph.ts";
import { elements, graphParser, parseXml, throughLibrary, type XmlElement } from "./xml.ts";
import { checkEnds } from "./xml-graph.ts";

const domains = ["graph", "node", "edge"];
const types = ["boolean", "int", "long", "float", "double", "string"];

export const graphml: Importer = {
  name: "graphml",
  summary: "GraphML of NetworkX, graphology, yEd or our export",
  extensions: [".graphml"],
  options: {
    ...attributeOptions,
    edges: "declared (default), or directed: undirected edges lead from source to target",
  },
  recognises: (file) => /<(\w+:)?graphml[\s>]/.test(file.head),
  read(file, options) {
    const directed = options.oneOf("edges", ["declared", "directed"]) === "directed";
    const document = parseXml(file.text());
    return throughLibrary("GraphML", () => {
      const dropped = checkDocument(document, directed ? "directed" : "declared");
      const parse = graphParser("graphology-graphml");
      const source = attributedGraph(parse(MultiDirectedGraph, document) as AbstractGraph);
      return importAttributed(source, options, { recognised: "GraphML", dropped });
    });
  },
};

/**
 * Refuses mistakes, removes what the parser cannot hold, and returns sentences on what it removed.
 */
function checkDocument(document: XmlElement, edges: "declared" | "directed"): string[] {
  const graphs = elements(document, "graph");
  if (graphs.length === 0) throw new InputError("the file has no graph element.");
  const [graph] = graphs;
  if (edges === "directed") graph.setAttribute("edgedefault", "directed");
  else if (graph.getAttribute("edgedefault") !== "directed")
    throw new InputError(
      `the graph's edges are ${graph.getAttribute("edgedefault") || "of no declared direction"}, expected directed ones; edges=directed takes them as leading from source to target.`,
    );
  for (const edge of elements(document, "edge")) {
    if (edges === "declared" && edge.getAttribute("directed") === "false")
      throw new InputError(
        `the edge "${edge.getAttribute("source")}" -> "${edge.getAttribute("target")}" is undirected, expected directed ones.`,
      );
    // Ids of edges need not be unique among several graphs, and nothing here needs them.
    edge.setAttribute("id", "");
  }
  checkEnds(document);
  return [
    ...strangeKeys(document),
    ...(graphs.length > 1
      ? [`The nesting of ${graphs.length} graphs: their nodes stand beside each other.`]
      : []),
    ...["port", "hyperedge"].flatMap((name) => {
      const found = elements(document, name).length;
      return found === 0 ? [] : [`${found} ${name} elements.`];
    }),
  ];
}

function strangeKeys(document: XmlElement): string[] {
  let removed = 0;
  for (const key of elements(document, "key")) {
    const domain = key.getAttribute("for") || "all";
    if (!types.includes(key.getAttribute("attr.type"))) key.setAttribute("attr.type", "string");
    if (key.getAttribute("attr.name") === "") key.setAttribute("attr.name", key.getAttribute("id"));
    if (domain === "all") {
      key.setAttribute("for", "node");
      for (const other of ["edge", "graph"]) {
        const copy = key.cloneNode(true);
        copy.setAttribute("for", other);
        key.parentNode?.appendChild(copy);
      }
    } else if (!domains.includes(domain)) {
      key.parentNode?.removeChild(key);
      removed++;
    }
  }
  return removed > 0 ? [`${removed} keys of ports, hyperedges or the program that drew the graph.`] : [];
}

/** The content of a graphology graph, in its order. */
export function attributedGraph(graph: AbstractGraph): AttributedGraph {
  return {
    attributes: graph.getAttributes(),
    nodes: graph.mapNodes((name, attributes) => ({ name, attributes })),
    edges: graph.mapEdges((_, attributes, from, to) => ({ from, to, attributes })),
  };
}
