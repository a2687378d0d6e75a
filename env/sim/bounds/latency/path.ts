/**
 * A lower bound on latency by one path that memory divides. Along any path each op starts after the
 * one before. The path goes through pieces in runs: ops next to each other in one piece. A piece is
 * contiguous. With the first and last op of a run it therefore holds every op on a path between
 * them, the *hull*. Its load is at least
 *
 *   run times of the hull
 *   + the least transfers by which anything gets from the hull to the path after the run
 *   + the least transfers by which anything gets from the path before the run to the hull.
 *
 * Both transfers are minimum cuts (transfer-cut.ts), and the device holds all units of the hull.
 * Ops that are tied to one piece (tied-ops.ts) are one step of the path. The pieces of one path run
 * one after another, and a CPU runs the path's ops one by one. So the cheapest division of the path
 * into runs that fit, found by dynamic programming, is a bound for every path. The paths tried are
 * the longest ones in mixtures of time, bytes and transfers.
 */
import { isCpu } from "../../../model/cluster/cluster.ts";
import { dataConsumers, transferTimesUs } from "../../../model/cluster/output-transfers.ts";
import type { Scenario } from "../../../model/scenario.ts";
import type { Units } from "../units.ts";
import { mixedPaths } from "./mixed-paths.ts";
import { type TiedGraph, tiedGraph } from "./tied-ops.ts";
import { createTransferCut, type TransferCut } from "./transfer-cut.ts";

/**
 * Paths with more steps of work are not tried, since they take more than a fraction of a second.
 */
const MOST_STEPS = 2e7;
interface Parts extends TiedGraph {
  readonly units: Units;
  readonly cut: TransferCut;
  readonly accelerators: readonly number[];
  readonly cpus: readonly number[];
}

/**
 * The leaders that a path goes through, and for each the time of its ops on the path on a CPU,
 * shape [steps x types].
 */
interface Route {
  readonly steps: Int32Array;
  readonly ownUs: Float64Array;
}

/** The bound in us. 0 where memory divides nothing, or where the graph is too large to try. */
export function partedPathUs(scenario: Scenario, units: Units): number {
  const { graph, cluster } = scenario;
  const types = [...units.deviceOf.keys()];
  const accelerators = types.filter((type) => !isCpu(cluster.devices[units.deviceOf[type]]));
  const totalBytes = units.unitBytes.reduce((sum, bytes) => sum + bytes, 0);
  if (!accelerators.every((type) => units.typeBytes[type] < totalBytes)) return 0;
  const tied = tiedGraph(scenario, units);
  const parts: Parts = {
    ...tied,
    units,
    cut: createTransferCut(dataConsumers(scenario), transferTimesUs(graph, cluster), tied.leaderOf),
    accelerators,
    cpus: types.filter((type) => isCpu(cluster.devices[units.deviceOf[type]])),
  };
  let best = 0;
  for (const path of mixedPaths(scenario, units)) {
    const route = routeOf(parts, path);
    if (route.steps.length * (graph.opCount + graph.edgeCount) > MOST_STEPS) return best;
    best = Math.max(best, cheapestRunsUs(parts, route));
  }
  return best;
}

/** A path enters tied ops by their leader only, so its ops of one leader follow each other. */
function routeOf({ leaderOf, units }: Parts, path: Int32Array): Route {
  const { opUs, typeCount } = units;
  const steps: number[] = [];
  const ownUs: number[] = [];
  for (const v of path) {
    if (steps.at(-1) !== leaderOf[v]) {
      steps.push(leaderOf[v]);
      for (let type = 0; type < typeCount; type++) ownUs.push(0);
    }
    for (let type = 0; type < typeCount; type++)
      ownUs[(steps.length - 1) * typeCount + type] += opUs[v * typeCount + type];
  }
  return { steps: Int32Array.from(steps), ownUs: Float64Array.from(ownUs) };
}

/** The least sum over divisions of the path into runs; Infinity where no division fits. */
function cheapestRunsUs(parts: Parts, { steps, ownUs }: Route): number {
  const { units, accelerators, cpus } = parts;
  const sentUs = sentByRuns(parts, steps);
  const leastUs = new Float64Array(steps.length + 1).fill(Number.POSITIVE_INFINITY);
  leastUs[0] = 0;
  for (let i = 0; i < steps.length; i++) {
    if (leastUs[i] === Number.POSITIVE_INFINITY) continue;
    for (const type of cpus)
      leastUs[i + 1] = Math.min(leastUs[i + 1], leastUs[i] + ownUs[i * units.typeCount + type]);
    for (const type of accelerators)
      growRuns(parts, steps, i, type, (last, us) => {
        leastUs[last + 1] = Math.min(leastUs[last + 1], leastUs[i] + us + sentUs[last][last - i]);
      });
  }
  return leastUs[steps.length];
}

/**
 * Visits the last positions of all runs from one position that fit the type, each with run times
 * and received transfers.
 */
function growRuns(
  parts: Parts,
  steps: Int32Array,
  first: number,
  type: number,
  visit: (last: number, us: number) => void,
): void {
  const { units, cut, tiedUs, after, before } = parts;
  const { unitOf, unitBytes, typeBytes, typeCount } = units;
  const grow = hullFrom(steps[first], after, before);
  const heldUnits = new Set<number>();
  let bytes = 0;
  let runUs = 0;
  cut.reset();
  for (let i = 0; i < first; i++) cut.addSource(steps[i]);
  for (let last = first; last < steps.length; last++) {
    for (const v of grow(steps[last])) {
      runUs += tiedUs[v * typeCount + type];
      if (!heldUnits.has(unitOf[v])) bytes += unitBytes[unitOf[v]];
      heldUnits.add(unitOf[v]);
      if (bytes > typeBytes[type] || runUs === Number.POSITIVE_INFINITY) return;
      cut.addSink(v);
    }
    visit(last, runUs + cut.valueUs);
  }
}

/**
 * The least that each run sends to the path after it, by the last position of the run, then by its
 * length less one.
 */
function sentByRuns({ units, cut, accelerators, before, after }: Parts, steps: Int32Array): number[][] {
  const { unitOf, unitBytes, typeBytes } = units;
  const mostBytes = Math.max(...accelerators.map((type) => typeBytes[type]));
  return Array.from(steps, (end, last) => {
    const sentUs: number[] = [];
    const grow = hullFrom(end, before, after);
    const heldUnits = new Set<number>();
    let bytes = 0;
    cut.reset();
    for (let i = last + 1; i < steps.length; i++) cut.addSink(steps[i]);
    for (let first = last; first >= 0; first--) {
      for (const v of grow(steps[first])) {
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

type Steps = readonly (readonly number[])[];

/**
 * Grows a hull from one end of runs. For each step of the path that joins it, returns all leaders
 * that join with it.
 */
function hullFrom(end: number, away: Steps, back: Steps): (joining: number) => number[] {
  const within = new Uint8Array(away.length);
  const inHull = new Uint8Array(away.length);
  const spread = (from: number, next: Steps, marks: Uint8Array, enters: (v: number) => boolean): number[] => {
    const found = [from];
    marks[from] = 1;
    for (let i = 0; i < found.length; i++)
      for (const w of next[found[i]]) {
        if (marks[w] === 1 || !enters(w)) continue;
        marks[w] = 1;
        found.push(w);
      }
    return found;
  };
  spread(end, away, within, () => true);
  return (joining) => spread(joining, back, inHull, (v) => within[v] === 1);
}
