/**
 * Nodes and edges of GraphML and GEXF documents, as they are read one after another. Every node has
 * its own id, and every edge joins two nodes of the file, which may come after it.
 */
import { InputError } from "../../../env/model/errors.ts";
import { checkSize, MOST_EDGES, MOST_OPS } from "../../../env/model/graph/limits.ts";
import type { AttributedEdge, AttributedGraph, AttributedNode, Attributes } from "./attributes.ts";

export class GraphElements {
  readonly attributes = new Map<string, string>();
  readonly #nodes = new Map<string, AttributedNode>();
  readonly #edges: AttributedEdge[] = [];

  /** Attributes of a new node, to be filled. */
  node(id: string | undefined, name: string | undefined): Map<string, string> {
    if (id === undefined || id === "") throw new InputError(`node number ${this.#nodes.size + 1} has no id.`);
    if (this.#nodes.has(id)) throw new InputError(`node "${id}" is declared twice; ids must be unique.`);
    checkSize("nodes", this.#nodes.size + 1, MOST_OPS);
    const attributes = new Map<string, string>();
    this.#nodes.set(id, { name: name ?? id, attributes });
    return attributes;
  }

  /** Attributes of a new edge, to be filled. */
  edge(from: string, to: string): Map<string, string> {
    checkSize("edges", this.#edges.length + 1, MOST_EDGES);
    const attributes = new Map<string, string>();
    this.#edges.push({ from, to, attributes });
    return attributes;
  }

  graph(defaults: { readonly node: Attributes; readonly edge: Attributes }): AttributedGraph {
    for (const { from, to } of this.#edges)
      for (const [end, id] of [
        ["source", from],
        ["target", to],
      ])
        if (!this.#nodes.has(id))
          throw new InputError(`the edge "${from}" -> "${to}": its ${end} is no node of the file.`);
    return { attributes: this.attributes, nodes: [...this.#nodes.values()], edges: this.#edges, defaults };
  }
}
