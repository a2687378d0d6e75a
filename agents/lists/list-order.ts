/**
 * `ListOrder`: an order of the ops of a given placement, by list scheduling. A free device takes
 * the ready op with the largest upward rank. This is highest level first (Hu, "Parallel sequencing
 * and assembly line problems", Operations Research 1961); here ranks include the transfers of the
 * placement.
 *
 * It is a private model of the scenario, not the simulator. It simplifies ops and transfers that
 * exclude each other, links that share their speed, free multicast, and ties. It returns the order
 * as `Plan.opPriority`. The end of the schedule is an estimate that helps to choose which placement
 * to evaluate. A schedule has no cycle, so no plan with its order waits for itself.
 */
import type { Compiled } from "../../env/sim/engine/compile.ts";
import type { PassCounter } from "../../env/sim/evaluator/budget.ts";
import { createEventHeap } from "./event-heap.ts";
import { LinkQueues } from "./link-queues.ts";
import { createReadyHeap, type ReadyHeap } from "./ready-heap.ts";

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
  const schedule = new ListSchedule(compiled);
  return {
    tailUs: schedule.tailUs,
    startUs: schedule.startUs,
    endUs: () => schedule.endUs,
    of(device) {
      passes.pass();
      return schedule.run(device);
    },
  };
}

class ListSchedule {
  readonly tailUs: Float64Array;
  readonly startUs: Float64Array;
  endUs = 0;
  private readonly compiled: Compiled;
  private readonly links: LinkQueues;
  private readonly events = createEventHeap();
  /** Ready ops of each device. */
  private readonly ready: readonly ReadyHeap[];
  /** How many inputs of each op are not there yet. */
  private readonly missing: Int32Array;
  private readonly isBusy: Uint8Array;
  /** When each slot is on each device, NaN where it has not been sent. */
  private readonly thereUs: Float64Array;
  /** Devices that may start an op now, each once, and how many they are. */
  private readonly waiting: Int32Array;
  private readonly isWaiting: Uint8Array;
  private waitingCount = 0;
  /** Device of each op. */
  private device: Int32Array = new Int32Array(0);

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
    let nowUs = this.compiled.fidelity.startUs;
    for (let taken = 0; ; ) {
      taken = this.startWaiting(nowUs, rank, taken);
      this.endUs = nowUs;
      if (this.events.size === 0) return rank;
      nowUs = this.events.firstUs();
      this.handleEvents(nowUs);
    }
  }

  private findTails(): void {
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

  private reset(): void {
    const { device, missing, ready } = this;
    missing.set(this.compiled.waitsFor);
    this.links.clear();
    this.isBusy.fill(0);
    this.thereUs.fill(Number.NaN);
    for (const v of this.compiled.scenario.graph.topologicalOrder)
      if (missing[v] === 0) ready[device[v]].push(v);
    for (let d = 0; d < this.compiled.deviceCount; d++) this.wait(d);
  }

  private wait(d: number): void {
    if (this.isWaiting[d] === 1) return;
    this.isWaiting[d] = 1;
    this.waiting[this.waitingCount++] = d;
  }

  /** Starts an op on each waiting device that can; returns how many ops have started by now. */
  private startWaiting(nowUs: number, rank: Float64Array, takenBefore: number): number {
    const { runUs, deviceCount, fidelity } = this.compiled;
    const { waiting, isWaiting, isBusy, ready, startUs, events } = this;
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
      startUs[v] = nowUs;
      const us = runUs[v * deviceCount + d];
      events.push(nowUs + us + (us > 0 ? fidelity.opGapUs : 0), OP_END, v);
    }
    return taken;
  }

  /** All events of one moment. */
  private handleEvents(nowUs: number): void {
    const { events } = this;
    while (events.size > 0 && events.firstUs() === nowUs) {
      const kind = events.firstKind();
      const v = events.firstId();
      events.drop();
      if (kind === OP_END) this.end(v, nowUs);
      else this.release(v);
    }
  }

  private end(v: number, nowUs: number): void {
    const { depStart, depConsumer, depSlot, deviceCount, fidelity } = this.compiled;
    const { device, thereUs } = this;
    const from = device[v];
    this.isBusy[from] = 0;
    this.wait(from);
    for (let k = depStart[v]; k < depStart[v + 1]; k++) {
      const w = depConsumer[k];
      const slot = depSlot[k];
      if (device[w] === from || slot < 0) {
        this.release(w);
        continue;
      }
      const there = slot * deviceCount + device[w];
      const shared = fidelity.multicast !== "per-consumer" && !Number.isNaN(thereUs[there]);
      if (!shared) thereUs[there] = this.links.send(slot, from, device[w], nowUs);
      this.events.push(thereUs[there], RELEASE, w);
    }
  }

  /** One more input of the op is there. */
  private release(v: number): void {
    if (--this.missing[v] > 0) return;
    this.ready[this.device[v]].push(v);
    this.wait(this.device[v]);
  }
}
