/**
 * Ops that every plan with them on an accelerator runs in one piece (pieces.ts). An op is tied to
 * its producers where it is in their co-location class and they are tied to each other. The op then
 * has the number of their piece. Where that piece is cut, the op can run as soon as they can. Most
 * tied ops are the outputs of one op that an exporter made ops of their own.
 *
 * Each op has a leader, the first in topological order of the ops that it is tied to. Only leaders
 * have producers that they are not tied to.
 */

import { dataConsumers, transferTimesUs } from "../../../model/cluster/output-transfers.ts";
import type { OpGraph } from "../../../model/graph/graph.ts";
import type { Scenario } from "../../../model/scenario.ts";
import type { Units } from "../units.ts";

export interface TiedGraph {
  /** Leader of each op. */
  readonly leaderOf: Int32Array;
  /** Leaders in topological order. */
  readonly order: Int32Array;
  /** Edges between leaders, by either end. */
  readonly before: readonly (readonly number[])[];
  readonly after: readonly (readonly number[])[];
  /** Time of all ops tied to a leader, shape [opCount x types]. */
  readonly tiedUs: Float64Array;
  /** Time to move what ops of one leader need from another leader's ops. */
  moveUs(from: number, to: number): number;
}

export function tiedGraph(scenario: Scenario, { unitOf, opUs, typeCount }: Units): TiedGraph {
  const { graph, cluster } = scenario;
  const leaderOf = tiedOps(graph, unitOf);
  const tiedUs = new Float64Array(opUs.length);
  leaderOf.forEach((leader, v) => {
    for (let type = 0; type < typeCount; type++)
      tiedUs[leader * typeCount + type] += opUs[v * typeCount + type];
  });
  const before = Array.from(leaderOf, () => new Set<number>());
  const after = Array.from(leaderOf, () => new Set<number>());
  for (let e = 0; e < graph.edgeCount; e++) {
    const from = leaderOf[graph.edgeSource[e]];
    const to = leaderOf[graph.edgeDestination[e]];
    if (from === to) continue;
    before[to].add(from);
    after[from].add(to);
  }
  const transferUs = transferTimesUs(graph, cluster);
  const consumers = dataConsumers(scenario);
  const moves = new Map<number, number>();
  for (let u = 0; u < graph.opCount; u++)
    for (let i = consumers.start[u]; i < consumers.start[u + 1]; i++) {
      const pair = leaderOf[u] * graph.opCount + leaderOf[consumers.op[i]];
      moves.set(pair, Math.max(moves.get(pair) ?? 0, transferUs[u]));
    }
  return {
    leaderOf,
    order: graph.topologicalOrder.filter((v) => leaderOf[v] === v),
    before: before.map((set) => [...set]),
    after: after.map((set) => [...set]),
    tiedUs,
    moveUs: (from, to) => moves.get(from * graph.opCount + to) ?? 0,
  };
}

function tiedOps(
  { opCount, topologicalOrder, inStart, edgeSource }: OpGraph,
  unitOf: Int32Array,
): Int32Array {
  const leader = Int32Array.from({ length: opCount }, (_, v) => v);
  for (const v of topologicalOrder) {
    if (inStart[v] === inStart[v + 1]) continue;
    const first = leader[edgeSource[inStart[v]]];
    if (unitOf[first] !== unitOf[v]) continue;
    let isTied = true;
    for (let e = inStart[v]; e < inStart[v + 1]; e++) isTied &&= leader[edgeSource[e]] === first;
    if (isTied) leader[v] = first;
  }
  return leader;
}
