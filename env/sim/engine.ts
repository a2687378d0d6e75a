/**
 * The event engine: one placement in, start times, makespan and peak memory out. The only one there is; published
 * simulators differ from it by `Fidelity` and `Cluster`, which docs/cost-model.md explains rule by rule.
 *
 * Every device and every link serves one task at a time, first come, first served. Events are ordered by time; at equal
 * time releases come before links and links before devices; releases by producer rank, then consumer rank. Each device
 * has at most two events pending (its op ends, it looks for its next op) and each link two (a transfer arrives, it looks
 * for its next transfer), so the heap holds 2 x (devices + links) entries and not one for each edge.
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
  readonly endUs: number;
}

export interface Engine {
  /** Start of each op in the last run, us. */
  readonly startUs: Float64Array;
  /** Peak bytes of each device in the last run; meaningful for `memory: "training"`. */
  readonly peakBytes: Float64Array;
  /** Op that raised each device to its peak, -1 where nothing was live beside the resident bytes. */
  readonly peakOp: Int32Array;
  /** Runs a valid placement; returns the makespan in us. Transfers are written to `log` where one is given. */
  run(device: Int32Array, log?: TransferRecord[]): number;
}

export function createEngine(compiled: Compiled): Engine {
  const { opCount, deviceCount, linkCount, slotCount, fidelity, runUs } = compiled;
  const { depStart, depConsumer, depSlot, releaseConsumer, releaseSlot, waitsFor } = compiled;
  const { needStart, needProducer, needSlot, slotProducer, slotBytes, opRank, linkRank, deviceRank } =
    compiled;
  const { linkBytesPerUs, linkLatencyUs, routeStart, routeLink, outputBytes, residentBytes } = compiled;
  const { opGapUs, transferGapUs, startUs: firstUs } = fidelity;
  const perDevice = fidelity.multicast === "per-device";
  const countsMemory = fidelity.memory === "training";
  const lastEventEnds = fidelity.makespan === "last-event";

  // Event sources: op ends, transfer arrives, link looks for work, device looks for work.
  const arriveAt = deviceCount;
  const linkAt = deviceCount + linkCount;
  const deviceAt = deviceCount + 2 * linkCount;
  const heap = createEventHeap(2 * deviceCount + 2 * linkCount);
  const linkOrder = opCount;
  const deviceOrder = opCount + linkCount;

  const transferCount = perDevice ? slotCount * deviceCount : slotCount;
  const startUs = new Float64Array(opCount);
  const pending = new Int32Array(opCount);
  const running = new Int32Array(deviceCount);
  const opNext = new Int32Array(opCount);
  const readyHead = new Int32Array(deviceCount);
  const readyTail = new Int32Array(deviceCount);
  const deviceArmed = new Uint8Array(deviceCount);

  // A transfer waits in one link's queue, then flies in the same link's arrival list: one `next` serves both.
  const transferNext = new Int32Array(transferCount);
  const transferHop = new Int32Array(transferCount);
  const transferTo = new Int32Array(transferCount);
  const transferArriveUs = new Float64Array(transferCount);
  const transferUses = new Int32Array(countsMemory ? transferCount : 0);
  const transferSeen = new Int32Array(transferCount);
  const waitingHead = new Int32Array(linkCount);
  const waitingTail = new Int32Array(linkCount);
  const flyingHead = new Int32Array(linkCount);
  const flyingTail = new Int32Array(linkCount);
  const linkArmed = new Uint8Array(linkCount);
  let runNumber = 0;

  const peakBytes = new Float64Array(deviceCount);
  const peakOp = new Int32Array(deviceCount);
  const liveBytes = new Float64Array(deviceCount);
  const usesLeft = new Int32Array(countsMemory ? opCount : 0);

  // Sources whose releases fall on the same instant and producer, merged by consumer rank.
  const together: number[] = [];

  let device = new Int32Array(0);
  let log: TransferRecord[] | undefined;

  function makeReady(v: number, nowUs: number): void {
    const d = device[v];
    opNext[v] = -1;
    if (readyHead[d] === -1) readyHead[d] = v;
    else opNext[readyTail[d]] = v;
    readyTail[d] = v;
    if (deviceArmed[d] === 1) return;
    deviceArmed[d] = 1;
    heap.push(deviceAt + d, nowUs, deviceOrder + deviceRank[d]);
  }

  function enqueueTransfer(transfer: number, link: number, nowUs: number): void {
    transferNext[transfer] = -1;
    if (waitingHead[link] === -1) waitingHead[link] = transfer;
    else transferNext[waitingTail[link]] = transfer;
    waitingTail[link] = transfer;
    if (linkArmed[link] === 1) return;
    linkArmed[link] = 1;
    heap.push(linkAt + link, nowUs, linkOrder + linkRank[link]);
  }

  function allocate(d: number, bytes: number, v: number): void {
    liveBytes[d] += bytes;
    if (liveBytes[d] <= peakBytes[d]) return;
    peakBytes[d] = liveBytes[d];
    peakOp[d] = v;
  }

  const slotOf = (transfer: number): number => (perDevice ? Math.floor(transfer / deviceCount) : transfer);

  /** The op on device d has ended: its remote consumers' transfers queue up and its inputs may be freed. */
  function finish(v: number, nowUs: number): void {
    const d = device[v];
    let uses = 0;
    for (let i = depStart[v]; i < depStart[v + 1]; i++) {
      const slot = depSlot[i];
      if (slot === NO_SLOT) continue;
      const to = device[depConsumer[i]];
      if (to === d) {
        uses++;
        continue;
      }
      const transfer = perDevice ? slot * deviceCount + to : slot;
      if (transferSeen[transfer] === runNumber) {
        if (countsMemory) transferUses[transfer]++;
        continue;
      }
      transferSeen[transfer] = runNumber;
      transferHop[transfer] = 0;
      transferTo[transfer] = to;
      if (countsMemory) transferUses[transfer] = 1;
      uses++;
      enqueueTransfer(transfer, routeLink[routeStart[d * deviceCount + to]], nowUs);
    }
    if (!countsMemory) return;
    usesLeft[v] = uses;
    if (uses === 0) liveBytes[d] -= outputBytes[v];
    for (let i = needStart[v]; i < needStart[v + 1]; i++) {
      const producer = needProducer[i];
      if (device[producer] === d) {
        if (--usesLeft[producer] === 0) liveBytes[d] -= outputBytes[producer];
      } else if (--transferUses[needSlot[i] * deviceCount + d] === 0) liveBytes[d] -= slotBytes[needSlot[i]];
    }
  }

  /** True where the transfer has reached its destination; otherwise it queues for the next link of its route. */
  function arrived(transfer: number, nowUs: number): boolean {
    const producer = slotProducer[slotOf(transfer)];
    const from = device[producer];
    const route = from * deviceCount + transferTo[transfer];
    const hop = ++transferHop[transfer];
    if (hop === 1 && countsMemory && --usesLeft[producer] === 0) liveBytes[from] -= outputBytes[producer];
    if (routeStart[route] + hop === routeStart[route + 1]) return true;
    enqueueTransfer(transfer, routeLink[routeStart[route] + hop], nowUs);
    return false;
  }

  /** Does dependency i of the producer on device `from` come free with this source (a device's op or a transfer)? */
  function freedBy(i: number, from: number, transfer: number): boolean {
    const slot = releaseSlot[i];
    const at = device[releaseConsumer[i]];
    if (transfer === -1) return at === from || slot === NO_SLOT;
    if (at === from) return false;
    return perDevice ? slot !== NO_SLOT && slot * deviceCount + at === transfer : slot === transfer;
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

  /** Takes what the popped release source brings: -1 for an ended op, the transfer for a complete one, -2 for nothing. */
  function take(source: number, nowUs: number): number {
    if (source < arriveAt) {
      finish(running[source], nowUs);
      return -1;
    }
    const link = source - arriveAt;
    const transfer = flyingHead[link];
    const following = transferNext[transfer];
    flyingHead[link] = following;
    if (following !== -1)
      heap.push(source, transferArriveUs[following], opRank[slotProducer[slotOf(following)]]);
    return arrived(transfer, nowUs) ? transfer : -2;
  }

  function runReleases(source: number, nowUs: number): void {
    const producer =
      source < arriveAt ? running[source] : slotProducer[slotOf(flyingHead[source - arriveAt])];
    const order = opRank[producer];
    const first = take(source, nowUs);
    const alone = heap.size() === 0 || heap.timeUs[heap.top()] !== nowUs || heap.order[heap.top()] !== order;
    if (alone) {
      if (first !== -2) release(producer, first, nowUs);
      return;
    }
    together.length = 0;
    if (first !== -2) together.push(first);
    while (heap.size() > 0 && heap.timeUs[heap.top()] === nowUs && heap.order[heap.top()] === order) {
      const transfer = take(heap.pop(), nowUs);
      if (transfer !== -2) together.push(transfer);
    }
    releaseTogether(producer, nowUs);
  }

  function runLink(link: number, nowUs: number): void {
    const transfer = waitingHead[link];
    if (transfer === -1) {
      linkArmed[link] = 0;
      return;
    }
    waitingHead[link] = transferNext[transfer];
    const slot = slotOf(transfer);
    const producer = slotProducer[slot];
    const durationUs = slotBytes[slot] / linkBytesPerUs[link];
    const sentUs = nowUs + durationUs;
    transferArriveUs[transfer] = sentUs + linkLatencyUs[link];
    transferNext[transfer] = -1;
    if (flyingHead[link] === -1) {
      flyingHead[link] = transfer;
      heap.push(arriveAt + link, transferArriveUs[transfer], opRank[producer]);
    } else transferNext[flyingTail[link]] = transfer;
    flyingTail[link] = transfer;
    heap.push(linkAt + link, sentUs + transferGapUs, linkOrder + linkRank[link]);

    const from = device[producer];
    const to = transferTo[transfer];
    const route = from * deviceCount + to;
    const lastHop = routeStart[route] + transferHop[transfer] + 1 === routeStart[route + 1];
    if (countsMemory && lastHop) allocate(to, slotBytes[slot], producer);
    log?.push({
      producer,
      link,
      from,
      to: perDevice ? to : -1,
      bytes: slotBytes[slot],
      startUs: nowUs,
      endUs: transferArriveUs[transfer],
    });
  }

  function runDevice(d: number, nowUs: number): number {
    const v = readyHead[d];
    if (v === -1) {
      deviceArmed[d] = 0;
      return 0;
    }
    readyHead[d] = opNext[v];
    startUs[v] = nowUs;
    running[d] = v;
    const costUs = runUs[v * deviceCount + d];
    const endUs = nowUs + costUs;
    heap.push(d, endUs, opRank[v]);
    heap.push(deviceAt + d, costUs === 0 ? endUs : endUs + opGapUs, deviceOrder + deviceRank[d]);
    if (countsMemory) allocate(d, outputBytes[v], v);
    return endUs;
  }

  function begin(): void {
    heap.clear();
    runNumber++;
    pending.set(waitsFor);
    startUs.fill(0);
    readyHead.fill(-1);
    deviceArmed.fill(0);
    waitingHead.fill(-1);
    flyingHead.fill(-1);
    linkArmed.fill(0);
    peakOp.fill(-1);
    liveBytes.fill(0);
    if (countsMemory) for (let v = 0; v < opCount; v++) liveBytes[device[v]] += residentBytes[v];
    peakBytes.set(liveBytes);
    for (let v = 0; v < opCount; v++) if (waitsFor[v] === 0) makeReady(v, firstUs);
  }

  return {
    startUs,
    peakBytes,
    peakOp,
    run(placed, transfers) {
      device = placed as Int32Array<ArrayBuffer>;
      log = transfers;
      begin();
      let lastOpUs = 0;
      let nowUs = 0;
      while (heap.size() > 0) {
        const source = heap.pop();
        nowUs = heap.timeUs[source];
        if (source < linkAt) runReleases(source, nowUs);
        else if (source < deviceAt) runLink(source - linkAt, nowUs);
        else {
          const endUs = runDevice(source - deviceAt, nowUs);
          if (endUs > lastOpUs) lastOpUs = endUs;
        }
      }
      return lastEventEnds ? nowUs : lastOpUs;
    },
  };
}
