/**
 * Pickled graphs of networkx 1 to 3, `DiGraph` and `MultiDiGraph`. Attributes are those of
 * Placeto's grouped graphs: `cost` (us), `out_size` (bytes) and, for memory, `mem` (bytes).
 */

import { InputError } from "../../../env/model/errors.ts";
import { graphBuilder } from "../../../env/model/graph/builder.ts";
import type { OpGraph } from "../../../env/model/graph/graph.ts";
import { type PyDict, PyObject, PyTuple } from "./values.ts";

const COSTS = ["cost", "compute_cost"];
const OUTPUTS = ["out_size", "output_size"];

export const isNetworkx = (value: unknown): value is PyObject =>
  value instanceof PyObject && /^networkx\..*Graph$/.test(value.className);

/**
 * `mostEdges` refuses graphs that repeat shared parts without end. In an honest file each edge
 * takes at least a byte.
 */
export function networkxGraph(value: PyObject, mostEdges: number): OpGraph {
  if (!/\.\w*DiGraph$/.test(value.className))
    throw new InputError(`the graph is a ${value.className.split(".").at(-1)}, expected a directed one.`);
  const state = value.state;
  if (!(state instanceof Map)) throw new InputError("the networkx graph has no content.");
  const nodes = dictIn(state, ["_node", "node"], "nodes");
  const successors = dictIn(state, ["_succ", "succ", "_adj", "adj"], "edges");
  const isMulti = value.className.includes("Multi");
  const builder = graphBuilder();
  for (const [key, attributes] of nodes) {
    const name = nameOfKey(key);
    const held = attributes instanceof Map ? attributes : new Map();
    const us = numberIn(held, COSTS, name);
    const bytes = numberIn(held, OUTPUTS, name);
    if (us === null)
      throw new InputError(`node ${JSON.stringify(name)} has no attribute cost, its time in us.`);
    builder.op({ name, measuredUs: { "*": us }, outputs: [bytes ?? 0] });
  }
  let edges = 0;
  for (const [from, neighbours] of successors) {
    if (!(neighbours instanceof Map))
      throw new InputError("the networkx graph has edges that are no dictionary.");
    for (const [to, held] of neighbours) {
      const parallel = isMulti && held instanceof Map ? held.size : 1;
      edges += parallel;
      if (edges > mostEdges)
        throw new InputError("the networkx graph has more edges than the file has bytes.");
      for (let i = 0; i < parallel; i++) builder.edge({ from: nameOfKey(from), to: nameOfKey(to) });
    }
  }
  return builder.build();
}

function dictIn(state: PyDict, names: readonly string[], what: string): PyDict {
  for (const name of names) {
    const held = state.get(name);
    if (held instanceof Map) return held;
  }
  throw new InputError(`the networkx graph has no ${what} under any of the names ${names.join(", ")}.`);
}

function numberIn(attributes: PyDict, names: readonly string[], node: string): number | null {
  for (const name of names) {
    const held = attributes.get(name);
    if (held === undefined) continue;
    if (typeof held !== "number") throw new InputError(`node ${JSON.stringify(node)}: ${name} is no number.`);
    return held;
  }
  return null;
}

/** Nodes can be texts, numbers or tuples of them. */
export function nameOfKey(key: unknown): string {
  if (typeof key === "string" && key !== "") return key.slice(0, LONGEST_NAME);
  if (typeof key === "number") return String(key);
  if (key instanceof PyTuple && key.items.length <= MOST_PARTS)
    return `(${key.items.map((item) => (item instanceof PyTuple ? "..." : nameOfKey(item))).join(", ")})`;
  throw new InputError("a node's name is neither text nor number.");
}

const LONGEST_NAME = 1000;
const MOST_PARTS = 8;
