/**
 * A lower bound on latency by what one path has to go through where memory parts it. Along any path, each op starts after the one
 * before, and the path meets pieces in runs: ops next to each other in one piece. A piece is contiguous and holds with the first and
 * last op of a run every op on a path between them, the *hull*: its load is at least
 *
 *   run times of the hull + transfers of the hull's ops that path ops after the run use
 *                         + transfers of path ops before the run that the hull's ops use,
 *
 * and its device holds all units of the hull. Pieces of one path run one after another, a CPU runs the path's ops one by one; so
 * the cheapest way to divide the path into runs that fit, by dynamic programming, is a bound for every path. The paths tried are longest
 * ones in mixtures of time, bytes and transfers.
 */
import { isCpu } from "../../model/cluster.ts";
import type { Scenario } from "../../model/scenario.ts";
import { dataConsumers, reversed, transferTimesUs } from "../output-transfers.ts";
import type { Units } from "./units.ts";

/** Steps of work beyond which the bound is not tried: a fraction of a second. */
const MOST_STEPS = 1e8;
/** Shares of bytes and of transfers in the length of a path, beside time; each is measured by its total. */
const MIXTURES: readonly (readonly [bytes: number, transfers: number])[] = [
  [0, 0],
  [1, 0],
  [8, 0],
  [0, 1],
  [1, 1],
  [8, 8],
];

interface Parts {
  readonly scenario: Scenario;
  readonly units: Units;
  readonly transferUs: Float64Array;
  readonly producers: { readonly start: Int32Array; readonly op: Int32Array };
  readonly accelerators: readonly number[];
  readonly cpus: readonly number[];
}

/** 0 where memory parts nothing, or where the graph is too large to try. */
export function partedPathUs(scenario: Scenario, units: Units): number {
  const { graph, cluster } = scenario;
  const types = [...units.deviceOf.keys()];
  const accelerators = types.filter((type) => !isCpu(cluster.devices[units.deviceOf[type]]));
  const totalBytes = units.unitBytes.reduce((sum, bytes) => sum + bytes, 0);
  if (!accelerators.every((type) => units.typeBytes[type] < totalBytes)) return 0;
  const parts: Parts = {
    scenario,
    units,
    transferUs: transferTimesUs(graph, cluster),
    producers: reversed(dataConsumers(scenario), graph.opCount),
    accelerators,
    cpus: types.filter((type) => isCpu(cluster.devices[units.deviceOf[type]])),
  };
  let best = 0;
  for (const [bytes, transfers] of MIXTURES) {
    const path = longestPath(parts, bytes, transfers);
    if (path.length * (graph.opCount + graph.edgeCount) > MOST_STEPS) return best;
    best = Math.max(best, cheapestRunsUs(parts, path));
  }
  return best;
}

function longestPath({ scenario, units, transferUs }: Parts, bytes: number, transfers: number): Int32Array {
  const { graph } = scenario;
  const { opUs, typeCount, unitOf, unitBytes } = units;
  const fastest = Float64Array.from({ length: graph.opCount }, (_, v) =>
    opUs.subarray(v * typeCount, (v + 1) * typeCount).reduce((least, us) => Math.min(least, us), Infinity),
  );
  const share = (of: Float64Array): ((v: number) => number) => {
    const total = of.reduce((sum, amount) => sum + amount, 0);
    return (v) => (total > 0 ? of[v] / total : 0);
  };
  const ofTime = share(fastest);
  const ofBytes = share(Float64Array.from(unitOf, (unit) => unitBytes[unit]));
  const ofTransfers = share(transferUs);
  const length = new Float64Array(graph.opCount);
  const before = new Int32Array(graph.opCount).fill(-1);
  let end = -1;
  for (const v of graph.topologicalOrder) {
    for (let e = graph.inStart[v]; e < graph.inStart[v + 1]; e++) {
      const u = graph.edgeSource[e];
      if (before[v] !== -1 && length[u] <= length[before[v]]) continue;
      before[v] = u;
    }
    if (before[v] !== -1) length[v] = length[before[v]];
    length[v] += ofTime(v) + bytes * ofBytes(v) + transfers * ofTransfers(v);
    if (end === -1 || length[v] > length[end]) end = v;
  }
  const path: number[] = [];
  for (let v = end; v !== -1; v = before[v]) path.push(v);
  return Int32Array.from(path.reverse());
}

/** The least sum over divisions of the path into runs; Infinity where none fits. */
function cheapestRunsUs(parts: Parts, path: Int32Array): number {
  const { units, accelerators, cpus } = parts;
  const { opUs, typeCount } = units;
  const position = new Int32Array(units.opCount).fill(-1);
  path.forEach((v, i) => {
    position[v] = i;
  });
  const leastUs = new Float64Array(path.length + 1).fill(Number.POSITIVE_INFINITY);
  leastUs[0] = 0;
  for (let i = 0; i < path.length; i++) {
    for (const type of cpus)
      leastUs[i + 1] = Math.min(leastUs[i + 1], leastUs[i] + opUs[path[i] * typeCount + type]);
    for (const type of accelerators)
      growHull(parts, path, position, i, type, (end, us) => {
        leastUs[end] = Math.min(leastUs[end], leastUs[i] + us);
      });
  }
  return leastUs[path.length];
}

/** Visits the ends of all runs from one position that fit the type, each with the least load of its piece. */
function growHull(
  { scenario, units, transferUs, producers }: Parts,
  path: Int32Array,
  position: Int32Array,
  first: number,
  type: number,
  visit: (end: number, us: number) => void,
): void {
  const { graph } = scenario;
  const { unitOf, unitBytes, typeBytes, opUs, typeCount } = units;
  const below = descendants(graph, path[first]);
  const inHull = new Uint8Array(graph.opCount);
  const held = new Set<number>();
  const received = new Set<number>();
  let bytes = 0;
  let us = 0;
  for (let j = first; j < path.length; j++) {
    const stack = [path[j]];
    inHull[path[j]] = 1;
    while (stack.length > 0) {
      const v = stack.pop()!;
      us += opUs[v * typeCount + type];
      if (!held.has(unitOf[v])) bytes += unitBytes[unitOf[v]];
      held.add(unitOf[v]);
      for (let i = producers.start[v]; i < producers.start[v + 1]; i++) {
        const u = producers.op[i];
        if (position[u] === -1 || position[u] >= first || received.has(u)) continue;
        received.add(u);
        us += transferUs[u];
      }
      for (let e = graph.inStart[v]; e < graph.inStart[v + 1]; e++) {
        const u = graph.edgeSource[e];
        if (inHull[u] === 1 || below[u] === 0) continue;
        inHull[u] = 1;
        stack.push(u);
      }
    }
    if (bytes > typeBytes[type] || us === Number.POSITIVE_INFINITY) return;
    visit(j + 1, us + sentUs(j));
  }

  /** Transfers of the hull's ops that path ops after position j use: only such as precede one can be among its producers. */
  function sentUs(j: number): number {
    let sum = 0;
    const sent = new Set<number>();
    for (let k = j + 1; k < path.length; k++)
      for (let i = producers.start[path[k]]; i < producers.start[path[k] + 1]; i++) {
        const u = producers.op[i];
        if (inHull[u] === 0 || sent.has(u)) continue;
        sent.add(u);
        sum += transferUs[u];
      }
    return sum;
  }
}

function descendants(
  { opCount, outStart, outEdge, edgeDestination }: Scenario["graph"],
  from: number,
): Uint8Array {
  const reached = new Uint8Array(opCount);
  const stack = [from];
  reached[from] = 1;
  while (stack.length > 0) {
    const v = stack.pop()!;
    for (let i = outStart[v]; i < outStart[v + 1]; i++) {
      const w = edgeDestination[outEdge[i]];
      if (reached[w] === 1) continue;
      reached[w] = 1;
      stack.push(w);
    }
  }
  return reached;
}
