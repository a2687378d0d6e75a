/**
 * Elements that every set worth a look holds, for an ideal I and a type of device: what the sets of
 * the ideals program start from.
 *
 * Let D be a company (companies.ts) whose predecessors are in I, in D, or among the elements taken
 * so far. A set S that lacks some x of D holds no descendant of x, so with D its run time is at
 * most that of all that is left, without the descendants of the x that has least of them behind it,
 * and with D. Its transfers are at most what I cuts and what any ideal cuts (crossing-bound.ts).
 * Where the sum is within the floor, and the bytes are within the limit, S is worse than S with D.
 */

import type { SplitProblem } from "../../problems/split-problem.ts";
import type { Dominance } from "./dominance.ts";

/** In a topological order. `holds` tells the elements of I. */
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
  const taken = new Uint8Array(n);
  const order: number[] = [];
  for (let v = 0; v < n; v++) {
    const company = absorbableOf[v];
    if (company === null || holds(v) || taken[v]) continue;
    let leastBehindUs = Number.POSITIVE_INFINITY;
    let leastBehindBytes = Number.POSITIVE_INFINITY;
    for (const x of company.members) {
      leastBehindUs = Math.min(leastBehindUs, behindUs[x * types.length + type]);
      leastBehindBytes = Math.min(leastBehindBytes, behindBytes[x * types.length + type]);
    }
    if (leftUs - leastBehindUs + company.timeUs[type] + cutUs > floorUs) continue;
    if (leftBytes - leastBehindBytes + company.bytes > types[type].memoryBytes) continue;
    const isKnown = (u: number) => holds(u) || taken[u] || company.members.includes(u);
    if (!company.members.every((x) => predecessors[x].every(isKnown))) continue;
    for (const x of company.members) {
      if (taken[x]) continue;
      taken[x] = 1;
      order.push(x);
    }
  }
  return order;
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
