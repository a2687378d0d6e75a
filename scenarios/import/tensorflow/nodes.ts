/**
 * The nodes of a GraphDef with parsed inputs, each after those it reads. Edges back in a while
 * loop, from `NextIteration` to `Merge`, are left out and counted. The loop's body thus appears
 * once.
 */

import { InputError } from "../../../env/model/errors.ts";
import { MOST_PORTS } from "../../../env/model/graph/limits.ts";
import type { NodeDef } from "./messages/schema.ts";

export interface Input {
  readonly node: string;
  readonly port: number;
  readonly isControl: boolean;
}

export interface LinkedNode {
  readonly node: NodeDef;
  readonly inputs: readonly Input[];
}

export function linkedNodes(nodes: readonly NodeDef[]): {
  readonly nodes: readonly LinkedNode[];
  readonly backEdges: number;
} {
  const indexOf = new Map<string, number>();
  for (const [i, { name }] of nodes.entries()) {
    if (indexOf.has(name)) throw new InputError(`node "${name}" is there twice; names must be unique.`);
    indexOf.set(name, i);
  }
  let backEdges = 0;
  const linked = nodes.map((node) => ({
    node,
    inputs: node.input.map(inputOf).filter((input) => {
      const source = indexOf.get(input.node);
      if (source === undefined)
        throw new InputError(
          `node "${node.name}" (${node.op}) reads "${input.node}", which is no node of the graph.`,
        );
      const leadsBack = nodes[source].op.endsWith("NextIteration") && node.op.endsWith("Merge");
      if (leadsBack) backEdges++;
      return !leadsBack;
    }),
  }));
  return { nodes: linked, backEdges };
}

export function inputOf(text: string): Input {
  if (text.startsWith("^")) return { node: text.slice(1), port: 0, isControl: true };
  const colon = text.lastIndexOf(":");
  const port = colon === -1 ? 0 : Number(text.slice(colon + 1));
  if (!Number.isInteger(port) || port < 0 || port > MOST_PORTS)
    return { node: text, port: 0, isControl: false };
  return { node: colon === -1 ? text : text.slice(0, colon), port, isControl: false };
}

/** Indices of the nodes, each after those it reads; nodes on a cycle come last. */
export function inOrder(nodes: readonly LinkedNode[]): readonly number[] {
  const indexOf = new Map(nodes.map(({ node }, i) => [node.name, i]));
  const waiting = nodes.map(({ inputs }) => inputs.length);
  const users: number[][] = nodes.map(() => []);
  nodes.forEach(({ inputs }, i) => {
    for (const input of inputs) users[indexOf.get(input.node)!].push(i);
  });
  const order = [...nodes.keys()].filter((i) => waiting[i] === 0);
  for (let next = 0; next < order.length; next++)
    for (const user of users[order[next]]) if (--waiting[user] === 0) order.push(user);
  for (const i of nodes.keys()) if (waiting[i] > 0) order.push(i);
  return order;
}
