/**
 * The list schedule of a given placement: what list-order.ts makes orders of. A free device takes
 * the ready op with the largest upward rank. An output is sent when its producer ends.
 * binding-schedule.ts extends it by devices that are decided on the way.
 */
import type { Compiled } from "../../env/sim/engine/compile.ts";
import { createEventHeap } from "./event-heap.ts";
import { LinkQueues } from "./link-queues.ts";
import { createReadyHeap, type ReadyHeap } from "./ready-heap.ts";

const RELEASE = 0;
const OP_END = 1;

export class ListSchedule {
  readonly tailUs: Float64Array;
  readonly startUs: Float64Array;
  endUs = 0;
  /** The moment that the schedule is at. */
  protected nowUs = 0;
  protected readonly compiled: Compiled;
  protected readonly links: LinkQueues;
  protected readonly events = createEventHeap();
  /** Ready ops of each device. */
  protected readonly ready: readonly ReadyHeap[];
  /** How many inputs of each op are not there yet. */
  protected readonly missing: Int32Array;
  protected readonly isBusy: Uint8Array;
  /** When each slot is on each device, NaN where it has not been sent. */
  readonly thereUs: Float64Array;
  /** Devices that may start an op now, each once, and how many they are. */
  protected readonly waiting: Int32Array;
  protected readonly isWaiting: Uint8Array;
  protected waitingCount = 0;
  /** Device of each op. */
  protected device: Int32Array = new Int32Array(0);

  constructor(compiled: Compiled) {
    const { opCount, deviceCount, slotCount, scenario } = compiled;
    const position = new Int32Array(opCount);
    scenario.graph.topologicalOrder.forEach((v, i) => {
      position[v] = i;
    });
    this.compiled = compiled;
    this.links = new LinkQueues(compiled);
    this.tailUs = new Float64Array(opCount);
    this.startUs = new Float64Array(opCount);
    this.missing = new Int32Array(opCount);
    this.isBusy = new Uint8Array(deviceCount);
    this.thereUs = new Float64Array(slotCount * deviceCount);
    this.ready = Array.from({ length: deviceCount }, () => createReadyHeap(this.tailUs, position));
    this.waiting = new Int32Array(deviceCount);
    this.isWaiting = new Uint8Array(deviceCount);
  }

  /** Schedules all ops on their devices; returns the position of each op. */
  run(device: Int32Array): Float64Array {
    this.device = device;
    this.findTails();
    this.reset();
    const rank = new Float64Array(this.compiled.opCount);
    for (let taken = 0; ; ) {
      taken = this.startWaiting(rank, taken);
      this.endUs = this.nowUs;
      if (this.events.size === 0) return rank;
      this.nowUs = this.events.firstUs();
      this.handleEvents();
    }
  }

  protected findTails(): void {
    const { scenario, opCount, deviceCount, depStart, depConsumer, depSlot, runUs } = this.compiled;
    const { topologicalOrder } = scenario.graph;
    const { device, tailUs, links } = this;
    for (let i = opCount - 1; i >= 0; i--) {
      const v = topologicalOrder[i];
      let longest = 0;
      for (let k = depStart[v]; k < depStart[v + 1]; k++) {
        const w = depConsumer[k];
        const away = device[w] !== device[v] && depSlot[k] >= 0;
        const us = tailUs[w] + (away ? links.routeUs(depSlot[k], device[v], device[w]) : 0);
        if (us > longest) longest = us;
      }
      tailUs[v] = longest + runUs[v * deviceCount + device[v]];
    }
  }

  protected reset(): void {
    this.begin();
    for (const v of this.compiled.scenario.graph.topologicalOrder) if (this.missing[v] === 0) this.enqueue(v);
  }

  /** Nothing has run or been sent, and every device may start. */
  protected begin(): void {
    this.nowUs = this.compiled.fidelity.startUs;
    this.missing.set(this.compiled.waitsFor);
    this.links.clear();
    this.isBusy.fill(0);
    this.thereUs.fill(Number.NaN);
    for (let d = 0; d < this.compiled.deviceCount; d++) this.wait(d);
  }

  private wait(d: number): void {
    if (this.isWaiting[d] === 1) return;
    this.isWaiting[d] = 1;
    this.waiting[this.waitingCount++] = d;
  }

  /** Starts an op on each waiting device that can; returns how many ops have started by now. */
  private startWaiting(rank: Float64Array, takenBefore: number): number {
    const { waiting, isWaiting, isBusy, ready } = this;
    let taken = takenBefore;
    while (this.waitingCount > 0) {
      const d = waiting[--this.waitingCount];
      isWaiting[d] = 0;
      if (isBusy[d] === 1) continue;
      const v = ready[d].pop();
      if (v === -1) continue;
      isBusy[d] = 1;
      // Runs after all its inputs, also where those take no time.
      rank[v] = taken++;
      this.start(v, d);
    }
    return taken;
  }

  /** Starts an op on its device; returns when it ends. */
  protected start(v: number, d: number): number {
    const { runUs, deviceCount, fidelity } = this.compiled;
    this.startUs[v] = this.nowUs;
    const us = runUs[v * deviceCount + d];
    const endUs = this.nowUs + us + (us > 0 ? fidelity.opGapUs : 0);
    this.events.push(endUs, OP_END, v);
    return endUs;
  }

  /** All events of one moment. */
  private handleEvents(): void {
    const { events, nowUs } = this;
    while (events.size > 0 && events.firstUs() === nowUs) {
      const kind = events.firstKind();
      const v = events.firstId();
      events.drop();
      if (kind === OP_END) this.end(v);
      else this.release(v);
    }
  }

  protected end(v: number): void {
    const { depStart } = this.compiled;
    const from = this.device[v];
    this.isBusy[from] = 0;
    this.wait(from);
    for (let k = depStart[v]; k < depStart[v + 1]; k++) this.deliver(v, k, this.nowUs);
  }

  /** Meets dependency `k` on `v`, which has ended at `atUs`. */
  protected deliver(v: number, k: number, atUs: number): void {
    const { depConsumer, depSlot, deviceCount, fidelity } = this.compiled;
    const { device, thereUs } = this;
    const w = depConsumer[k];
    const slot = depSlot[k];
    const from = device[v];
    if (device[w] === from || slot < 0) {
      this.release(w);
      return;
    }
    const there = slot * deviceCount + device[w];
    const shared = fidelity.multicast !== "per-consumer" && !Number.isNaN(thereUs[there]);
    if (!shared) thereUs[there] = this.links.send(slot, from, device[w], atUs);
    this.events.push(Math.max(this.nowUs, thereUs[there]), RELEASE, w);
  }

  /** One more input of the op is there. */
  private release(v: number): void {
    if (--this.missing[v] === 0) this.enqueue(v);
  }

  /** The op may run. */
  protected enqueue(v: number): void {
    this.ready[this.device[v]].push(v);
    this.wait(this.device[v]);
  }
}
