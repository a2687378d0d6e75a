/**
 * What a partial placement proves about the makespan of every completion. Only relaxations of the
 * event engine, so that first come, first served cannot be below them:
 *
 *   - *chains*: earliest starts and least times to the end of the step, each op on every device
 *     that its group may still take; a tensor between two devices takes its route's time alone in
 *     the cluster; and on each device all placed work that leads to an op is done before it starts
 *     (branch-and-bound-kin.ts);
 *   - *one machine*: what is placed on a device runs there one op at a time, between its chains
 *     (Jackson's preemptive schedule);
 *   - *links*: so do the transfers between placed groups on each link, where links make transfers
 *     wait or share;
 *   - *work*: the placed and the least remaining work, weighted as in env/sim/bounds/work-bound.ts,
 *     is no more than the devices have time for.
 */

import { roundingFor } from "../../../env/sim/bounds/best.ts";
import { jacksonUs } from "../../../env/sim/bounds/jackson.ts";
import { dependenciesOf, ORDER_ONLY } from "../../../env/sim/bounds/makespan/dependencies.ts";
import type { Compiled } from "../../../env/sim/engine/compile.ts";
import { type TransferTimes, transferTimes } from "../../problems/transfer-times.ts";
import type { PartialBound } from "./branch-and-bound.ts";
import { type DeviceWork, deviceWork } from "./device-work.ts";
import { linkBound } from "./link-bound.ts";
import { groupsByTime, kinWork } from "./work-around-op.ts";

/** Shape [opCount x deviceCount], us; only what a group may still take is up to date. */
export interface PartialChains {
  readonly headUs: Float64Array;
  readonly tailUs: Float64Array;
}

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
 * The idle gap after an op keeps its device; the last one may end after the step, which the work
 * need not have time for.
 */
function occupiedUs({ runUs, fidelity }: Compiled): Float64Array {
  const gapUs = fidelity.makespan === "last-event" ? fidelity.opGapUs : 0;
  return runUs.map((us) => (us === 0 ? 0 : us + gapUs));
}

function createChains(compiled: Compiled, { fromTo }: TransferTimes) {
  const { scenario, opCount, deviceCount, runUs, fidelity } = compiled;
  const { groupOf, groupCount } = scenario.grouping;
  const { topologicalOrder } = scenario.graph;
  const dependencies = dependenciesOf(compiled);
  const { start, producer, consumer, bytes, producerStart, ofProducer } = dependencies;
  const headUs = new Float64Array(opCount * deviceCount);
  const tailUs = new Float64Array(opCount * deviceCount);
  const throughUs = new Float64Array(groupCount * deviceCount);
  const trailingUs = fidelity.makespan === "last-event" ? fidelity.opGapUs : 0;
  const movesUs = Array.from(bytes, (size) => (size === ORDER_ONLY ? null : fromTo(size)));
  const nothing = new Float64Array(deviceCount * deviceCount);
  const gapUs = (i: number) => (runUs[i] > 0 ? fidelity.opGapUs : 0);
  const kin = kinWork(compiled);
  const lines = groupsByTime(groupCount, deviceCount);
  const first = (device: number) => (device === -1 ? 0 : device);
  const last = (device: number) => (device === -1 ? deviceCount - 1 : device);

  const updateHeads = (groupDevice: Int32Array): void => {
    lines.clear();
    for (const v of topologicalOrder) {
      const own = groupDevice[groupOf[v]];
      const beforeUs = kin === null ? 0 : lines.leastUs(kin.before, v * groupCount * deviceCount);
      for (let d = first(own); d <= last(own); d++) {
        const i = v * deviceCount + d;
        let head = runUs[i] === Infinity ? Infinity : Math.max(fidelity.startUs, beforeUs);
        for (let k = start[v]; k < start[v + 1]; k++) {
          const u = producer[k];
          const local = u * deviceCount + d;
          const other = groupDevice[groupOf[u]];
          const together = groupOf[u] === groupOf[v] || other === d;
          const hereUs = headUs[local] + runUs[local] + gapUs(local);
          let least = together || other === -1 ? hereUs : Infinity;
          const move = movesUs[k] ?? nothing;
          for (let a = first(other); !together && a <= last(other); a++)
            if (a !== d) {
              const from = u * deviceCount + a;
              least = Math.min(least, headUs[from] + runUs[from] + move[a * deviceCount + d]);
            }
          if (least > head) head = least;
        }
        headUs[i] = head;
      }
      if (own !== -1) lines.lower(groupOf[v], own, headUs[v * deviceCount + own]);
    }
  };
  const updateTails = (groupDevice: Int32Array): void => {
    lines.clear();
    for (let position = opCount - 1; position >= 0; position--) {
      const v = topologicalOrder[position];
      const own = groupDevice[groupOf[v]];
      const afterUs = kin === null ? 0 : lines.leastUs(kin.after, v * groupCount * deviceCount);
      for (let d = first(own); d <= last(own); d++) {
        const i = v * deviceCount + d;
        let tail = Math.max(runUs[i] > 0 ? trailingUs : 0, afterUs);
        for (let n = producerStart[v]; n < producerStart[v + 1]; n++) {
          const k = ofProducer[n];
          const w = consumer[k];
          const local = w * deviceCount + d;
          const other = groupDevice[groupOf[w]];
          const together = groupOf[w] === groupOf[v] || other === d;
          let least = together || other === -1 ? gapUs(i) + runUs[local] + tailUs[local] : Infinity;
          const move = movesUs[k] ?? nothing;
          for (let b = first(other); !together && b <= last(other); b++)
            if (b !== d) {
              const to = w * deviceCount + b;
              least = Math.min(least, move[d * deviceCount + b] + runUs[to] + tailUs[to]);
            }
          if (least > tail) tail = least;
        }
        tailUs[i] = tail;
      }
      if (own !== -1) lines.lower(groupOf[v], own, tailUs[v * deviceCount + own]);
    }
  };
  return {
    headUs,
    tailUs,
    /**
     * The longest chain through any group on the device where it is shortest, or all the work there
     * would be.
     */
    longestUs(groupDevice: Int32Array, work: DeviceWork): number {
      updateHeads(groupDevice);
      updateTails(groupDevice);
      throughUs.fill(0);
      for (let v = 0; v < opCount; v++) {
        const own = groupDevice[groupOf[v]];
        for (let d = first(own); d <= last(own); d++) {
          const i = v * deviceCount + d;
          const j = groupOf[v] * deviceCount + d;
          throughUs[j] = Math.max(throughUs[j], headUs[i] + runUs[i] + tailUs[i]);
        }
      }
      let longest = 0;
      for (let g = 0; g < groupCount; g++) {
        const own = groupDevice[g];
        let least = Number.POSITIVE_INFINITY;
        for (let d = first(own); d <= last(own); d++) {
          const busyUs = own === -1 ? fidelity.startUs + work.withGroupUs(g, d) : 0;
          least = Math.min(least, Math.max(throughUs[g * deviceCount + d], busyUs));
        }
        longest = Math.max(longest, least);
      }
      return longest;
    },
  };
}

/**
 * Jackson's schedule of the placed ops of each device. Pre: the chains are those of the placement.
 */
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
