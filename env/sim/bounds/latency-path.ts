/**
 * A lower bound on latency by what one path has to go through where memory parts it. Along any path, each op starts after the one
 * before, and the path meets pieces in runs: ops next to each other in one piece. A piece is contiguous and holds with the first and
 * last op of a run every op on a path between them, the *hull*: its load is at least
 *
 *   run times of the hull + the least transfers by which anything gets from the hull to the path after the run
 *                         + the least transfers by which anything gets from the path before the run to the hull,
 *
 * each a minimum cut (transfer-cut.ts), and its device holds all units of the hull. Pieces of one path run one after another, a CPU runs the path's ops one by one; so
 * the cheapest way to divide the path into runs that fit, by dynamic programming, is a bound for every path. The paths tried are longest
 * ones in mixtures of time, bytes and transfers.
 */
import { isCpu } from "../../model/cluster.ts";
import type { OpGraph } from "../../model/graph.ts";
import type { Scenario } from "../../model/scenario.ts";
import { dataConsumers, transferTimesUs } from "../output-transfers.ts";
import { createTransferCut, type TransferCut } from "./transfer-cut.ts";
import type { Units } from "./units.ts";

/** Steps of work beyond which the bound is not tried: a fraction of a second. */
const MOST_STEPS = 2e7;
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
  readonly cut: TransferCut;
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
  const transferUs = transferTimesUs(graph, cluster);
  const parts: Parts = {
    scenario,
    units,
    transferUs,
    cut: createTransferCut(dataConsumers(scenario), transferUs),
    accelerators,
    cpus: types.filter((type) => isCpu(cluster.devices[units.deviceOf[type]])),
  };
  let best = 0;
  const tried = new Set<string>();
  for (const [bytes, transfers] of MIXTURES) {
    const path = longestPath(parts, bytes, transfers);
    if (tried.has(path.join())) continue;
    tried.add(path.join());
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
  const sentUs = sentByRuns(parts, path);
  const leastUs = new Float64Array(path.length + 1).fill(Number.POSITIVE_INFINITY);
  leastUs[0] = 0;
  for (let i = 0; i < path.length; i++) {
    for (const type of cpus)
      leastUs[i + 1] = Math.min(leastUs[i + 1], leastUs[i] + opUs[path[i] * typeCount + type]);
    for (const type of accelerators)
      growRuns(parts, path, i, type, (last, us) => {
        leastUs[last + 1] = Math.min(leastUs[last + 1], leastUs[i] + us + sentUs[last][last - i]);
      });
  }
  return leastUs[path.length];
}

/** Visits the last positions of all runs from one position that fit the type, each with run times and what is received. */
function growRuns(
  { scenario, units, cut }: Parts,
  path: Int32Array,
  first: number,
  type: number,
  visit: (last: number, us: number) => void,
): void {
  const { graph } = scenario;
  const { unitOf, unitBytes, typeBytes, opUs, typeCount } = units;
  const grow = hullFrom(graph, path[first], after, before);
  const heldUnits = new Set<number>();
  let bytes = 0;
  let runUs = 0;
  cut.reset();
  for (let i = 0; i < first; i++) cut.addSource(path[i]);
  for (let last = first; last < path.length; last++) {
    for (const v of grow(path[last])) {
      runUs += opUs[v * typeCount + type];
      if (!heldUnits.has(unitOf[v])) bytes += unitBytes[unitOf[v]];
      heldUnits.add(unitOf[v]);
      if (bytes > typeBytes[type] || runUs === Number.POSITIVE_INFINITY) return;
      cut.addSink(v);
    }
    visit(last, runUs + cut.valueUs);
  }
}
/** For each last position of a run, by the length of the run less one, the least that it sends to the path after it. */
function sentByRuns({ scenario, units, cut, accelerators }: Parts, path: Int32Array): number[][] {
  const { graph } = scenario;
  const { unitOf, unitBytes, typeBytes } = units;
  const mostBytes = Math.max(...accelerators.map((type) => typeBytes[type]));
  return Array.from(path, (end, last) => {
    const sentUs: number[] = [];
    const grow = hullFrom(graph, end, before, after);
    const heldUnits = new Set<number>();
    let bytes = 0;
    cut.reset();
    for (let i = last + 1; i < path.length; i++) cut.addSink(path[i]);
    for (let first = last; first >= 0; first--) {
      for (const v of grow(path[first])) {
        if (!heldUnits.has(unitOf[v])) bytes += unitBytes[unitOf[v]];
        heldUnits.add(unitOf[v]);
        if (bytes > mostBytes) return sentUs;
        cut.addSource(v);
      }
      sentUs.push(cut.valueUs);
    }
    return sentUs;
  });
}

type Step = (graph: OpGraph, v: number, visit: (w: number) => void) => void;
const before: Step = ({ inStart, edgeSource }, v, visit) => {
  for (let e = inStart[v]; e < inStart[v + 1]; e++) visit(edgeSource[e]);
};
const after: Step = ({ outStart, outEdge, edgeDestination }, v, visit) => {
  for (let i = outStart[v]; i < outStart[v + 1]; i++) visit(edgeDestination[outEdge[i]]);
};

/** Grows a hull from one end of runs: for each op of the path that joins it, all ops that come into it. */
function hullFrom(graph: OpGraph, end: number, away: Step, back: Step): (joining: number) => number[] {
  const within = new Uint8Array(graph.opCount);
  const inHull = new Uint8Array(graph.opCount);
  const spread = (from: number, step: Step, marks: Uint8Array, enters: (v: number) => boolean): number[] => {
    const found = [from];
    marks[from] = 1;
    for (let i = 0; i < found.length; i++)
      step(graph, found[i], (w) => {
        if (marks[w] === 1 || !enters(w)) return;
        marks[w] = 1;
        found.push(w);
      });
    return found;
  };
  spread(end, away, within, () => true);
  return (joining) => spread(joining, back, inHull, (v) => within[v] === 1);
}
