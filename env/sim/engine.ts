/**
 * The event engine: one placement in, start times and makespan out. The only one there is; published simulators differ
 * from it by `Fidelity` and `Cluster`, which docs/cost-model.md explains rule by rule.
 *
 * Devices and links serve one task at a time, first come, first served, so the moment a task queues up its start is
 * known: now, or when its server comes free. What remains to be ordered by time is only when ops end (their consumers
 * are released, their transfers queue up) and when transfers arrive. Each server finishes its tasks in order, so at
 * most one event per device and per link is pending, and the heap holds devices + links entries, not one for each edge.
 *
 * Events at equal time: releases first, by producer rank, then consumer rank; then transfers that took no time, by link
 * rank; then ops that took no time, by device rank. (That is the order in which links and devices look for work.)
 *
 * Hot path: no allocation per run. Twin: reference.ts, compared by test/env/sim/engine.test.ts.
 */
import { type Compiled, NO_SLOT } from "./compile.ts";
import { createEventHeap } from "./event-heap.ts";

/** One transfer over one link, for timelines. */
export interface TransferRecord {
  readonly producer: number;
  readonly link: number;
  readonly from: number;
  /** Destination device, or -1 where one transfer serves all. */
  readonly to: number;
  readonly bytes: number;
  readonly startUs: number;
  /** Arrival at the end of the link. */
  readonly endUs: number;
}

export interface Engine {
  /** Start and end of each op in the last run, us. */
  readonly startUs: Float64Array;
  readonly endUs: Float64Array;
  /** Was this transfer made in the last run? A transfer is `slot x deviceCount + destination`, or `slot` with free multicast. */
  wasSent(transfer: number): boolean;
  /** When a transfer of the last run left its sender for good, and when it set out on its last link, us. */
  readonly leftUs: Float64Array;
  readonly lastHopUs: Float64Array;
  /** Runs a valid placement; returns the makespan in us. Transfers are written to `log` where one is given. */
  run(device: Int32Array, log?: TransferRecord[]): number;
}

export function createEngine(compiled: Compiled): Engine {
  const { opCount, deviceCount, linkCount, slotCount, fidelity, runUs } = compiled;
  const { depStart, depConsumer, depSlot, releaseConsumer, releaseSlot, waitsFor } = compiled;
  const { slotProducer, slotBytes, opRank, linkRank, deviceRank } = compiled;
  const { linkBytesPerUs, linkLatencyUs, routeStart, routeLink } = compiled;
  const { opGapUs, transferGapUs, startUs: firstUs } = fidelity;
  const perDevice = fidelity.multicast === "per-device";
  const roots = Int32Array.from(waitsFor.keys()).filter((v) => waitsFor[v] === 0);

  // Event sources 0..deviceCount-1 are devices whose op ends, the others links whose transfer arrives.
  const heap = createEventHeap(deviceCount + linkCount);
  const linkOrder = opCount;
  const deviceOrder = opCount + linkCount;

  const startUs = new Float64Array(opCount);
  const endUs = new Float64Array(opCount);
  const pending = new Int32Array(opCount);
  const deviceFreeUs = new Float64Array(deviceCount);
  const runningHead = new Int32Array(deviceCount);
  const runningTail = new Int32Array(deviceCount);
  const opNext = new Int32Array(opCount);

  const transferCount = perDevice ? slotCount * deviceCount : slotCount;
  const transferNext = new Int32Array(transferCount);
  const transferHop = new Int32Array(transferCount);
  const transferTo = new Int32Array(transferCount);
  const transferStartUs = new Float64Array(transferCount);
  const transferArriveUs = new Float64Array(transferCount);
  const leftUs = new Float64Array(transferCount);
  const sentInRun = new Int32Array(transferCount);
  const linkFreeUs = new Float64Array(linkCount);
  const flyingHead = new Int32Array(linkCount);
  const flyingTail = new Int32Array(linkCount);
  let runNumber = 0;

  // Sources whose releases fall on the same instant and producer, merged by consumer rank.
  const together: number[] = [];
  // Links that delivered a transfer in this event and have more on the way: the next one waits for the releases.
  const delivering: number[] = [];

  let device: Int32Array = new Int32Array(0);
  let log: TransferRecord[] | undefined;

  const slotOf = (transfer: number): number => (perDevice ? (transfer / deviceCount) | 0 : transfer);

  function awaitEnd(d: number, v: number): void {
    heap.push(d, endUs[v], endUs[v] === startUs[v] ? deviceOrder + deviceRank[d] : opRank[v]);
  }

  function makeReady(v: number, nowUs: number): void {
    const d = device[v];
    const costUs = runUs[v * deviceCount + d];
    const start = nowUs > deviceFreeUs[d] ? nowUs : deviceFreeUs[d];
    startUs[v] = start;
    endUs[v] = start + costUs;
    deviceFreeUs[d] = costUs === 0 ? endUs[v] : endUs[v] + opGapUs;
    opNext[v] = -1;
    if (runningHead[d] === -1) {
      runningHead[d] = v;
      awaitEnd(d, v);
    } else opNext[runningTail[d]] = v;
    runningTail[d] = v;
  }

  function awaitArrival(link: number, transfer: number): void {
    const atUs = transferArriveUs[transfer];
    const tookNoTime = atUs === transferStartUs[transfer];
    heap.push(
      deviceCount + link,
      atUs,
      tookNoTime ? linkOrder + linkRank[link] : opRank[slotProducer[slotOf(transfer)]],
    );
  }

  function send(transfer: number, link: number, nowUs: number): void {
    const start = nowUs > linkFreeUs[link] ? nowUs : linkFreeUs[link];
    const sentUs = start + slotBytes[slotOf(transfer)] / linkBytesPerUs[link];
    linkFreeUs[link] = sentUs + transferGapUs;
    transferStartUs[transfer] = start;
    transferArriveUs[transfer] = sentUs + linkLatencyUs[link];
    transferNext[transfer] = -1;
    if (flyingHead[link] === -1) {
      flyingHead[link] = transfer;
      awaitArrival(link, transfer);
    } else transferNext[flyingTail[link]] = transfer;
    flyingTail[link] = transfer;
    if (log !== undefined) log.push(recordOf(transfer, link));
  }

  function recordOf(transfer: number, link: number): TransferRecord {
    const slot = slotOf(transfer);
    return {
      producer: slotProducer[slot],
      link,
      from: device[slotProducer[slot]],
      to: perDevice ? transferTo[transfer] : -1,
      bytes: slotBytes[slot],
      startUs: transferStartUs[transfer],
      endUs: transferArriveUs[transfer],
    };
  }

  /** The op has ended: whatever its consumers elsewhere need queues up, in declared order. */
  function sendOutputs(v: number, nowUs: number): void {
    const from = device[v];
    for (let i = depStart[v]; i < depStart[v + 1]; i++) {
      const slot = depSlot[i];
      const to = device[depConsumer[i]];
      if (to === from || slot === NO_SLOT) continue;
      const transfer = perDevice ? slot * deviceCount + to : slot;
      if (sentInRun[transfer] === runNumber) continue;
      sentInRun[transfer] = runNumber;
      transferHop[transfer] = 0;
      transferTo[transfer] = to;
      send(transfer, routeLink[routeStart[from * deviceCount + to]], nowUs);
    }
  }

  /** True where the transfer has reached its destination; otherwise it queues for the next link of its route. */
  function arrives(transfer: number, nowUs: number): boolean {
    const route = device[slotProducer[slotOf(transfer)]] * deviceCount + transferTo[transfer];
    const hop = ++transferHop[transfer];
    if (hop === 1) leftUs[transfer] = nowUs;
    const next = routeStart[route] + hop;
    if (next === routeStart[route + 1]) return true;
    send(transfer, routeLink[next], nowUs);
    return false;
  }

  /** Does dependency i of the op on `from` come free with this source: the op itself (-1) or a transfer? */
  function freedBy(i: number, from: number, transfer: number): boolean {
    const slot = releaseSlot[i];
    const at = device[releaseConsumer[i]];
    if (transfer === -1) return at === from || slot === NO_SLOT;
    if (at === from || slot === NO_SLOT) return false;
    return perDevice ? slot * deviceCount + at === transfer : slot === transfer;
  }

  function release(producer: number, transfer: number, nowUs: number): void {
    const from = device[producer];
    for (let i = depStart[producer]; i < depStart[producer + 1]; i++) {
      if (!freedBy(i, from, transfer)) continue;
      const consumer = releaseConsumer[i];
      if (--pending[consumer] === 0) makeReady(consumer, nowUs);
    }
  }

  /** Releases of one producer at one instant from several sources, interleaved by consumer rank. */
  function releaseTogether(producer: number, nowUs: number): void {
    const from = device[producer];
    for (let i = depStart[producer]; i < depStart[producer + 1]; i++)
      for (const transfer of together) {
        if (!freedBy(i, from, transfer)) continue;
        const consumer = releaseConsumer[i];
        if (--pending[consumer] === 0) makeReady(consumer, nowUs);
      }
  }

  const producerAt = (source: number): number =>
    source < deviceCount ? runningHead[source] : slotProducer[slotOf(flyingHead[source - deviceCount])];

  /** Takes what a popped source brings: -1 for an ended op, the transfer for one at its destination, else `ON_ITS_WAY`. */
  function take(source: number, nowUs: number): number {
    if (source < deviceCount) {
      const v = runningHead[source];
      runningHead[source] = opNext[v];
      if (opNext[v] !== -1) awaitEnd(source, opNext[v]);
      sendOutputs(v, nowUs);
      return -1;
    }
    const link = source - deviceCount;
    const transfer = flyingHead[link];
    flyingHead[link] = transferNext[transfer];
    if (flyingHead[link] !== -1) delivering.push(link);
    return arrives(transfer, nowUs) ? transfer : ON_ITS_WAY;
  }

  function handle(source: number, nowUs: number): void {
    const producer = producerAt(source);
    const order = heap.order[source];
    delivering.length = 0;
    const first = take(source, nowUs);
    if (order < linkOrder && coincides(nowUs, order)) {
      together.length = 0;
      if (first !== ON_ITS_WAY) together.push(first);
      while (coincides(nowUs, order)) {
        const transfer = take(heap.pop(), nowUs);
        if (transfer !== ON_ITS_WAY) together.push(transfer);
      }
      releaseTogether(producer, nowUs);
    } else if (first !== ON_ITS_WAY) release(producer, first, nowUs);
    for (let i = 0; i < delivering.length; i++) awaitArrival(delivering[i], flyingHead[delivering[i]]);
  }

  function coincides(nowUs: number, order: number): boolean {
    if (heap.size() === 0) return false;
    const next = heap.top();
    return heap.timeUs[next] === nowUs && heap.order[next] === order;
  }

  function begin(): void {
    heap.clear();
    runNumber++;
    pending.set(waitsFor);
    deviceFreeUs.fill(0);
    linkFreeUs.fill(0);
    runningHead.fill(-1);
    flyingHead.fill(-1);
    for (let i = 0; i < roots.length; i++) makeReady(roots[i], firstUs);
  }

  return {
    startUs,
    endUs,
    leftUs,
    lastHopUs: transferStartUs,
    wasSent: (transfer) => sentInRun[transfer] === runNumber,
    run(placed, transfers) {
      device = placed;
      log = transfers;
      begin();
      while (heap.size() > 0) {
        const source = heap.pop();
        handle(source, heap.timeUs[source]);
      }
      return fidelity.makespan === "last-op"
        ? latest(endUs)
        : Math.max(latest(deviceFreeUs), latest(linkFreeUs), latest(endUs));
    },
  };
}

const ON_ITS_WAY = -2;

function latest(timesUs: Float64Array): number {
  let last = 0;
  for (let i = 0; i < timesUs.length; i++) if (timesUs[i] > last) last = timesUs[i];
  return last;
}
