/**
 * GEXF files (gexf.net, 1.1 to 1.3), as Gephi and NetworkX write them, through graphology-gexf.
 * Edges must be directed. The format's own default is undirected; `edges=directed` takes such edges
 * as leading from source to target.
 */
import { MultiDirectedGraph } from "graphology";
import type { AbstractGraph } from "graphology-types";
import { InputError } from "../../../env/model/errors.ts";
import type { Importer } from "../contract.ts";
import { attributeOptions, importAttributed } from "./attributed-graph.ts";
import { attributedGraph } from "./graphml.ts";
import { elements, graphParser, parseXml, throughLibrary, type XmlElement } from "./xml.ts";
import { checkEnds } from "./xml-graph.ts";

export const gexf: Importer = {
  name: "gexf",
  summary: "GEXF of Gephi, NetworkX or graphology",
  extensions: [".gexf"],
  options: {
    ...attributeOptions,
    edges: "declared (default), or directed: undirected edges lead from source to target",
  },
  recognises: (file) => /<(\w+:)?gexf[\s>]/.test(file.head),
  read(file, options) {
    const edges = options.oneOf("edges", ["declared", "directed"]) ?? "declared";
    const document = parseXml(file.text());
    return throughLibrary("GEXF", () => {
      const dropped = checkDocument(document, edges);
      const version = elements(document, "gexf")[0]?.getAttribute("version") ?? "";
      const parse = graphParser("graphology-gexf");
      const graph = parse(MultiDirectedGraph, document, { allowUndeclaredAttributes: true }) as AbstractGraph;
      const recognised = version === "" ? "GEXF" : `GEXF ${version}`;
      return importAttributed(attributedGraph(graph), options, { recognised, dropped });
    });
  },
};

function checkDocument(document: XmlElement, edges: "declared" | "directed"): string[] {
  const [graph] = elements(document, "graph");
  if (graph === undefined) throw new InputError("the file has no graph element.");
  const declared = graph.getAttribute("defaultedgetype") || "undirected";
  if (edges === "directed") graph.setAttribute("defaultedgetype", "directed");
  for (const edge of elements(document, "edge")) {
    const type = edge.getAttribute("type") || declared;
    if (edges === "directed") edge.setAttribute("type", "directed");
    else if (type !== "directed")
      throw new InputError(
        `the edge "${edge.getAttribute("source")}" -> "${edge.getAttribute("target")}" is ${type}, expected directed ones; edges=directed takes them as leading from source to target.`,
      );
    edge.setAttribute("id", "");
  }
  checkEnds(document);
  const dynamic = elements(document, "spell").length;
  return dynamic > 0 ? [`${dynamic} spells: the graph is taken as it is over all time.`] : [];
}
