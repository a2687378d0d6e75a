/**
 * In which order nodes are eliminated: PaSE's GENERATESEQ (Elango, IPDPS 2021), which is minimum
 * degree. Next is the node with the smallest dependent set, the first by number among equals; its
 * dependent set then becomes a clique.
 *
 * Post: `dependent[i]` are the nodes after the i-th that its table depends on, ascending.
 */
import { InputError } from "../../../../../env/model/errors.ts";

export interface EliminationOrder {
  readonly order: Int32Array;
  readonly dependent: readonly Int32Array[];
}

/** `neighbours` as of `neighboursOf`. */
export function minimumDegreeOrder(neighbours: readonly (readonly number[])[]): EliminationOrder {
  const sets = neighbours.map((nodes) => new Set(nodes));
  const waiting = new Set(sets.keys());
  return eliminated(sets, () => {
    let least = -1;
    for (const node of waiting) if (least === -1 || sets[node].size < sets[least].size) least = node;
    waiting.delete(least);
    return least;
  });
}

/** The dependent sets of a given order. */
export function givenOrder(
  neighbours: readonly (readonly number[])[],
  order: ArrayLike<number>,
): EliminationOrder {
  const nodes = neighbours.length;
  if (order.length !== nodes || new Set(Array.from(order)).size !== nodes)
    throw new InputError(`An order of elimination names each of the ${nodes} nodes once.`);
  let next = 0;
  return eliminated(
    neighbours.map((around) => new Set(around)),
    () => order[next++],
  );
}

/** Takes the nodes in the order of `choose`; `sets` become the dependent sets. */
function eliminated(sets: readonly Set<number>[], choose: () => number): EliminationOrder {
  const order = Int32Array.from(sets, () => {
    const node = choose();
    for (const other of sets[node]) {
      for (const third of sets[node]) if (third !== other) sets[other].add(third);
      sets[other].delete(node);
    }
    return node;
  });
  const dependent = Array.from(order, (node) => Int32Array.from(sets[node]).sort());
  return { order, dependent };
}

/** The inner loop runs over the last node of a table. */
export const widestLast = (nodes: Int32Array, sizes: Int32Array): Int32Array =>
  Int32Array.from([...nodes].sort((a, b) => sizes[a] - sizes[b] || a - b));
