/**
 * A bound from the transfers between placed groups: on a link that makes them wait, or shares its
 * speed among them, they take at least what one machine needs that works on one of them at a time
 * and may interrupt it (Jackson's schedule). A transfer comes when its producer may end at the
 * earliest and the hops before have passed; what follows are the hops after, a consumer and its
 * tail.
 */

import { jacksonUs } from "../../../env/sim/bounds/jackson.ts";
import type { Compiled } from "../../../env/sim/engine/compile.ts";
import { NO_SLOT } from "../../../env/sim/engine/compile.ts";
import type { TransferTimes } from "../../problems/transfer-times.ts";
import type { PartialChains } from "./makespan-bound.ts";

/** Pre of the returned function: the chains are those of the placement. */
export function linkBound(
  compiled: Compiled,
  { headUs, tailUs }: PartialChains,
  { hops }: TransferTimes,
): (groupDevice: Int32Array) => number {
  const { scenario, opCount, deviceCount, linkCount, fidelity, runUs } = compiled;
  const { depStart, depConsumer, depSlot, slotBytes } = compiled;
  // Whom a free transfer takes along decides its way only once all of its consumers are placed.
  if (fidelity.contention === "none" || fidelity.multicast === "free") return () => 0;
  const { groupOf } = scenario.grouping;
  const gapUs = fidelity.contention === "queue" ? fidelity.transferGapUs : 0;
  const onLink: number[][] = Array.from({ length: linkCount }, () => []);
  const busyUs: number[] = [];
  const jobHeadUs: number[] = [];
  const jobTailUs: number[] = [];
  const afterUs = new Map<number, number>();

  /** The longest tail of a transfer's consumers, by what makes a transfer of its own. */
  const collect = (v: number, groupDevice: Int32Array): void => {
    afterUs.clear();
    for (let i = depStart[v]; i < depStart[v + 1]; i++) {
      const w = depConsumer[i];
      const to = groupDevice[groupOf[w]];
      if (depSlot[i] === NO_SLOT || to === -1 || to === groupDevice[groupOf[v]]) continue;
      const key = (fidelity.multicast === "per-consumer" ? i : depSlot[i]) * deviceCount + to;
      const us = runUs[w * deviceCount + to] + tailUs[w * deviceCount + to];
      afterUs.set(key, Math.max(afterUs.get(key) ?? 0, us));
    }
  };
  const queue = (v: number, key: number, consumerUs: number, from: number): void => {
    const to = key % deviceCount;
    const which = Math.floor(key / deviceCount);
    const bytes = slotBytes[fidelity.multicast === "per-consumer" ? depSlot[which] : which];
    const way = hops[from * deviceCount + to];
    let restUs = consumerUs + way.reduce((us, hop) => us + hop.sendUs(bytes) + hop.latencyUs, 0);
    let arrivedUs = headUs[v * deviceCount + from] + runUs[v * deviceCount + from];
    for (const hop of way) {
      const sendUs = hop.sendUs(bytes);
      restUs -= sendUs;
      for (const link of hop.links) {
        // Where the links of a hop are shared fairly, a fast one is not full while a slow one is.
        const ownUs = fidelity.contention === "fair" ? bytes / compiled.linkBytesPerUs[link] : sendUs;
        onLink[link].push(busyUs.length);
        jobHeadUs.push(arrivedUs);
        jobTailUs.push(restUs - gapUs);
        busyUs.push(ownUs + gapUs);
      }
      arrivedUs += sendUs + hop.latencyUs;
      restUs -= hop.latencyUs;
    }
  };

  return (groupDevice) => {
    for (const jobs of onLink) jobs.length = 0;
    busyUs.length = jobHeadUs.length = jobTailUs.length = 0;
    for (let v = 0; v < opCount; v++) {
      const from = groupDevice[groupOf[v]];
      if (from === -1) continue;
      collect(v, groupDevice);
      for (const [key, consumerUs] of afterUs) queue(v, key, consumerUs, from);
    }
    let longest = 0;
    const [heads, busy, tails] = [jobHeadUs, busyUs, jobTailUs].map((list) => Float64Array.from(list));
    for (const jobs of onLink)
      if (jobs.length > 1) longest = Math.max(longest, jacksonUs(jobs, heads, busy, tails));
    return longest;
  };
}
