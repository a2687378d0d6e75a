/**
 * The specification of the simulator: one list of events, arrays of objects and nothing clever. It
 * is slow and obvious. The engine must give the same numbers, which
 * test/env/sim/engine/engine.test.ts checks on random scenarios.
 */
import { runTimesUs } from "../../model/cluster/speed.ts";
import type { Scenario } from "../../model/scenario.ts";
import { type Event, rankOf, takeFirst } from "./events.ts";
import { referencePeaks } from "./memory.ts";
import { isLocal, needsByProducer, referenceNeeds, transfersOf } from "./needs.ts";
import { Network, reservesServers } from "./network.ts";
import type { Need, Transfer } from "./tasks.ts";
import { createTransferOrder, type TransferOrder } from "./transfer-order.ts";

export interface ReferenceRun {
  readonly makespanUs: number;
  readonly startUs: number[];
  readonly endUs: number[];
  readonly transfers: Transfer[];
  /** Peak bytes of each device under `memory: "training"`. */
  readonly peakBytes: number[];
}

/**
 * With priorities, the ops of each device run in their order; the makespan is NaN where that order
 * waits for itself. Under `dispatch: "ready"` a device that looks for work takes the ready op that
 * comes first in that order.
 */
export function referenceRun(
  scenario: Scenario,
  device: ArrayLike<number>,
  opPriority?: ArrayLike<number>,
): ReferenceRun {
  return new Simulation(scenario, device, opPriority).run();
}

class Simulation {
  readonly #scenario: Scenario;
  readonly #device: ArrayLike<number>;
  readonly #opPriority: ArrayLike<number> | undefined;
  /**
   * Does a free device choose among ready ops? Else the ops of a device follow the plan's order.
   */
  readonly #dispatches: boolean;
  readonly #opRank: readonly number[];
  readonly #deviceRank: readonly number[];
  readonly #runUs: Float64Array;
  readonly #needs: readonly Need[];
  /** The needs that each op meets. */
  readonly #needsOf: readonly (readonly Need[])[];
  /** The op that waits for each because the plan puts it next on the same device. */
  readonly #followerOf: readonly (number | undefined)[];
  /** How many things each op still waits for. */
  readonly #missing: number[];
  readonly #startUs: number[];
  readonly #endUs: number[];
  readonly #events: Event[] = [];
  /** Ready ops of each device, when the device is free, and whether it will look for work. */
  readonly #ready: number[][];
  readonly #deviceFreeUs: number[];
  readonly #isArmed: boolean[];
  readonly #network: Network;
  /** What each op sends, and all that has been sent. */
  readonly #sends: readonly Transfer[][];
  readonly #sent: Transfer[] = [];
  readonly #transferOrder: TransferOrder;

  constructor(scenario: Scenario, device: ArrayLike<number>, opPriority: ArrayLike<number> | undefined) {
    const { graph, cluster, fidelity } = scenario;
    const ops = Array.from({ length: graph.opCount }, (_, v) => v);
    const deviceNames = cluster.devices.map(({ name }) => name);
    this.#scenario = scenario;
    this.#device = device;
    this.#opPriority = opPriority;
    this.#dispatches = fidelity.dispatch === "ready" && opPriority !== undefined;
    this.#opRank = rankOf(graph.names, fidelity.tieBreak);
    this.#deviceRank = rankOf(deviceNames, fidelity.tieBreak);
    this.#runUs = runTimesUs(graph, cluster);
    this.#needs = referenceNeeds(scenario);
    this.#needsOf = needsByProducer(this.#needs, graph.opCount);
    this.#followerOf = this.#followers(ops);
    this.#missing = ops.map(() => 0);
    for (const { consumer } of this.#needs) this.#missing[consumer]++;
    for (const follower of this.#followerOf) if (follower !== undefined) this.#missing[follower]++;
    this.#startUs = ops.map(() => 0);
    this.#endUs = ops.map(() => 0);
    this.#ready = cluster.devices.map(() => []);
    this.#deviceFreeUs = cluster.devices.map(() => 0);
    this.#isArmed = cluster.devices.map(() => false);
    this.#network = new Network(scenario, {
      events: this.#events,
      opRank: this.#opRank,
      device,
      deviceFreeUs: this.#deviceFreeUs,
      deliver: (transfer, nowUs) => {
        for (const need of transfer.needs) this.#releaseAt(need, nowUs);
      },
    });
    this.#sends = ops.map((v) => transfersOf(v, scenario, device, this.#needsOf[v]));
    this.#transferOrder = createTransferOrder(this.#sends.flat(), (a, b) => this.#isAfter(b, a));
  }

  run(): ReferenceRun {
    const { fidelity } = this.#scenario;
    const [startUs, endUs, transfers] = [this.#startUs, this.#endUs, this.#sent];
    const roots = [...this.#missing.keys()].filter((v) => this.#missing[v] === 0);
    for (const v of roots) this.#makeReady(v, fidelity.startUs);
    let lastEventUs = 0;
    for (;;) {
      const event = takeFirst(this.#events, this.#network.pending());
      if (event === undefined) break;
      lastEventUs = event.timeUs;
      event.run(event.timeUs);
    }
    if (this.#missing.some((count) => count > 0))
      return { makespanUs: Number.NaN, startUs, endUs, transfers, peakBytes: [] };
    const lastFreeUs = Math.max(lastEventUs, ...this.#deviceFreeUs, ...this.#network.linkFreeUs);
    const makespanUs = fidelity.makespan === "last-event" ? lastFreeUs : Math.max(0, ...endUs);
    const times = { startUs, endUs, transfers };
    const peakBytes = referencePeaks(this.#scenario, this.#device, this.#needsOf, times);
    return { makespanUs, startUs, endUs, transfers, peakBytes };
  }

  // ---- The plan's order of ops

  #isAfter(a: number, b: number): boolean {
    const priority = this.#opPriority!;
    return priority[a] > priority[b] || (priority[a] === priority[b] && a > b);
  }

  #followers(ops: readonly number[]): (number | undefined)[] {
    const followers: (number | undefined)[] = ops.map(() => undefined);
    if (this.#opPriority === undefined || this.#dispatches) return followers;
    for (const d of this.#scenario.cluster.devices.keys()) {
      const line = ops.filter((v) => this.#device[v] === d).sort((a, b) => (this.#isAfter(a, b) ? 1 : -1));
      for (const [i, v] of line.entries()) followers[v] = line[i + 1];
    }
    return followers;
  }

  // ---- Devices

  #makeReady(v: number, nowUs: number): void {
    if (reservesServers(this.#scenario) && !this.#dispatches) {
      this.#reserve(v, nowUs);
      return;
    }
    const d = this.#device[v];
    this.#ready[d].push(v);
    if (!this.#isArmed[d]) this.#wake(d, nowUs);
  }

  #reserve(v: number, nowUs: number): void {
    const d = this.#device[v];
    const startUs = Math.max(nowUs, this.#deviceFreeUs[d]);
    this.#deviceFreeUs[d] = this.#start(v, startUs);
    const endUs = this.#endUs[v];
    const [kind, key] = endUs === startUs ? [2, [this.#deviceRank[d]]] : [0, [this.#opRank[v], 0, d]];
    this.#events.push({ timeUs: endUs, kind, key, run: (at) => this.#finish(v, at) });
  }

  #wake(d: number, timeUs: number): void {
    this.#isArmed[d] = true;
    const run = (nowUs: number) => this.#look(d, nowUs);
    this.#events.push({ timeUs, kind: 2, key: [this.#deviceRank[d]], run });
  }

  /** A free device looks for work. */
  #look(d: number, nowUs: number): void {
    if (this.#dispatches) this.#ready[d].sort((a, b) => (this.#isAfter(a, b) ? 1 : -1));
    const v = this.#ready[d].shift();
    if (v === undefined) {
      this.#isArmed[d] = false;
      return;
    }
    const freeUs = this.#start(v, nowUs);
    const key = [this.#opRank[v], 0, d];
    this.#events.push({ timeUs: this.#endUs[v], kind: 0, key, run: (at) => this.#finish(v, at) });
    this.#wake(d, freeUs);
  }

  /** Op v starts; returns when its device is free again. */
  #start(v: number, startUs: number): number {
    const { cluster, fidelity } = this.#scenario;
    const costUs = this.#runUs[v * cluster.devices.length + this.#device[v]];
    this.#startUs[v] = startUs;
    this.#endUs[v] = startUs + costUs;
    return costUs === 0 ? this.#endUs[v] : this.#endUs[v] + fidelity.opGapUs;
  }

  // ---- Ends of ops

  /** The op ends: needs on its own device are released, everything else is sent. */
  #finish(v: number, nowUs: number): void {
    for (const need of this.#needsOf[v]) if (isLocal(need, this.#device)) this.#releaseAt(need, nowUs);
    this.#send(this.#sends[v], nowUs);
    const follower = this.#followerOf[v];
    if (follower === undefined) return;
    const run = (at: number) => this.#countDown(follower, at);
    this.#events.push({ timeUs: nowUs, kind: 0, key: [this.#opRank[v], 2, -1], run });
  }

  #send(transfers: readonly Transfer[], nowUs: number): void {
    this.#sent.push(...transfers);
    const { fidelity } = this.#scenario;
    if (fidelity.transferOrder !== "plan" || this.#opPriority === undefined || this.#dispatches) {
      for (const transfer of transfers) this.#network.send(transfer, 0, nowUs);
      return;
    }
    const order = this.#transferOrder;
    for (const transfer of transfers) order.offer(transfer);
    for (let next = order.next(); next !== undefined; next = order.next()) this.#network.send(next, 0, nowUs);
  }

  #releaseAt({ producer, consumer }: Need, timeUs: number): void {
    const key = [this.#opRank[producer], 1, this.#opRank[consumer]];
    this.#events.push({ timeUs, kind: 0, key, run: (nowUs) => this.#countDown(consumer, nowUs) });
  }

  #countDown(v: number, nowUs: number): void {
    this.#missing[v]--;
    if (this.#missing[v] === 0) this.#makeReady(v, nowUs);
  }
}
