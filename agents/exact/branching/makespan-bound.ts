/**
 * What a partial placement proves about the makespan of every completion. All parts are relaxations
 * of the event engine, so first come, first served cannot be below them:
 *
 *   - *chains*: earliest starts and least times to the end of the step (partial-chains.ts);
 *   - *one machine*: the ops placed on a device run one at a time, between their chains (Jackson's
 *     preemptive schedule);
 *   - *links*: so do the transfers between placed groups on a link that queues or shares them
 *     (link-bound.ts);
 *   - *work*: the placed and the least remaining work, weighted as in env/sim/bounds/work-bound.ts,
 *     must fit the time of the devices (device-work.ts).
 */

import { roundingFor } from "../../../env/sim/bounds/best.ts";
import { jacksonUs } from "../../../env/sim/bounds/jackson.ts";
import type { Compiled } from "../../../env/sim/engine/compile.ts";
import { transferTimes } from "../../problems/transfer-times.ts";
import type { PartialBound } from "./branch-and-bound.ts";
import { type DeviceWork, deviceWork } from "./device-work.ts";
import { linkBound } from "./link-bound.ts";
import { createChains, type PartialChains } from "./partial-chains.ts";

export function partialMakespan(compiled: Compiled): PartialBound {
  const { fidelity, linkBytesPerUs, linkLatencyUs, slotBytes, runUs } = compiled;
  const sends = [...new Set(linkBytesPerUs)].map((speed) => slotBytes.map((bytes) => bytes / speed));
  const gaps = [fidelity.opGapUs, fidelity.transferGapUs, fidelity.startUs];
  const roundedDown = roundingFor(runUs, gaps, linkLatencyUs, ...sends);
  const times = transferTimes(compiled);
  const work = deviceWork(compiled.scenario, occupiedUs(compiled));
  const chains = createChains(compiled, times);
  const onDevices = deviceBound(compiled, chains, work);
  const onLinks = linkBound(compiled, chains, times);
  return (groupDevice, cutoff) => {
    let us = fidelity.startUs + work.leastUs(groupDevice);
    if (us < cutoff) us = Math.max(us, chains.longestUs(groupDevice, work));
    if (us < cutoff) us = Math.max(us, onDevices(groupDevice));
    if (us < cutoff) us = Math.max(us, onLinks(groupDevice));
    return roundedDown(us);
  };
}

/**
 * The idle gap after an op occupies its device. Where the step ends with the last op, the last gap
 * may end later, so gaps do not count.
 */
function occupiedUs({ runUs, fidelity }: Compiled): Float64Array {
  const gapUs = fidelity.makespan === "last-event" ? fidelity.opGapUs : 0;
  return runUs.map((us) => (us === 0 ? 0 : us + gapUs));
}

/** Jackson's schedule of the placed ops of each device. Pre: the chains are of the placement. */
function deviceBound(
  { scenario, opCount, deviceCount, runUs, fidelity }: Compiled,
  { headUs, tailUs }: PartialChains,
  { groupsOn }: DeviceWork,
) {
  const { groupOf } = scenario.grouping;
  const busyUs = new Float64Array(opCount);
  const opHeadUs = new Float64Array(opCount);
  const opTailUs = new Float64Array(opCount);
  const onDevice: number[][] = Array.from({ length: deviceCount }, () => []);
  return (groupDevice: Int32Array): number => {
    for (const ops of onDevice) ops.length = 0;
    for (let v = 0; v < opCount; v++) {
      const d = groupDevice[groupOf[v]];
      if (d === -1 || groupsOn(d) < 2) continue;
      const i = v * deviceCount + d;
      const gap = runUs[i] > 0 ? fidelity.opGapUs : 0;
      busyUs[v] = runUs[i] + gap;
      opHeadUs[v] = headUs[i];
      opTailUs[v] = tailUs[i] - gap;
      onDevice[d].push(v);
    }
    let longest = 0;
    for (const ops of onDevice)
      if (ops.length > 1) longest = Math.max(longest, jacksonUs(ops, opHeadUs, busyUs, opTailUs));
    return longest;
  };
}
