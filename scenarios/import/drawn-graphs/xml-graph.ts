/**
 * What GraphML and GEXF documents have in common: `node` elements with ids, `edge` elements between
 * them.
 */
import { InputError } from "../../../env/model/errors.ts";
import { elements, type XmlElement } from "./xml.ts";

/** Every node has its own id, and every edge joins two nodes. */
export function checkEnds(document: XmlElement): void {
  const nodes = new Set<string>();
  for (const node of elements(document, "node")) {
    const id = node.getAttribute("id");
    if (id === "") throw new InputError(`node number ${nodes.size + 1} has no id.`);
    if (nodes.has(id)) throw new InputError(`node "${id}" is declared twice; ids must be unique.`);
    nodes.add(id);
  }
  for (const edge of elements(document, "edge"))
    for (const end of ["source", "target"]) {
      const id = edge.getAttribute(end);
      if (!nodes.has(id))
        throw new InputError(
          `the edge "${edge.getAttribute("source")}" -> "${edge.getAttribute("target")}": its ${end} is no node of the file.`,
        );
    }
}
