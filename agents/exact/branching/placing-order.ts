/**
 * The order in which groups are placed: the heaviest first. Each next one has the most work of its
 * own plus transfers to the groups placed before. So bounds contain much work and many transfers
 * early.
 */
import { type Compiled, NO_SLOT } from "../../../env/sim/engine/compile.ts";
import { transferTimes } from "../../problems/transfer-times.ts";

export function placingOrder(compiled: Compiled): number[] {
  const { groupCount } = compiled.scenario.grouping;
  const weightUs = leastWork(compiled);
  const order: number[] = [];
  const left = new Set(weightUs.keys());
  const exchangedUs = exchangeTimes(compiled);
  for (let step = 0; step < groupCount; step++) {
    let next = -1;
    for (const g of left) if (next === -1 || weightUs[g] > weightUs[next]) next = g;
    order.push(next);
    left.delete(next);
    for (const [other, us] of exchangedUs[next]) weightUs[other] += us;
  }
  return order;
}

function leastWork({ scenario, opCount, deviceCount, runUs }: Compiled): Float64Array {
  const { groupOf, groupCount } = scenario.grouping;
  const workUs = new Float64Array(groupCount);
  for (let v = 0; v < opCount; v++)
    workUs[groupOf[v]] += runUs
      .subarray(v * deviceCount, (v + 1) * deviceCount)
      .reduce((a, b) => Math.min(a, b));
  return workUs;
}

/** Time of the transfers of each group with each other group, in us, on the fastest route. */
function exchangeTimes(compiled: Compiled): Map<number, number>[] {
  const { scenario, opCount, deviceCount, depStart, depConsumer, depSlot, slotBytes } = compiled;
  const { groupOf, groupCount } = scenario.grouping;
  const { fromTo } = transferTimes(compiled);
  const exchanged = Array.from({ length: groupCount }, () => new Map<number, number>());
  if (deviceCount === 1) return exchanged;
  const fastestUs = (bytes: number) =>
    fromTo(bytes).reduce(
      (least, us, pair) => (pair % (deviceCount + 1) === 0 ? least : Math.min(least, us)),
      Number.POSITIVE_INFINITY,
    );
  for (let u = 0; u < opCount; u++)
    for (let i = depStart[u]; i < depStart[u + 1]; i++) {
      const [a, b] = [groupOf[u], groupOf[depConsumer[i]]];
      if (a === b || depSlot[i] === NO_SLOT) continue;
      const us = fastestUs(slotBytes[depSlot[i]]);
      exchanged[a].set(b, (exchanged[a].get(b) ?? 0) + us);
      exchanged[b].set(a, (exchanged[b].get(a) ?? 0) + us);
    }
  return exchanged;
}
