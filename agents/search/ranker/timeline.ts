/**
 * `Timeline`: the list schedule of the present placement, read for a ranker of changes. It holds
 * when ops start, how long the rest of the step takes after each of them, and how busy devices and
 * links are.
 *
 * Nothing is scheduled here. One pass over the ops in their order reads what the last schedule has
 * decided, so it is no simulation. It is read once for each placement that a search takes up.
 */
import type { Compiled } from "../../../env/sim/engine/compile.ts";
import type { ListOrder } from "../../lists/list-order.ts";

/** Equal parts of the step, in which the work of a device is counted. */
const PARTS = 64;
/** An op with this share of the step to spare, or more, is not critical at all. */
export const SPARE_SHARE = 0.1;

export class Timeline {
  readonly compiled: Compiled;
  /** End of the schedule, us. */
  endUs = 0;
  /** Of each op, us. */
  readonly startUs: Float64Array;
  readonly finishUs: Float64Array;
  /** When the last input of each op is on its device, us. */
  readonly readyUs: Float64Array;
  /** Least time from the end of each op to the end of the step, as ops and transfers follow, us. */
  readonly restUs: Float64Array;
  /** 1 for an op that nothing can delay without delaying the step, 0 for one with time to spare. */
  readonly critical: Float64Array;
  /** Device of each op. */
  readonly device: Int32Array;
  /** When each slot is on each device, NaN where it is not; [slotCount x deviceCount], us. */
  readonly thereUs: Float64Array;
  /** How many ops on each device need each slot; [slotCount x deviceCount]. */
  readonly uses: Int32Array;
  /** Work of each device, that of critical ops, and work of each link, us. */
  readonly loadUs: Float64Array;
  readonly criticalLoadUs: Float64Array;
  readonly linkUs: Float64Array;
  /** Bytes that each device holds for the whole step, and with all outputs of its ops. */
  readonly residentBytes: Float64Array;
  readonly heldBytes: Float64Array;
  /** Work of each device until the end of each part, us; [deviceCount x (PARTS + 1)]. */
  private readonly busyUs: Float64Array;
  private readonly criticalBusyUs: Float64Array;
  private readonly inOrder: Int32Array;
  private readonly lastOn: Int32Array;

  constructor(compiled: Compiled) {
    const { opCount, deviceCount, slotCount, linkCount } = compiled;
    this.compiled = compiled;
    this.startUs = new Float64Array(opCount);
    this.finishUs = new Float64Array(opCount);
    this.readyUs = new Float64Array(opCount);
    this.restUs = new Float64Array(opCount);
    this.critical = new Float64Array(opCount);
    this.device = new Int32Array(opCount);
    this.thereUs = new Float64Array(slotCount * deviceCount);
    this.uses = new Int32Array(slotCount * deviceCount);
    this.loadUs = new Float64Array(deviceCount);
    this.criticalLoadUs = new Float64Array(deviceCount);
    this.linkUs = new Float64Array(linkCount);
    this.residentBytes = new Float64Array(deviceCount);
    this.heldBytes = new Float64Array(deviceCount);
    this.busyUs = new Float64Array(deviceCount * (PARTS + 1));
    this.criticalBusyUs = new Float64Array(deviceCount * (PARTS + 1));
    this.inOrder = new Int32Array(opCount);
    this.lastOn = new Int32Array(deviceCount);
  }

  /** Reads the last schedule; `rank` is the position of each op in it. */
  read(order: Omit<ListOrder, "of">, rank: Float64Array, device: Int32Array): void {
    this.endUs = order.endUs();
    this.startUs.set(order.startUs);
    this.thereUs.set(order.thereUs);
    this.device.set(device);
    for (let v = 0; v < rank.length; v++) this.inOrder[rank[v]] = v;
    this.readOps();
    this.readRests();
    this.readLoads();
    this.readLinks();
  }

  /** Work of a device between two moments, us. */
  busyBetween(d: number, fromUs: number, toUs: number): number {
    return this.upTo(this.busyUs, d, toUs) - this.upTo(this.busyUs, d, fromUs);
  }

  /** Critical work of a device between two moments, us. */
  criticalBetween(d: number, fromUs: number, toUs: number): number {
    return this.upTo(this.criticalBusyUs, d, toUs) - this.upTo(this.criticalBusyUs, d, fromUs);
  }

  private upTo(sums: Float64Array, d: number, us: number): number {
    const at = Math.min(PARTS, Math.max(0, (us / this.endUs) * PARTS));
    const part = Math.min(PARTS - 1, Math.floor(at));
    const before = sums[d * (PARTS + 1) + part];
    return before + (at - part) * (sums[d * (PARTS + 1) + part + 1] - before);
  }

  private readOps(): void {
    const { compiled, device, startUs, finishUs, readyUs, thereUs, uses } = this;
    const { opCount, deviceCount, runUs, needStart, needProducer, needSlot } = compiled;
    uses.fill(0);
    for (let v = 0; v < opCount; v++) finishUs[v] = startUs[v] + runUs[v * deviceCount + device[v]];
    for (let v = 0; v < opCount; v++) {
      let ready = 0;
      for (let k = needStart[v]; k < needStart[v + 1]; k++) {
        const u = needProducer[k];
        const there = needSlot[k] * deviceCount + device[v];
        uses[there]++;
        const us = device[u] === device[v] ? finishUs[u] : thereUs[there];
        if (us > ready) ready = us;
      }
      readyUs[v] = ready;
    }
  }

  private readRests(): void {
    const { compiled, device, startUs, finishUs, restUs, critical, thereUs, inOrder, lastOn, endUs } = this;
    const { opCount, deviceCount, runUs, depStart, depConsumer, depSlot } = compiled;
    lastOn.fill(-1);
    for (let i = opCount - 1; i >= 0; i--) {
      const v = inOrder[i];
      const d = device[v];
      const next = lastOn[d];
      let rest = next === -1 ? 0 : runUs[next * deviceCount + d] + restUs[next];
      for (let k = depStart[v]; k < depStart[v + 1]; k++) {
        const w = depConsumer[k];
        const away = device[w] !== d && depSlot[k] >= 0;
        const transferUs = away ? thereUs[depSlot[k] * deviceCount + device[w]] - finishUs[v] : 0;
        const us = transferUs + runUs[w * deviceCount + device[w]] + restUs[w];
        if (us > rest) rest = us;
      }
      restUs[v] = rest;
      lastOn[d] = v;
      const spare = (endUs - finishUs[v] - rest) / (SPARE_SHARE * endUs);
      critical[v] = startUs[v] >= 0 ? Math.max(0, Math.min(1, 1 - spare)) : 0;
    }
  }

  private readLoads(): void {
    const { compiled, device, startUs, finishUs, critical, endUs } = this;
    const { loadUs, criticalLoadUs, residentBytes, heldBytes, busyUs, criticalBusyUs } = this;
    for (const sums of [loadUs, criticalLoadUs, residentBytes, heldBytes, busyUs, criticalBusyUs])
      sums.fill(0);
    for (let v = 0; v < compiled.opCount; v++) {
      const d = device[v];
      const us = finishUs[v] - startUs[v];
      loadUs[d] += us;
      criticalLoadUs[d] += critical[v] * us;
      residentBytes[d] += compiled.residentBytes[v];
      heldBytes[d] += compiled.residentBytes[v] + compiled.outputBytes[v];
      this.spread(d, startUs[v], finishUs[v], critical[v]);
    }
    const partUs = endUs / PARTS;
    for (let d = 0; d < compiled.deviceCount; d++)
      for (let part = 1; part <= PARTS; part++) {
        const at = d * (PARTS + 1) + part;
        busyUs[at] = busyUs[at - 1] + Math.min(partUs, busyUs[at]);
        criticalBusyUs[at] += criticalBusyUs[at - 1];
      }
  }

  /** Adds an op to the parts of the step that it runs in. */
  private spread(d: number, fromUs: number, toUs: number, weight: number): void {
    const partUs = this.endUs / PARTS;
    const last = Math.min(PARTS - 1, Math.floor(toUs / partUs));
    for (let part = Math.min(PARTS - 1, Math.floor(fromUs / partUs)); part <= last; part++) {
      const us = Math.min(toUs, (part + 1) * partUs) - Math.max(fromUs, part * partUs);
      if (us <= 0) continue;
      this.busyUs[d * (PARTS + 1) + part + 1] += us;
      this.criticalBusyUs[d * (PARTS + 1) + part + 1] += weight * us;
    }
  }

  private readLinks(): void {
    const { compiled, device, uses, linkUs } = this;
    const { deviceCount, slotCount, slotProducer, slotBytes } = compiled;
    const { routeStart, routeLink, linkBytesPerUs } = compiled;
    linkUs.fill(0);
    for (let slot = 0; slot < slotCount; slot++) {
      const from = device[slotProducer[slot]];
      for (let to = 0; to < deviceCount; to++) {
        if (to === from || uses[slot * deviceCount + to] === 0) continue;
        const pair = from * deviceCount + to;
        for (let i = routeStart[pair]; i < routeStart[pair + 1]; i++)
          linkUs[routeLink[i]] += slotBytes[slot] / linkBytesPerUs[routeLink[i]];
      }
    }
  }
}
