/**
 * What a ranker sees of a change: some forty numbers, read off the present timeline by visiting the
 * ops of the change and their edges. No schedule is made.
 *
 * - Work: how loads of devices change, and how much of the work is critical.
 * - Paths: the longest path through a moved op at its new place, if all other ops kept their times.
 * - Windows: how busy the new device is when the ops would run there.
 * - Transfers: what is saved and added, all and near the critical path, and loads of links.
 * - Memory: how full devices become.
 * - Past: what came of earlier tries of the same moves (`ChangePast`).
 *
 * Times count as shares of the step, so multiplying all times by a constant changes nothing.
 * Devices count by what they do and never by number. So renaming them changes nothing but the order
 * of sums. Most such numbers are known from estimates of moves in flexible job shops (Mastrolilli,
 * Gambardella, Journal of Scheduling 2000); the choice is ours.
 */
import type { Choices } from "../../problems/choices.ts";
import type { ChangePast } from "./change-past.ts";
import { type Routes, routesOf } from "./routes.ts";
import { SPARE_SHARE, type Timeline } from "./timeline.ts";

/** In the order of the numbers. */
export const numberNames = [
  "groups",
  "ops",
  "work",
  "work from speed",
  "critical work",
  "largest load change",
  "square load change",
  "target load",
  "source load",
  "target critical load",
  "source critical load",
  "longest path",
  "path before",
  "mean path over",
  "mean path before",
  "wait now",
  "critical wait now",
  "too little idle time",
  "target busy in window",
  "target critical in window",
  "source busy in window",
  "source critical in window",
  "transfers saved",
  "transfers added",
  "critical transfers saved",
  "critical transfers added",
  "net transfer count",
  "largest link change",
  "square link change",
  "largest link load",
  "memory held",
  "memory resident",
  "memory eased",
  "devices",
  "mean load",
  "largest load",
  "past gain",
  "past tries",
  "moved lately",
  "temperature",
] as const;
export const NUMBER_COUNT = numberNames.length;

/** Numbers that `visit` sums, by what divides them: work and step, work, step. */
const MEANS_OF_LOADS = [7, 8, 9, 10];
const MEANS = [13, 14, 15, 18, 19, 20, 21];
const SUMS = [2, 3, 4, 16, 17];
/** No path is so much shorter than the step. */
const NO_PATH = -1;
/** Most that a path beyond the end of the step counts in the weight of a transfer. */
const MOST_CRITICAL = 3;

export class ChangeNumbers {
  private readonly timeline: Timeline;
  private readonly past: ChangePast;
  private readonly routes: Routes;
  private readonly memberStart: Int32Array;
  private readonly members: Int32Array;
  private readonly groupOf: Int32Array;
  private readonly memoryBytes: Float64Array;
  /** New device of each group in the change, -1 for others. */
  private readonly target: Int32Array;
  private readonly loadDelta: Float64Array;
  private readonly linkDelta: Float64Array;
  private readonly residentDelta: Float64Array;
  private readonly heldDelta: Float64Array;
  private savedUs = 0;
  private addedUs = 0;
  private criticalSavedUs = 0;
  private criticalAddedUs = 0;
  private netCount = 0;

  constructor({ scenario, groupCount, deviceCount }: Choices, timeline: Timeline, past: ChangePast) {
    this.timeline = timeline;
    this.past = past;
    this.routes = routesOf(timeline.compiled);
    this.memberStart = scenario.grouping.memberStart;
    this.members = scenario.grouping.members;
    this.groupOf = scenario.grouping.groupOf;
    this.memoryBytes = Float64Array.from(scenario.cluster.devices, ({ memoryBytes }) => memoryBytes);
    this.target = new Int32Array(groupCount).fill(-1);
    this.loadDelta = new Float64Array(deviceCount);
    this.linkDelta = new Float64Array(timeline.compiled.linkCount);
    this.residentDelta = new Float64Array(deviceCount);
    this.heldDelta = new Float64Array(deviceCount);
  }

  /**
   * Writes the numbers of a change to `out` from `at` on. `temperature` is a share of the cost.
   */
  write(
    groups: ArrayLike<number>,
    devices: ArrayLike<number>,
    temperature: number,
    out: Float32Array,
    at: number,
  ): void {
    const { target } = this;
    for (let i = 0; i < groups.length; i++) target[groups[i]] = devices[i];
    this.clear();
    out.fill(0, at, at + NUMBER_COUNT);
    out[at + 11] = NO_PATH;
    out[at + 12] = NO_PATH;
    let ops = 0;
    for (let i = 0; i < groups.length; i++) {
      const end = this.memberStart[groups[i] + 1];
      for (let k = this.memberStart[groups[i]]; k < end; k++)
        this.visit(this.members[k], devices[i], out, at);
      ops += end - this.memberStart[groups[i]];
    }
    this.finish(out, at, ops);
    out[at] = Math.log2(groups.length) / 4;
    out[at + 1] = Math.log2(1 + ops) / 6;
    out[at + 36] = this.past.gain(groups, devices);
    out[at + 37] = this.past.tries(groups, devices);
    out[at + 38] = this.past.movedLately(groups);
    out[at + 39] = Math.log10(temperature) + 3;
    for (let i = 0; i < groups.length; i++) target[groups[i]] = -1;
  }

  private clear(): void {
    this.loadDelta.fill(0);
    this.linkDelta.fill(0);
    this.residentDelta.fill(0);
    this.heldDelta.fill(0);
    this.savedUs = 0;
    this.addedUs = 0;
    this.criticalSavedUs = 0;
    this.criticalAddedUs = 0;
    this.netCount = 0;
  }

  /** Adds what one op tells. Sums are of us here; `finish` divides them. */
  private visit(v: number, to: number, out: Float32Array, at: number): void {
    const { timeline } = this;
    const { compiled, endUs } = timeline;
    const from = timeline.device[v];
    const us = compiled.runUs[v * compiled.deviceCount + to];
    const beforeUs = compiled.runUs[v * compiled.deviceCount + from];
    const critical = timeline.critical[v];
    this.loadDelta[from] -= beforeUs;
    this.loadDelta[to] += us;
    const resident = compiled.residentBytes[v];
    const held = resident + compiled.outputBytes[v];
    this.residentDelta[from] -= resident;
    this.residentDelta[to] += resident;
    this.heldDelta[from] -= held;
    this.heldDelta[to] += held;

    const readyUs = this.readyAt(v, to);
    const restUs = this.restAfter(v, to);
    const path = (readyUs + us + restUs) / endUs - 1;
    const pathBefore = (timeline.readyUs[v] + beforeUs + timeline.restUs[v]) / endUs - 1;
    const wait = Math.max(0, timeline.startUs[v] - timeline.readyUs[v]);
    out[at + 2] += us;
    out[at + 3] += us - beforeUs;
    out[at + 4] += critical * beforeUs;
    out[at + 7] += us * timeline.loadUs[to];
    out[at + 8] += us * timeline.loadUs[from];
    out[at + 9] += us * timeline.criticalLoadUs[to];
    out[at + 10] += us * timeline.criticalLoadUs[from];
    if (path > out[at + 11]) out[at + 11] = path;
    if (pathBefore > out[at + 12]) out[at + 12] = pathBefore;
    out[at + 13] += us * Math.max(0, path);
    out[at + 14] += us * path;
    out[at + 15] += us * Math.min(1, wait / endUs);
    out[at + 16] += critical * wait;
    this.visitWindows(v, from, to, us, readyUs, restUs, out, at);
  }

  /** How busy both devices are from when the op may start to when it must end. */
  private visitWindows(
    v: number,
    from: number,
    to: number,
    us: number,
    readyUs: number,
    restUs: number,
    out: Float32Array,
    at: number,
  ): void {
    const { timeline } = this;
    const { endUs } = timeline;
    const untilUs = Math.max(readyUs + us, endUs - restUs);
    const windowUs = Math.max(untilUs - readyUs, 1e-9 * endUs);
    const busyUs = timeline.busyBetween(to, readyUs, untilUs);
    out[at + 17] += Math.max(0, us - Math.max(0, windowUs - busyUs));
    out[at + 18] += (us * busyUs) / windowUs;
    out[at + 19] += (us * timeline.criticalBetween(to, readyUs, untilUs)) / windowUs;
    const sinceUs = timeline.readyUs[v];
    const nowUntilUs = Math.max(timeline.finishUs[v], endUs - timeline.restUs[v]);
    const nowUs = Math.max(nowUntilUs - sinceUs, 1e-9 * endUs);
    out[at + 20] += (us * timeline.busyBetween(from, sinceUs, nowUntilUs)) / nowUs;
    out[at + 21] += (us * timeline.criticalBetween(from, sinceUs, nowUntilUs)) / nowUs;
  }

  /** When the inputs of an op would be on a device; counts the transfers of its inputs. */
  private readyAt(v: number, to: number): number {
    const { timeline, target, groupOf } = this;
    const { compiled, device, finishUs, thereUs, uses, restUs } = timeline;
    const { needStart, needProducer, needSlot, deviceCount, runUs } = compiled;
    const from = device[v];
    const afterUs = runUs[v * deviceCount + to] + restUs[v];
    const beforeUs = runUs[v * deviceCount + from] + restUs[v];
    let ready = 0;
    for (let k = needStart[v]; k < needStart[v + 1]; k++) {
      const u = needProducer[k];
      const slot = needSlot[k];
      const moved = target[groupOf[u]];
      const source = moved === -1 ? device[u] : moved;
      if (device[u] !== from) {
        const here = slot * deviceCount + from;
        this.save(slot, device[u], from, 1 / uses[here], thereUs[here] + beforeUs);
      }
      let us = finishUs[u];
      if (source !== to) {
        const there = slot * deviceCount + to;
        if (moved === -1 && uses[there] > 0) us = thereUs[there];
        else {
          us += this.routeUs(slot, source, to);
          this.add(slot, source, to, us + afterUs);
        }
      }
      if (us > ready) ready = us;
    }
    return ready;
  }

  /**
   * How long the step would take after an op on a device; counts the transfers of its outputs to
   * ops that stay.
   */
  private restAfter(v: number, to: number): number {
    const { timeline, target, groupOf } = this;
    const { compiled, device, finishUs, thereUs, uses, restUs } = timeline;
    const { depStart, depConsumer, depSlot, deviceCount, runUs } = compiled;
    const from = device[v];
    let rest = 0;
    for (let k = depStart[v]; k < depStart[v + 1]; k++) {
      const w = depConsumer[k];
      const slot = depSlot[k];
      const moved = target[groupOf[w]];
      const sink = moved === -1 ? device[w] : moved;
      let us = runUs[w * deviceCount + sink] + restUs[w];
      if (slot >= 0) {
        if (moved === -1 && sink !== from) {
          const there = slot * deviceCount + sink;
          this.save(slot, from, sink, 1 / uses[there], thereUs[there] + us);
        }
        if (sink !== to) {
          const transferUs = this.routeUs(slot, to, sink);
          if (moved === -1) this.add(slot, to, sink, finishUs[v] + transferUs + us);
          us += transferUs;
        }
      }
      if (us > rest) rest = us;
    }
    return rest;
  }

  private routeUs(slot: number, from: number, to: number): number {
    const { deviceCount, slotBytes } = this.timeline.compiled;
    const pair = from * deviceCount + to;
    return this.routes.latencyUs[pair] + slotBytes[slot] * this.routes.usPerByte[pair];
  }

  /** Counts a share of a transfer that is no longer needed. `pathUs` is the path through it. */
  private save(slot: number, from: number, to: number, share: number, pathUs: number): void {
    const us = share * this.routeUs(slot, from, to);
    this.savedUs += us;
    this.criticalSavedUs += us * this.weight(pathUs);
    this.netCount -= share;
    this.loadLinks(slot, from, to, -share);
  }

  private add(slot: number, from: number, to: number, pathUs: number): void {
    const share = 1 / (1 + this.timeline.uses[slot * this.timeline.compiled.deviceCount + to]);
    const us = share * this.routeUs(slot, from, to);
    this.addedUs += us;
    this.criticalAddedUs += us * this.weight(pathUs);
    this.netCount += share;
    this.loadLinks(slot, from, to, share);
  }

  /** How critical a transfer is by the length of the path through it. */
  private weight(pathUs: number): number {
    const spare = (1 - pathUs / this.timeline.endUs) / SPARE_SHARE;
    return Math.max(0, Math.min(MOST_CRITICAL, 1 - spare));
  }

  private loadLinks(slot: number, from: number, to: number, share: number): void {
    const { routeStart, routeLink, linkBytesPerUs, slotBytes, deviceCount } = this.timeline.compiled;
    const pair = from * deviceCount + to;
    for (let i = routeStart[pair]; i < routeStart[pair + 1]; i++)
      this.linkDelta[routeLink[i]] += (share * slotBytes[slot]) / linkBytesPerUs[routeLink[i]];
  }

  /** Divides sums, and adds what only the whole change tells. */
  private finish(out: Float32Array, at: number, ops: number): void {
    const { endUs, loadUs } = this.timeline;
    const workUs = Math.max(out[at + 2], 1e-12 * endUs);
    for (const i of MEANS_OF_LOADS) out[at + i] /= workUs * endUs;
    for (const i of MEANS) out[at + i] /= workUs;
    for (const i of SUMS) out[at + i] /= endUs;
    this.changeOf(this.loadDelta, loadUs, out, at + 5);
    out[at + 22] = this.savedUs / endUs;
    out[at + 23] = this.addedUs / endUs;
    out[at + 24] = this.criticalSavedUs / endUs;
    out[at + 25] = this.criticalAddedUs / endUs;
    out[at + 26] = this.netCount / ops;
    out[at + 29] = this.changeOf(this.linkDelta, this.timeline.linkUs, out, at + 27) / endUs;
    this.writeMemory(out, at);
    let sum = 0;
    for (const us of loadUs) sum += us;
    out[at + 33] = 1 / loadUs.length;
    out[at + 34] = sum / loadUs.length / endUs;
    out[at + 35] = largest(loadUs) / endUs;
  }

  /**
   * Writes by how much the largest of the loads and the root of their mean square change. Both are
   * shares of the step. Returns the largest load now.
   */
  private changeOf(delta: Float64Array, load: Float64Array, out: Float32Array, at: number): number {
    let before = 0;
    let after = 0;
    let squares = 0;
    let squaresAfter = 0;
    for (let i = 0; i < load.length; i++) {
      const next = load[i] + delta[i];
      if (load[i] > before) before = load[i];
      if (next > after) after = next;
      squares += load[i] * load[i];
      squaresAfter += next * next;
    }
    const { endUs } = this.timeline;
    out[at] = (after - before) / endUs;
    out[at + 1] = (Math.sqrt(squaresAfter / load.length) - Math.sqrt(squares / load.length)) / endUs;
    return before;
  }

  private writeMemory(out: Float32Array, at: number): void {
    const { memoryBytes, heldDelta, residentDelta } = this;
    const { heldBytes, residentBytes } = this.timeline;
    let held = 0;
    let resident = 0;
    let eased = 0;
    for (let d = 0; d < memoryBytes.length; d++) {
      const share = Math.min(2, (heldBytes[d] + heldDelta[d]) / memoryBytes[d]);
      if (heldDelta[d] > 0 && share > held) held = share;
      if (residentDelta[d] > 0)
        resident = Math.max(resident, Math.min(2, (residentBytes[d] + residentDelta[d]) / memoryBytes[d]));
      const over = Math.max(0, heldBytes[d] / memoryBytes[d] - 1);
      const overAfter = Math.max(0, share - 1);
      eased += Math.min(1, over) - Math.min(1, overAfter);
    }
    out[at + 30] = held;
    out[at + 31] = resident;
    out[at + 32] = eased;
  }
}

function largest(values: Float64Array): number {
  let most = 0;
  for (const value of values) if (value > most) most = value;
  return most;
}
