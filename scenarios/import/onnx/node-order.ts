/**
 * Nodes of an ONNX graph with all values that they read: their inputs, and what their inner graphs
 * use from outside.
 */
import type { GraphProto, NodeProto } from "./schema.ts";

export interface NodeWithReads {
  readonly node: NodeProto;
  /** Names in order: first the inputs, then those that only the inner graphs use. */
  readonly reads: readonly string[];
}

/**
 * Every node after those that make its inputs, otherwise in the file's order. Nodes on a cycle come
 * last.
 */
export function inOrder(nodes: readonly NodeProto[]): readonly NodeWithReads[] {
  const producer = new Map<string, number>();
  nodes.forEach((node, i) => {
    for (const name of node.output) if (name !== "") producer.set(name, i);
  });
  const all = nodes.map((node) => ({ node, reads: readsOf(node) }));
  const waiting = new Int32Array(nodes.length);
  const users: number[][] = nodes.map(() => []);
  all.forEach(({ reads }, i) => {
    for (const name of reads) {
      const source = producer.get(name);
      if (source === undefined) continue;
      waiting[i]++;
      users[source].push(i);
    }
  });
  const order: number[] = [];
  const ready = [...nodes.keys()].filter((i) => waiting[i] === 0);
  if (ready.length === nodes.length || all.every((_, i) => isBehindSources(all[i], i, producer))) return all;
  for (let next = 0; next < ready.length; next++) {
    order.push(ready[next]);
    for (const user of users[ready[next]]) if (--waiting[user] === 0) ready.push(user);
  }
  for (const i of nodes.keys()) if (waiting[i] > 0) order.push(i);
  return order.map((i) => all[i]);
}

const isBehindSources = (
  { reads }: NodeWithReads,
  i: number,
  producer: ReadonlyMap<string, number>,
): boolean => reads.every((name) => (producer.get(name) ?? -1) < i);

function readsOf(node: NodeProto): readonly string[] {
  const inner = new Set<string>();
  for (const { g } of node.attribute) if (g !== null) addCaptured(g, inner);
  for (const name of node.input) inner.delete(name);
  return inner.size === 0 ? node.input : [...node.input, ...inner];
}

/** Names that a graph uses and does not define. Nesting is limited by the reader of the file. */
function addCaptured(graph: GraphProto, captured: Set<string>): void {
  const own = new Set([...graph.input, ...graph.initializer].map(({ name }) => name));
  for (const node of graph.node) {
    for (const name of readsOf(node)) if (name !== "" && !own.has(name)) captured.add(name);
    for (const name of node.output) own.add(name);
  }
  for (const { name } of graph.output) if (!own.has(name)) captured.add(name);
}
