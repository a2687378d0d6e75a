/**
 * A list schedule that decides the devices of some groups on the way: earliest finish in a schedule
 * whose devices and links queue. All other groups have their devices before it begins.
 *
 * A group is decided when the last producer of one of its ops ends. So groups come in the order of
 * the schedule, and those without producers by upward rank. Each goes to the device where it would
 * end first. A device counts with what it runs and what waits for it, and a transfer with the queue
 * of its links. What was produced earlier is sent from the end of its producer on. Ranks are those
 * of the devices that the groups had before.
 *
 * Choices are randomised in two ways. Each device may be overlooked (a "blink": Christiaens and
 * Vanden Berghe, "Slack induction by string removals", Transportation Science 2020). And any device
 * within a share of the shortest time may be drawn (the restricted candidate list of GRASP: Feo and
 * Resende, J. Global Optimization 1995).
 */
import type { Rng } from "../../env/model/rng.ts";
import type { Compiled } from "../../env/sim/engine/compile.ts";
import type { PassCounter } from "../../env/sim/evaluator/budget.ts";
import type { Choices } from "../problems/choices.ts";
import type { ListOrder } from "./list-order.ts";
import { ListSchedule } from "./list-schedule.ts";

export interface BindingRule {
  /** Chance that a device is overlooked. */
  readonly blink: number;
  /** Devices whose time is longer than the shortest by at most this share may be drawn. */
  readonly alpha: number;
  /** By how much ranks are changed at random, as a share of each. */
  readonly noise: number;
  /** How much of the transfers to groups that are decided counts as time. */
  readonly pull: number;
}

export interface BindingOrder extends Omit<ListOrder, "of"> {
  /**
   * Decides the devices of the groups in `open`, and writes them to `groupDevice`. Returns the
   * position of each op in the schedule. One private pass.
   */
  decide(groupDevice: Int32Array, open: readonly number[], rule: BindingRule, rng: Rng): Float64Array;
}

export function createBindingOrder(choices: Choices, compiled: Compiled, passes: PassCounter): BindingOrder {
  const schedule = new BindingSchedule(choices, compiled);
  return {
    tailUs: schedule.tailUs,
    startUs: schedule.startUs,
    thereUs: schedule.thereUs,
    endUs: () => schedule.endUs,
    decide(groupDevice, open, rule, rng) {
      passes.pass();
      return schedule.decide(groupDevice, open, rule, rng);
    },
  };
}

class BindingSchedule extends ListSchedule {
  private readonly choices: Choices;
  private readonly supply: Supply;
  /** Work of each group on each device, us; bytes that stay with it. */
  private readonly workUs: Float64Array;
  private readonly groupBytes: Float64Array;
  private readonly memoryBytes: readonly number[];
  /** Bytes that stay on each device. */
  private readonly residentBytes: Float64Array;
  private readonly isOpen: Uint8Array;
  /** How many producers of each op have not ended. */
  private readonly running: Int32Array;
  /** Which dependencies have been met, or are on their way. */
  private readonly isMet: Uint8Array;
  /** When each op has ended, NaN before. */
  private readonly finishedUs: Float64Array;
  /** When each device has run what runs on it, and the time of all that waits for it. */
  private readonly busyUntilUs: Float64Array;
  private readonly queuedUs: Float64Array;
  private readonly timeUs: Float64Array;
  private groupDevice: Int32Array = new Int32Array(0);
  private rule: BindingRule = { blink: 0, alpha: 0, noise: 0, pull: 0 };
  private rng: Rng | null = null;

  constructor(choices: Choices, compiled: Compiled) {
    super(compiled);
    const { opCount, deviceCount, runUs, residentBytes } = compiled;
    const { groupOf, groupCount } = choices.scenario.grouping;
    this.choices = choices;
    this.supply = supplyOf(compiled);
    this.workUs = new Float64Array(groupCount * deviceCount);
    this.groupBytes = new Float64Array(groupCount);
    for (let v = 0; v < opCount; v++) {
      this.groupBytes[groupOf[v]] += residentBytes[v];
      for (let d = 0; d < deviceCount; d++)
        this.workUs[groupOf[v] * deviceCount + d] += runUs[v * deviceCount + d];
    }
    this.memoryBytes = choices.scenario.cluster.devices.map(({ memoryBytes }) => memoryBytes);
    this.residentBytes = new Float64Array(deviceCount);
    this.isOpen = new Uint8Array(groupCount);
    this.running = new Int32Array(opCount);
    this.isMet = new Uint8Array(compiled.depConsumer.length);
    this.finishedUs = new Float64Array(opCount);
    this.busyUntilUs = new Float64Array(deviceCount);
    this.queuedUs = new Float64Array(deviceCount);
    this.timeUs = new Float64Array(deviceCount);
    this.device = new Int32Array(opCount);
  }

  decide(groupDevice: Int32Array, open: readonly number[], rule: BindingRule, rng: Rng): Float64Array {
    this.groupDevice = groupDevice;
    this.rule = rule;
    this.rng = rng;
    this.isOpen.fill(0);
    for (const group of open) this.isOpen[group] = 1;
    const { groupOf } = this.choices.scenario.grouping;
    for (let v = 0; v < groupOf.length; v++) this.device[v] = groupDevice[groupOf[v]];
    return this.run(this.device);
  }

  protected override findTails(): void {
    super.findTails();
    const { tailUs, rule, rng } = this;
    if (rule.noise === 0) return;
    for (let v = 0; v < tailUs.length; v++) tailUs[v] *= 1 + rule.noise * (2 * rng!.next() - 1);
  }

  protected override reset(): void {
    const { groupOf, groupCount } = this.choices.scenario.grouping;
    const { device, isOpen, residentBytes, groupBytes, groupDevice, running, missing, tailUs } = this;
    residentBytes.fill(0);
    for (let g = 0; g < groupCount; g++) if (isOpen[g] === 0) residentBytes[groupDevice[g]] += groupBytes[g];
    running.set(this.compiled.waitsFor);
    this.isMet.fill(0);
    this.finishedUs.fill(Number.NaN);
    this.busyUntilUs.fill(this.compiled.fidelity.startUs);
    this.queuedUs.fill(0);
    this.begin();
    const sources: number[] = [];
    for (let v = 0; v < device.length; v++) {
      if (isOpen[groupOf[v]] === 1) device[v] = UNDECIDED;
      if (missing[v] > 0) continue;
      if (device[v] === UNDECIDED) sources.push(v);
      else this.enqueue(v);
    }
    sources.sort((a, b) => tailUs[b] - tailUs[a]);
    for (const v of sources) {
      if (device[v] === UNDECIDED) this.bind(v);
      this.enqueue(v);
    }
  }

  protected override start(v: number, d: number): number {
    const endUs = super.start(v, d);
    this.queuedUs[d] -= this.compiled.runUs[v * this.compiled.deviceCount + d];
    this.busyUntilUs[d] = endUs;
    return endUs;
  }

  protected override end(v: number): void {
    this.finishedUs[v] = this.nowUs;
    super.end(v);
  }

  protected override deliver(v: number, k: number, atUs: number): void {
    const w = this.compiled.depConsumer[k];
    const isLast = --this.running[w] === 0;
    if (this.isMet[k] === 1) return;
    if (this.device[w] === UNDECIDED) {
      if (isLast) this.bind(w);
      return;
    }
    this.isMet[k] = 1;
    super.deliver(v, k, atUs);
  }

  protected override enqueue(v: number): void {
    const d = this.device[v];
    this.queuedUs[d] += this.compiled.runUs[v * this.compiled.deviceCount + d];
    super.enqueue(v);
  }

  /** Decides the group of an op whose producers have ended, and sends what it waits for. */
  private bind(v: number): void {
    const { groupOf, memberStart, members } = this.choices.scenario.grouping;
    const { device, supply, finishedUs } = this;
    const group = groupOf[v];
    const d = this.choose(v, group);
    this.groupDevice[group] = d;
    this.isOpen[group] = 0;
    this.residentBytes[d] += this.groupBytes[group];
    for (let i = memberStart[group]; i < memberStart[group + 1]; i++) device[members[i]] = d;
    for (let i = memberStart[group]; i < memberStart[group + 1]; i++) {
      const w = members[i];
      for (let k = supply.start[w]; k < supply.start[w + 1]; k++) {
        const from = supply.producer[k];
        const met = supply.dependency[k];
        if (Number.isNaN(finishedUs[from]) || this.isMet[met] === 1) continue;
        this.isMet[met] = 1;
        super.deliver(from, met, finishedUs[from]);
      }
    }
  }

  private choose(v: number, group: number): number {
    const { timeUs, rule, residentBytes, memoryBytes, groupBytes } = this;
    const rng = this.rng!;
    const devices = this.choices.legal[group];
    let shortest = Number.POSITIVE_INFINITY;
    for (const d of devices) {
      const fits = residentBytes[d] + groupBytes[group] <= memoryBytes[d];
      const isOverlooked = rule.blink > 0 && rng.next() < rule.blink;
      timeUs[d] = fits && !isOverlooked ? this.timeOn(v, group, d) : Number.POSITIVE_INFINITY;
      if (timeUs[d] < shortest) shortest = timeUs[d];
    }
    // Where nothing fits or all is overlooked, the group stays.
    if (shortest === Number.POSITIVE_INFINITY) return this.groupDevice[group];
    const longest = shortest * (1 + rule.alpha);
    let chosen = -1;
    let count = 0;
    for (const d of devices) if (timeUs[d] <= longest && rng.int(++count) === 0) chosen = d;
    return chosen;
  }

  /** From now to the end of the group on a device, if it ran at once. */
  private timeOn(v: number, group: number, d: number): number {
    const { deviceCount } = this.compiled;
    const { supply, device, finishedUs, thereUs, links, rule } = this;
    let readyUs = this.nowUs;
    for (let k = supply.start[v]; k < supply.start[v + 1]; k++) {
      const from = supply.producer[k];
      const slot = supply.slot[k];
      if (device[from] === d || slot < 0) continue;
      const known = thereUs[slot * deviceCount + d];
      const us = Number.isNaN(known) ? links.arrivalUs(slot, device[from], d, finishedUs[from]) : known;
      if (us > readyUs) readyUs = us;
    }
    const freeUs = Math.max(this.nowUs, this.busyUntilUs[d]) + this.queuedUs[d];
    const work = this.workUs[group * deviceCount + d];
    const pulled = rule.pull === 0 ? 0 : rule.pull * this.laterTransfersUs(group, d);
    return Math.max(readyUs, freeUs) - this.nowUs + work + pulled;
  }

  /** Time of all transfers from the group to later ops whose device is known. */
  private laterTransfersUs(group: number, d: number): number {
    const { memberStart, members } = this.choices.scenario.grouping;
    const { depStart, depConsumer, depSlot } = this.compiled;
    const { device, links, supply, finishedUs } = this;
    let us = 0;
    for (let i = memberStart[group]; i < memberStart[group + 1]; i++) {
      const v = members[i];
      for (let k = depStart[v]; k < depStart[v + 1]; k++) {
        const to = device[depConsumer[k]];
        if (to !== UNDECIDED && to !== d && depSlot[k] >= 0) us += links.routeUs(depSlot[k], d, to);
      }
      for (let k = supply.start[v]; k < supply.start[v + 1]; k++) {
        const from = device[supply.producer[k]];
        const isLater = from !== UNDECIDED && from !== d && Number.isNaN(finishedUs[supply.producer[k]]);
        if (isLater && supply.slot[k] >= 0) us += links.routeUs(supply.slot[k], from, d);
      }
    }
    return us;
  }
}

const UNDECIDED = -1;

/** The dependencies of `Compiled` by consumer, those without a tensor too. */
interface Supply {
  readonly start: Int32Array;
  readonly producer: Int32Array;
  readonly slot: Int32Array;
  readonly dependency: Int32Array;
}

function supplyOf({ opCount, depStart, depConsumer, depSlot, waitsFor }: Compiled): Supply {
  const start = new Int32Array(opCount + 1);
  for (let v = 0; v < opCount; v++) start[v + 1] = start[v] + waitsFor[v];
  const producer = new Int32Array(start[opCount]);
  const slot = new Int32Array(start[opCount]);
  const dependency = new Int32Array(start[opCount]);
  const next = start.slice();
  for (let v = 0; v < opCount; v++)
    for (let k = depStart[v]; k < depStart[v + 1]; k++) {
      const at = next[depConsumer[k]]++;
      producer[at] = v;
      slot[at] = depSlot[k];
      dependency[at] = k;
    }
  return { start, producer, slot, dependency };
}
