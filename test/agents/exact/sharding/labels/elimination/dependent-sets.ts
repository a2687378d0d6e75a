/** PaSE's dependent sets, word by word as the paper defines them: the slow twin of the order. */

/**
 * D(i) by its definition: neighbours, after the i-th node, of the nodes up to the i-th that are
 * connected to it through such nodes.
 */
export function dependentByDefinition(
  neighbours: readonly (readonly number[])[],
  order: Int32Array,
  i: number,
): number[] {
  const isBefore = (node: number) => order.indexOf(node) <= i;
  const reached = new Set([order[i]]);
  for (const node of reached) for (const other of neighbours[node]) if (isBefore(other)) reached.add(other);
  const around = [...reached].flatMap((node) => neighbours[node]);
  return [...new Set(around)].filter((node) => !isBefore(node)).sort((a, b) => a - b);
}
