/**
 * DOT files of Graphviz: digraphs whose nodes are ops; labels and looks are dropped. The text is
 * UTF-8, or what the graph's attribute `charset` says.
 */

import type { Importer } from "../contract.ts";
import { count } from "../sentences.ts";
import { afterComments, type SourceFile } from "../source-file.ts";
import { attributeOptions, directionOf, importAttributed } from "./attributed-graph.ts";
import { devicesIn } from "./attributes.ts";
import { type DotGraph, readDot } from "./dot-text.ts";

export const dot: Importer = {
  name: "dot",
  summary: "DOT of Graphviz: digraphs with attributes",
  extensions: [".dot", ".gv"],
  options: attributeOptions,
  recognises: ({ head }) => /^(strict\s+)?(di)?graph\b[^={;]{0,1000}\{/i.test(afterComments(head)),
  read(file, options) {
    const direction = directionOf(options);
    const graph = readText(file, direction !== "declared");
    return importAttributed(graph, options, {
      recognised: "DOT digraph",
      direction,
      assumed: [
        ...(graph.backward > 0
          ? [
              `${count(graph.backward, "edge")} with dir=back lead from the second node to the first, as drawn.`,
            ]
          : []),
        ...(graph.undirected > 0
          ? [
              `${count(graph.undirected, "edge")} with dir=both or none lead from the first node to the second.`,
            ]
          : []),
      ],
      dropped: [],
    });
  },
  devices: (file) => devicesIn(readText(file, true)),
};

/** Bytes in any encoding read as Latin-1 keep the file's structure, so they tell its charset. */
function readText(file: SourceFile, undirectedToo: boolean): DotGraph {
  const latin1 = file.text("latin1");
  if (!/charset/i.test(latin1)) return readDot(file.text(), undirectedToo);
  const given = readDot(latin1, undirectedToo).attributes;
  const charset = given.get("charset") ?? "utf-8";
  return readDot(file.text(encodingOf(charset)), undirectedToo);
}

/** The names that Graphviz has for its encodings are not all those of the WHATWG. */
function encodingOf(charset: string): string {
  const name = charset.trim().toLowerCase();
  if (/^(latin-?1|l1|iso[-_]?8859-1|iso-ir-100)$/.test(name)) return "latin1";
  return name === "big-5" ? "big5" : name;
}
