/**
 * Where an op can run. `supportedKinds` says so. Besides, an op whose work is known only as
 * measured times runs where it was measured. On other kinds there is nothing to compute a time
 * from, and no op is free. FLOP or bytes touched give it a roofline time on every kind.
 */
import { ANY_KIND, type OpGraph } from "./graph.ts";

/** Whether devices of a kind can run op v. */
export function runsOnKind(graph: OpGraph, v: number, kind: string): boolean {
  if (!(graph.supportedKinds[v]?.includes(kind) ?? true)) return false;
  return onlyTimedKinds(graph, v)?.includes(kind) ?? true;
}

/** Device kinds that can run op v; null means all. */
export function kindsOf(graph: OpGraph, v: number): readonly string[] | null {
  const supported = graph.supportedKinds[v];
  const timed = onlyTimedKinds(graph, v);
  if (supported === null || timed === null) return supported ?? timed;
  return supported.filter((kind) => timed.includes(kind));
}

/** Kinds with a measured time of op v, where nothing but these times tells its work; else null. */
export function onlyTimedKinds(graph: OpGraph, v: number): readonly string[] | null {
  if (graph.flops[v] > 0 || graph.bytesTouched[v] > 0) return null;
  const kinds = timedKinds(graph, v);
  return kinds.length === 0 || kinds.includes(ANY_KIND) ? null : kinds;
}

/** Kinds with a measured time of op v, `*` included. */
export function timedKinds({ measuredUs }: OpGraph, v: number): readonly string[] {
  const kinds: string[] = [];
  for (const [kind, us] of measuredUs) if (!Number.isNaN(us[v])) kinds.push(kind);
  return kinds;
}
