/** Names of ops from files whose nodes have ids, and optional names that can repeat. */
import { InputError } from "../../../env/model/errors.ts";

interface Named {
  readonly id: number;
  readonly name?: string;
}

/**
 * The names in the file where they are unique; `NAME#ID` where they repeat, `node_ID` where they
 * are missing.
 */
export function uniqueNames(nodes: readonly Named[]): ReadonlyMap<number, string> {
  const uses = new Map<string, number>();
  for (const { name } of nodes) if (name !== undefined) uses.set(name, (uses.get(name) ?? 0) + 1);
  const names = new Map<number, string>();
  for (const { id, name } of nodes) {
    if (names.has(id)) throw new InputError(`nodes: id ${id} is declared twice; ids must be unique.`);
    if (name === undefined || name === "") names.set(id, `node_${id}`);
    else names.set(id, uses.get(name) === 1 ? name : `${name}#${id}`);
  }
  return names;
}

/** The name of a node that an edge mentions. */
export function endOfEdge(names: ReadonlyMap<number, string>, id: number): string {
  const known = names.get(id);
  if (known === undefined) throw new InputError(`edges: node ${id} is named by an edge, but not declared.`);
  return known;
}
