/**
 * Forced elements: for an ideal I and a type of device, elements that every set on top of I may
 * hold without loss. The ideals program starts its sets from them.
 *
 * Let D be an absorbable set (dominance.ts) whose predecessors are in I, in D, or forced already.
 * Let S be a set without some x of D. Then S holds no descendant of x. So the run time of S with D
 * is at most that of D plus all elements left, without x and its descendants. The bound uses the x
 * for which x and its descendants take the least time. The transfers of S with D are at most what
 * I cuts plus what any ideal cuts. If the sum is at most the floor and the bytes fit, S with D
 * dominates S.
 */

import type { SplitProblem } from "../../problems/split/split-problem.ts";
import type { Dominance } from "./dominance.ts";

/** In a topological order. `holds` is 1 for the elements of I. */
export function forcedElements(
  problem: SplitProblem,
  { absorbableOf, predecessors, behindUs, behindBytes, mostCrossingUs }: Dominance,
  holds: (v: number) => number,
  type: number,
  floorUs: number,
): readonly number[] {
  const { timeUs, memoryBytes, types, elements } = problem;
  const n = elements.count;
  let leftUs = 0;
  let leftBytes = 0;
  for (let v = 0; v < n; v++) {
    if (holds(v)) continue;
    const us = timeUs[v * types.length + type];
    if (us === Number.POSITIVE_INFINITY) continue;
    leftUs += us;
    leftBytes += memoryBytes[v];
  }
  const cutUs = types[type].paysTransfers ? crossingUs(problem, holds) + mostCrossingUs : 0;
  const isForced = new Uint8Array(n);
  const forced: number[] = [];
  for (let v = 0; v < n; v++) {
    const more = absorbableOf[v];
    if (more === null || holds(v) || isForced[v]) continue;
    let leastBehindUs = Number.POSITIVE_INFINITY;
    let leastBehindBytes = Number.POSITIVE_INFINITY;
    for (const x of more.members) {
      leastBehindUs = Math.min(leastBehindUs, behindUs[x * types.length + type]);
      leastBehindBytes = Math.min(leastBehindBytes, behindBytes[x * types.length + type]);
    }
    if (leftUs - leastBehindUs + more.timeUs[type] + cutUs > floorUs) continue;
    if (leftBytes - leastBehindBytes + more.bytes > types[type].memoryBytes) continue;
    const isKnown = (u: number) => holds(u) || isForced[u] || more.members.includes(u);
    if (!more.members.every((x) => predecessors[x].every(isKnown))) continue;
    for (const x of more.members) {
      if (isForced[x]) continue;
      isForced[x] = 1;
      forced.push(x);
    }
  }
  return forced;
}

function crossingUs({ nets }: SplitProblem, holds: (v: number) => number): number {
  let us = 0;
  for (let h = 0; h < nets.count; h++) {
    const first = holds(nets.pins[nets.pinStart[h]]);
    for (let i = nets.pinStart[h] + 1; i < nets.pinStart[h + 1]; i++)
      if (holds(nets.pins[i]) !== first) {
        us += nets.transferUs[h];
        break;
      }
  }
  return us;
}
