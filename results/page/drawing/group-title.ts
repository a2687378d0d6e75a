/**
 * Names of drawn groups by what they hold. Names of ops are paths, and a group is named by its
 * forward ops, or by all of its ops where it has none:
 *
 * - `block` where it holds all of them under that path;
 * - `block/{conv, relu}` or `block/{step_0 … step_4}` where it holds some;
 * - `stem, block/conv` or `stem … head` where it holds several paths.
 */
import { type OpGraph, Role } from "../../../env/model/graph/graph.ts";

/** Answers the title of a group; made once for a graph. */
export function groupTitles(graph: OpGraph): (ops: ArrayLike<number>) => string {
  const isForward = (v: number) => graph.role[v] === Role.forward;
  const under = new Map<string, number>();
  graph.names.forEach((name, v) => {
    if (!isForward(v)) return;
    for (const path of pathsAbove(name)) under.set(path, (under.get(path) ?? 0) + 1);
  });
  return (ops) => {
    const all = Array.from(ops);
    const forward = all.filter(isForward);
    const names = (forward.length > 0 ? forward : all).map((v) => graph.names[v]);
    const parts = byFirstPart(names).map((own) => pathTitle(own, under));
    return parts.length <= 2 ? parts.join(", ") : `${parts[0]} … ${parts[parts.length - 1]}`;
  };
}

/** Of `a/b/c`: `a`, `a/b` and `a/b/c`. */
function pathsAbove(name: string): string[] {
  const parts = name.split("/");
  return parts.map((_, i) => parts.slice(0, i + 1).join("/"));
}

function byFirstPart(names: readonly string[]): string[][] {
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const [first] = name.split("/", 1);
    groups.set(first, [...(groups.get(first) ?? []), name]);
  }
  return [...groups.values()];
}

/** Pre: the names share their first part. */
function pathTitle(names: readonly string[], under: ReadonlyMap<string, number>): string {
  const split = names.map((name) => name.split("/"));
  let depth = 1;
  while (split.every((parts) => parts[depth] !== undefined && parts[depth] === split[0][depth])) depth++;
  const path = split[0].slice(0, depth).join("/");
  const inside = [...new Set(split.flatMap((parts) => (parts.length > depth ? [parts[depth]] : [])))];
  if (inside.length === 0 || under.get(path) === names.length) return path;
  if (inside.length === 1) return `${path}/${inside[0]}`;
  const held = inside.length === 2 ? inside.join(", ") : `${inside[0]} … ${inside[inside.length - 1]}`;
  return `${path}/{${held}}`;
}
