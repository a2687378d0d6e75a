/**
 * `ListOrder`: an order of the ops of a given placement, by list scheduling. A free device takes
 * the ready op with the largest upward rank. This is highest level first (Hu, "Parallel sequencing
 * and assembly line problems", Operations Research 1961); here ranks include the transfers of the
 * placement.
 *
 * It is a private model of the scenario, not the simulator. Simplified are ops and transfers that
 * exclude each other, links that share their speed, free multicast, and ties. It returns the order,
 * as `Plan.opPriority`. The end of the schedule is only a guess that helps to choose which
 * placement to evaluate. Orders are those of a schedule, so they never wait for themselves.
 */
import type { Compiled } from "../../env/sim/engine/compile.ts";
import type { PassCounter } from "../../env/sim/evaluator/budget.ts";
import { createEventHeap } from "./event-heap.ts";
import { createReadyHeap } from "./ready-heap.ts";

export interface ListOrder {
  /**
   * Position of each op in the schedule, shape [opCount], for `Plan.opPriority`. Every call makes a
   * new one.
   */
  of(device: Int32Array): Float64Array;
  /** Upward rank of each op in us, in the last placement asked for. */
  readonly tailUs: Float64Array;
  /** When each op starts in the schedule of the last placement asked for, us. */
  readonly startUs: Float64Array;
  /** When the schedule of the last placement asked for ends, us. */
  endUs(): number;
}

const RELEASE = 0;
const OP_END = 1;

/** Each order is one private pass. */
export function createListOrder(compiled: Compiled, passes: PassCounter): ListOrder {
  const { opCount, deviceCount, linkCount, slotCount, runUs, fidelity, scenario } = compiled;
  const { depStart, depConsumer, depSlot, slotBytes, waitsFor } = compiled;
  const { routeStart, routeLink, linkBytesPerUs, linkLatencyUs } = compiled;
  const { topologicalOrder } = scenario.graph;
  const queues = fidelity.contention !== "none";
  const holdsWholeRoute = fidelity.routing === "cut-through";
  const position = new Int32Array(opCount);
  topologicalOrder.forEach((v, i) => {
    position[v] = i;
  });
  const tailUs = new Float64Array(opCount);
  const startUs = new Float64Array(opCount);
  const missing = new Int32Array(opCount);
  const linkFreeUs = new Float64Array(linkCount);
  const isBusy = new Uint8Array(deviceCount);
  /** When each slot is on each device, NaN where it has not been sent. */
  const thereUs = new Float64Array(slotCount * deviceCount);
  const ready = Array.from({ length: deviceCount }, () => createReadyHeap(tailUs, position));
  const events = createEventHeap();
  const lookers = new Int32Array(deviceCount);
  const isLooking = new Uint8Array(deviceCount);
  let latestUs = 0;
  let lookerCount = 0;

  /** Travel time alone: nothing waits. */
  function routeUs(slot: number, from: number, to: number): number {
    const pair = from * deviceCount + to;
    let us = 0;
    let slowest = Number.POSITIVE_INFINITY;
    for (let i = routeStart[pair]; i < routeStart[pair + 1]; i++) {
      const link = routeLink[i];
      us += linkLatencyUs[link];
      if (holdsWholeRoute) slowest = Math.min(slowest, linkBytesPerUs[link]);
      else us += slotBytes[slot] / linkBytesPerUs[link];
    }
    return holdsWholeRoute ? us + slotBytes[slot] / slowest : us;
  }

  function findTails(device: Int32Array): void {
    for (let i = opCount - 1; i >= 0; i--) {
      const v = topologicalOrder[i];
      let longest = 0;
      for (let k = depStart[v]; k < depStart[v + 1]; k++) {
        const w = depConsumer[k];
        const away = device[w] !== device[v] && depSlot[k] >= 0;
        const us = tailUs[w] + (away ? routeUs(depSlot[k], device[v], device[w]) : 0);
        if (us > longest) longest = us;
      }
      tailUs[v] = longest + runUs[v * deviceCount + device[v]];
    }
  }

  /** When a slot that leaves `from` at `atUs` is on `to`. Occupies the links that it crosses. */
  function send(slot: number, from: number, to: number, atUs: number): number {
    if (!queues) return atUs + routeUs(slot, from, to);
    const pair = from * deviceCount + to;
    const [first, end] = [routeStart[pair], routeStart[pair + 1]];
    const bytes = slotBytes[slot];
    if (!holdsWholeRoute) {
      let us = atUs;
      for (let i = first; i < end; i++) {
        const link = routeLink[i];
        const sentUs = Math.max(us, linkFreeUs[link]) + bytes / linkBytesPerUs[link];
        linkFreeUs[link] = sentUs + fidelity.transferGapUs;
        us = sentUs + linkLatencyUs[link];
      }
      return us;
    }
    let setOutUs = atUs;
    let slowest = Number.POSITIVE_INFINITY;
    let latencyUs = 0;
    for (let i = first; i < end; i++) {
      setOutUs = Math.max(setOutUs, linkFreeUs[routeLink[i]]);
      slowest = Math.min(slowest, linkBytesPerUs[routeLink[i]]);
      latencyUs += linkLatencyUs[routeLink[i]];
    }
    const sentUs = setOutUs + bytes / slowest;
    for (let i = first; i < end; i++) linkFreeUs[routeLink[i]] = sentUs + fidelity.transferGapUs;
    return sentUs + latencyUs;
  }

  function look(at: number): void {
    if (isLooking[at] === 1) return;
    isLooking[at] = 1;
    lookers[lookerCount++] = at;
  }

  function release(v: number, device: Int32Array): void {
    if (--missing[v] > 0) return;
    ready[device[v]].push(v);
    look(device[v]);
  }

  function end(v: number, nowUs: number, device: Int32Array): void {
    const from = device[v];
    isBusy[from] = 0;
    look(from);
    for (let k = depStart[v]; k < depStart[v + 1]; k++) {
      const w = depConsumer[k];
      const slot = depSlot[k];
      if (device[w] === from || slot < 0) {
        release(w, device);
        continue;
      }
      const there = slot * deviceCount + device[w];
      const shared = fidelity.multicast !== "per-consumer" && !Number.isNaN(thereUs[there]);
      if (!shared) thereUs[there] = send(slot, from, device[w], nowUs);
      events.push(thereUs[there], RELEASE, w);
    }
  }

  function schedule(device: Int32Array, rank: Float64Array): void {
    let taken = 0;
    missing.set(waitsFor);
    linkFreeUs.fill(0);
    isBusy.fill(0);
    thereUs.fill(Number.NaN);
    for (const v of topologicalOrder) if (missing[v] === 0) ready[device[v]].push(v);
    for (let d = 0; d < deviceCount; d++) look(d);
    for (let nowUs = fidelity.startUs; ; ) {
      for (; lookerCount > 0; ) {
        const d = lookers[--lookerCount];
        isLooking[d] = 0;
        if (isBusy[d] === 1) continue;
        const v = ready[d].pop();
        if (v === -1) continue;
        isBusy[d] = 1;
        // Runs after all its inputs, also where those take no time.
        rank[v] = taken++;
        startUs[v] = nowUs;
        const us = runUs[v * deviceCount + d];
        events.push(nowUs + us + (us > 0 ? fidelity.opGapUs : 0), OP_END, v);
      }
      latestUs = nowUs;
      if (events.size === 0) return;
      nowUs = events.firstUs();
      while (events.size > 0 && events.firstUs() === nowUs) {
        const [kind, v] = [events.firstKind(), events.firstId()];
        events.drop();
        if (kind === OP_END) end(v, nowUs, device);
        else release(v, device);
      }
    }
  }

  return {
    tailUs,
    startUs,
    endUs: () => latestUs,
    of(device) {
      passes.pass();
      findTails(device);
      const rank = new Float64Array(opCount);
      schedule(device, rank);
      return rank;
    },
  };
}
