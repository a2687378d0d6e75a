/**
 * What any two groups are to each other: parent, child, farther ancestor, farther descendant, or
 * parallel.
 *
 * The group graph of a training step can be cyclic. Groups that reach each other are parallel,
 * which is the order on its strongly connected components. An edge decides before that: its ends
 * are parent and child. Of edges both ways the later one in the list decides.
 */
import type { EdgeList } from "../tensors/graph/neighbour-sum.ts";

export const Relation = { itself: 0, ancestor: 1, descendant: 2, parallel: 3, parent: 4, child: 5 } as const;

/** Number of relations to another group, `itself` left out. */
export const RELATION_COUNT = 5;

/** relation[v x nodes + u]: what u is to v. */
export function relations(nodes: number, edges: EdgeList): Uint8Array {
  const reach = reachability(nodes, edges);
  const relation = new Uint8Array(nodes * nodes).fill(Relation.parallel);
  for (let v = 0; v < nodes; v++)
    for (let u = 0; u < nodes; u++) {
      const fromV = reach[v * nodes + u];
      const toV = reach[u * nodes + v];
      if (u === v) relation[v * nodes + u] = Relation.itself;
      else if (toV === 1 && fromV === 0) relation[v * nodes + u] = Relation.ancestor;
      else if (fromV === 1 && toV === 0) relation[v * nodes + u] = Relation.descendant;
    }
  for (let e = 0; e < edges.from.length; e++) {
    const [from, to] = [edges.from[e], edges.to[e]];
    relation[to * nodes + from] = Relation.parent;
    relation[from * nodes + to] = Relation.child;
  }
  return relation;
}

/** reach[v x nodes + u] is 1 where a path leads from v to u. */
function reachability(nodes: number, { from, to }: EdgeList): Uint8Array {
  const successors: number[][] = Array.from({ length: nodes }, () => []);
  from.forEach((v, e) => {
    successors[v].push(to[e]);
  });
  const reach = new Uint8Array(nodes * nodes);
  for (let v = 0; v < nodes; v++) {
    const stack = [...successors[v]];
    while (stack.length > 0) {
      const u = stack.pop()!;
      if (reach[v * nodes + u] === 1) continue;
      reach[v * nodes + u] = 1;
      stack.push(...successors[u]);
    }
  }
  return reach;
}
