/** DOT files of Graphviz: digraphs whose nodes are ops; labels and looks are dropped. */

import type { Importer } from "../contract.ts";
import { attributeOptions, importAttributed } from "./attributed-graph.ts";
import { readDot } from "./dot-text.ts";

export const dot: Importer = {
  name: "dot",
  summary: "DOT of Graphviz: digraphs with attributes",
  extensions: [".dot", ".gv"],
  options: attributeOptions,
  recognises: ({ head }) => /^(strict\s+)?(di)?graph\b[^={;]{0,1000}\{/i.test(withoutComments(head)),
  read: (file, options) =>
    importAttributed(readDot(file.text()), options, { recognised: "DOT digraph", dropped: [] }),
};

/** The text after leading comments and white space. */
function withoutComments(head: string): string {
  let at = 0;
  for (;;) {
    while (/\s/.test(head.charAt(at))) at++;
    const isLine = head.startsWith("//", at) || head[at] === "#";
    if (!isLine && !head.startsWith("/*", at)) return head.slice(at);
    const end = isLine ? head.indexOf("\n", at) : head.indexOf("*/", at + 2);
    if (end === -1) return "";
    at = end + (isLine ? 1 : 2);
  }
}
