/** The part of a graph that some of its nodes need. */
import { InputError } from "../../../../env/model/errors.ts";

/** All nodes where `fetch` is empty. Throws `InputError` for a name that is no node. */
export function needed<T>(
  nodes: readonly T[],
  fetch: readonly string[],
  nameOf: (node: T) => string,
  inputsOf: (node: T) => readonly string[],
): readonly T[] {
  if (fetch.length === 0) return nodes;
  const byName = new Map(nodes.map((node) => [nameOf(node), node]));
  const kept = new Set<string>();
  const open = [...fetch];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (kept.has(name)) continue;
    const node = byName.get(name);
    if (node === undefined)
      throw new InputError(`option fetch names "${name}", which is no node of the graph.`);
    kept.add(name);
    open.push(...inputsOf(node));
  }
  return nodes.filter((node) => kept.has(nameOf(node)));
}
