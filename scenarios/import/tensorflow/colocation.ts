/**
 * Which ops of a GraphDef share a device. The attribute `_class` ties ops together (`loc:@OP`), and
 * a constant goes with its only reader, as in TensorFlow's own placer.
 */
import type { LinkedNode } from "./nodes.ts";

const LOCATION = "loc:@";

export interface Colocation {
  /** Label of each node that shares a device with another. */
  readonly labels: ReadonlyMap<string, string>;
  /** Number of references to nodes that are not in the graph. */
  readonly dangling: number;
}

export function colocationOf(nodes: readonly LinkedNode[]): Colocation {
  const parent = new Map<string, string>(nodes.map(({ node }) => [node.name, node.name]));
  const root = (name: string): string => {
    let top = name;
    while (parent.get(top) !== top) top = parent.get(top)!;
    for (let at = name; at !== top; ) {
      const next = parent.get(at)!;
      parent.set(at, top);
      at = next;
    }
    return top;
  };
  const tie = (a: string, b: string) => parent.set(root(a), root(b));

  let dangling = 0;
  for (const { node } of nodes)
    for (const item of node.attr.get("_class")?.list?.s ?? []) {
      const text = Buffer.from(item).toString("utf8");
      if (!text.startsWith(LOCATION)) continue;
      const other = text.slice(LOCATION.length);
      if (parent.has(other)) tie(node.name, other);
      else dangling++;
    }
  for (const [constant, readers] of readersOfConstants(nodes))
    if (readers.size === 1) tie(constant, [...readers][0]);

  const sizes = new Map<string, number>();
  for (const { node } of nodes) sizes.set(root(node.name), (sizes.get(root(node.name)) ?? 0) + 1);
  const labels = new Map<string, string>();
  for (const { node } of nodes) if (sizes.get(root(node.name))! > 1) labels.set(node.name, root(node.name));
  return { labels, dangling };
}

function readersOfConstants(nodes: readonly LinkedNode[]): ReadonlyMap<string, ReadonlySet<string>> {
  const readers = new Map<string, Set<string>>();
  for (const { node } of nodes) if (node.op === "Const") readers.set(node.name, new Set());
  for (const { node, inputs } of nodes) for (const input of inputs) readers.get(input.node)?.add(node.name);
  return readers;
}
