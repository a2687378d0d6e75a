/**
 * The longest paths of a graph in mixtures of time, bytes and transfers. Bounds by a path are
 * likely to be largest for them.
 */

import { transferTimesUs } from "../../../model/cluster/output-transfers.ts";
import type { Scenario } from "../../../model/scenario.ts";
import type { Units } from "../units.ts";

/**
 * Shares of bytes and of transfers in the length of a path, next to time. Each is measured by its
 * total.
 */
const MIXTURES: readonly (readonly [bytes: number, transfers: number])[] = [
  [0, 0],
  [1, 0],
  [8, 0],
  [0, 1],
  [1, 1],
  [8, 8],
];

/** The distinct paths, each from an op without producers to an op without consumers. */
export function mixedPaths(scenario: Scenario, units: Units): Int32Array[] {
  const paths = new Map<string, Int32Array>();
  for (const mixture of MIXTURES) {
    const path = longestPath(scenario, units, mixture);
    paths.set(path.join(), path);
  }
  return [...paths.values()];
}

function longestPath(
  { graph, cluster }: Scenario,
  units: Units,
  [bytes, transfers]: readonly [number, number],
): Int32Array {
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
  const ofTransfers = share(transferTimesUs(graph, cluster));
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
