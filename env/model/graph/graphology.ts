/**
 * Conversion to and from graphology, the library in which people author, draw and exchange graphs.
 * Convert to `OpGraph` before any computation: typed arrays are many times faster than a graphology
 * graph.
 */
import { MultiDirectedGraph } from "graphology";
import type { AbstractGraph } from "graphology-types";
import { InputError } from "../errors.ts";
import { type GraphTraits, graphBuilder, type OpSpec } from "./builder.ts";
import { CONTROL, type OpGraph, roleNames } from "./graph.ts";

/**
 * Node attributes are `OpSpec` without the name. Edge attributes are `{output, bytes, input}`,
 * where input is the declared position.
 */
export function toGraphology(graph: OpGraph): MultiDirectedGraph {
  const result = new MultiDirectedGraph();
  result.setAttribute("dtype", graph.dtype);
  if (graph.batch !== null) result.setAttribute("batch", graph.batch);
  for (let v = 0; v < graph.opCount; v++) {
    const { name, ...attributes } = opSpecOf(graph, v);
    // graphology uses names of nodes as names of properties of plain objects.
    if (name in Object.prototype)
      throw new InputError(`Op "${name}" has a name that a graphology graph cannot hold; rename the op.`);
    result.addNode(name, attributes);
  }
  for (let e = 0; e < graph.edgeCount; e++)
    result.addDirectedEdge(graph.names[graph.edgeSource[e]], graph.names[graph.edgeDestination[e]], {
      output: graph.edgeOutput[e],
      bytes: graph.edgeBytes[e],
      input: e - graph.inStart[graph.edgeDestination[e]],
    });
  return result;
}

/**
 * Makes an `OpGraph` of a directed graphology graph. Throws one sentence where the graph is
 * undirected or an attribute is not usable.
 */
export function fromGraphology(source: AbstractGraph): OpGraph {
  if (source.type === "undirected")
    throw new InputError(
      "The graphology graph is undirected; operators need directed edges from producer to consumer.",
    );
  const { dtype = "float32", batch = null } = source.getAttributes() as GraphTraits;
  const builder = graphBuilder({ dtype, batch });
  source.forEachNode((name, attributes) => {
    builder.op({ ...attributes, name } as OpSpec);
  });
  const edges: { from: string; to: string; output: number; bytes?: number; input: number }[] = [];
  source.forEachEdge((_edge, attributes, from, to) => {
    edges.push({
      from,
      to,
      output: attributes.output ?? 0,
      bytes: attributes.bytes,
      input: attributes.input ?? 0,
    });
  });
  edges.sort((a, b) => a.input - b.input);
  for (const { from, to, output, bytes } of edges) {
    if (output === CONTROL) builder.control(from, to);
    else builder.edge({ from, to, output, bytes });
  }
  return builder.build();
}

/** The declaration from which the builder makes op v again. */
export function opSpecOf(graph: OpGraph, v: number): OpSpec {
  const measured = [...graph.measuredUs]
    .map(([kind, times]) => [kind, times[v]] as const)
    .filter(([, us]) => !Number.isNaN(us));
  const transferUs = graph.transferUs?.[v] ?? Number.NaN;
  const twin = graph.twin[v];
  const declaresTwin = twin !== -1 && graph.role[v] !== 0;
  const outputs = graph.outputBytes.slice(graph.outputStart[v], graph.outputStart[v + 1]);
  return {
    name: graph.names[v],
    type: graph.types[v],
    role: roleNames[graph.role[v]],
    flops: graph.flops[v],
    bytesTouched: graph.bytesTouched[v],
    parameterBytes: graph.parameterBytes[v],
    ...(graph.workspaceBytes[v] > 0 && { workspaceBytes: graph.workspaceBytes[v] }),
    ...(outputs.length > 0 && { outputs: [...outputs] }),
    ...(measured.length > 0 && { measuredUs: Object.fromEntries(measured) }),
    ...(!Number.isNaN(transferUs) && { transferUs }),
    ...(graph.supportedKinds[v] !== null && { supportedKinds: graph.supportedKinds[v] }),
    ...(graph.colocation[v] !== -1 && { colocation: `c${graph.colocation[v]}` }),
    ...(declaresTwin && { twin: graph.names[twin] }),
    ...(graph.iterations?.[v] && { iteration: graph.iterations[v] }),
    ...(graph.dataFeatures?.[v] && { dataFeatures: graph.dataFeatures[v] }),
  };
}
