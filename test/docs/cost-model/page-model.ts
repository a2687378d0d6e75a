/**
 * The cost model as docs/cost-model.md tells it, sections 1 to 4, as a program. It shares no code
 * with the simulator or its reference. So it tells whether the page is whole. It scores placements
 * without an order of ops.
 */
import type { Scenario } from "../../../env/index.ts";
import { type Flow, fairRates } from "./fair-rates.ts";
import { type Happening, Instants, Step } from "./instants.ts";
import { peaksOf } from "./page-memory.ts";
import { type Message, messagesOf, type Wait, waitsOf } from "./page-needs.ts";

export interface PageRun {
  readonly makespanUs: number;
  readonly startUs: number[];
  readonly peakBytes: number[];
}

export function runByThePage(scenario: Scenario, device: ArrayLike<number>): PageRun {
  return new PageModel(scenario, device).run();
}

class PageModel {
  readonly scenario: Scenario;
  readonly device: ArrayLike<number>;
  readonly startUs: number[];
  readonly endUs: number[];
  readonly waits: readonly Wait[];
  readonly messages: Message[] = [];
  readonly time: Instants;
  /** How many inputs each op still waits for. */
  readonly missing: number[];
  /** "Ops whose inputs have arrived wait at their device, first come, first served." */
  readonly readyAt: number[][];
  readonly linkQueue: Message[][];
  readonly onLink: Message[][];
  readonly deviceFreeUs: number[];
  readonly linkFreeUs: number[];
  readonly deviceLooks: boolean[];
  readonly linkLooks: boolean[];
  readonly flows: Flow[] = [];
  flowsAtUs = 0;
  lastUs = 0;

  constructor(scenario: Scenario, device: ArrayLike<number>) {
    const { graph, cluster, fidelity } = scenario;
    const zeros = (length: number) => new Array<number>(length).fill(0);
    this.scenario = scenario;
    this.device = device;
    this.startUs = zeros(graph.opCount);
    this.endUs = zeros(graph.opCount);
    this.waits = waitsOf(scenario);
    this.missing = graph.names.map((_, v) => this.waits.filter(({ consumer }) => consumer === v).length);
    this.readyAt = cluster.devices.map(() => []);
    this.linkQueue = cluster.links.map(() => []);
    this.onLink = cluster.links.map(() => []);
    this.deviceFreeUs = zeros(cluster.devices.length);
    this.linkFreeUs = zeros(cluster.links.length);
    this.deviceLooks = cluster.devices.map(() => false);
    this.linkLooks = cluster.links.map(() => false);
    this.time = new Instants(scenario);
    this.lastUs = fidelity.startUs;
  }

  run(): PageRun {
    const { graph, fidelity } = this.scenario;
    for (let v = 0; v < graph.opCount; v++) if (this.missing[v] === 0) this.ready(v, fidelity.startUs);
    for (let next = this.next(); next !== null; next = this.next()) {
      this.lastUs = next.us;
      next.happens(next.us);
    }
    const idle = Math.max(this.lastUs, ...this.deviceFreeUs, ...this.linkFreeUs);
    const makespanUs = fidelity.makespan === "last-event" ? idle : Math.max(0, ...this.endUs);
    return { makespanUs, startUs: this.startUs, peakBytes: peaksOf(this) };
  }

  /** "Some transfers need several servers at once ... reserves its servers when it queues up." */
  get reserves(): boolean {
    const { routing, contention, overlap } = this.scenario.fidelity;
    return routing === "cut-through" || contention === "none" || !overlap;
  }

  next(): Happening | null {
    const arrivals = this.onLink.flatMap((under, link) => (under.length > 0 ? [this.arrival(link)] : []));
    return this.time.first([...arrivals, ...this.flowEnd()]);
  }

  // Devices

  ready(v: number, nowUs: number): void {
    const d = this.device[v];
    if (this.reserves) {
      this.begin(v, Math.max(nowUs, this.deviceFreeUs[d]));
      const instant = this.endUs[v] === this.startUs[v];
      this.time.at(
        this.endUs[v],
        instant ? Step.devices : Step.releases,
        this.time.ofEnd(v, instant ? d : null),
        (us) => this.end(v, us),
      );
      return;
    }
    this.readyAt[d].push(v);
    if (!this.deviceLooks[d]) this.lookAgain(d, nowUs);
  }

  lookAgain(d: number, us: number): void {
    this.deviceLooks[d] = true;
    this.time.at(us, Step.devices, this.time.ofDevice(d), (nowUs) => {
      this.deviceLooks[d] = false;
      const v = this.readyAt[d].shift();
      if (v === undefined) return;
      this.begin(v, nowUs);
      this.time.at(this.endUs[v], Step.releases, this.time.ofEnd(v, null), (endUs) => this.end(v, endUs));
      this.lookAgain(d, this.deviceFreeUs[d]);
    });
  }

  /** Section 1: the time of an op. "device idle after each op that takes time" */
  begin(v: number, us: number): void {
    const d = this.device[v];
    const runUs = this.runUs(v, d);
    this.startUs[v] = us;
    this.endUs[v] = us + runUs;
    this.deviceFreeUs[d] = this.endUs[v] + (runUs > 0 ? this.scenario.fidelity.opGapUs : 0);
  }

  runUs(v: number, d: number): number {
    const { graph, cluster } = this.scenario;
    const { kind, flopsPerUs, memoryBytesPerUs, launchUs, efficiency } = cluster.devices[d];
    const given = [kind, "*"].map((key) => graph.measuredUs.get(key)?.[v] ?? Number.NaN);
    const measured = given.find((us) => !Number.isNaN(us));
    if (measured !== undefined) return measured;
    if (graph.flops[v] === 0 && graph.bytesTouched[v] === 0) return 0;
    const share = efficiency?.[graph.types[v]] ?? efficiency?.["*"] ?? 1;
    const computeUs = graph.flops[v] === 0 ? 0 : graph.flops[v] / (flopsPerUs[graph.dtype] * share);
    return launchUs + Math.max(computeUs, graph.bytesTouched[v] / memoryBytesPerUs);
  }

  end(v: number, us: number): void {
    for (const wait of this.waits)
      if (wait.producer === v && (wait.tensor === null || this.device[wait.consumer] === this.device[v]))
        this.release(wait, us);
    for (const message of messagesOf(this.scenario, this.device, this.waits, v)) {
      this.messages.push(message);
      this.queueUp(message, 0, us);
    }
  }

  release({ producer, consumer }: Wait, us: number): void {
    this.time.at(us, Step.releases, this.time.ofConsumer(producer, consumer), (nowUs) => {
      this.missing[consumer]--;
      if (this.missing[consumer] === 0) this.ready(consumer, nowUs);
    });
  }

  // Links

  queueUp(message: Message, hop: number, us: number): void {
    const { contention } = this.scenario.fidelity;
    if (contention === "fair") this.join(message, us);
    else if (this.reserves) this.reserve(message, hop, us);
    else {
      const link = message.route[hop];
      this.linkQueue[link].push(message);
      if (!this.linkLooks[link]) this.linkLooksAgain(link, us);
    }
  }

  linkLooksAgain(link: number, us: number): void {
    this.linkLooks[link] = true;
    this.time.at(us, Step.links, this.time.ofLink(link), (nowUs) => {
      this.linkLooks[link] = false;
      const message = this.linkQueue[link].shift();
      if (message === undefined) return;
      const { bytesPerUs, latencyUs } = this.scenario.cluster.links[link];
      const sentUs = nowUs + message.bytes / bytesPerUs;
      message.hops.push({ startUs: nowUs, arriveUs: sentUs + latencyUs });
      this.onLink[link].push(message);
      this.linkFreeUs[link] = sentUs + this.scenario.fidelity.transferGapUs;
      this.linkLooksAgain(link, this.linkFreeUs[link]);
    });
  }

  reserve(message: Message, hop: number, us: number): void {
    const { fidelity, cluster } = this.scenario;
    const whole = fidelity.routing === "cut-through";
    const links = whole ? message.route : [message.route[hop]];
    const isLast = whole || hop === message.route.length - 1;
    const devices: number[] = [];
    if (!fidelity.overlap && hop === 0) devices.push(this.device[message.producer]);
    if (!fidelity.overlap && isLast) devices.push(message.to);
    const free = devices.map((d) => this.deviceFreeUs[d]);
    if (fidelity.contention === "queue") free.push(...links.map((link) => this.linkFreeUs[link]));
    const startUs = Math.max(us, ...free);
    const slowest = Math.min(...links.map((link) => cluster.links[link].bytesPerUs));
    const sentUs = startUs + message.bytes / slowest;
    for (const link of links)
      this.linkFreeUs[link] = Math.max(this.linkFreeUs[link], sentUs + fidelity.transferGapUs);
    for (const d of devices) this.deviceFreeUs[d] = sentUs;
    message.hops.push({ startUs, arriveUs: sentUs + this.latencyUs(links) });
    this.underWay(links[0], message);
  }

  latencyUs(links: readonly number[]): number {
    return links.reduce((sum, link) => sum + this.scenario.cluster.links[link].latencyUs, 0);
  }

  /** By arrival; those of one instant in the order in which the link sent them. */
  underWay(link: number, message: Message): void {
    const under = this.onLink[link];
    const later = under.findIndex((other) => last(other.hops).arriveUs > last(message.hops).arriveUs);
    under.splice(later < 0 ? under.length : later, 0, message);
  }

  arrival(link: number): Happening {
    const message = this.onLink[link][0];
    const { startUs, arriveUs } = last(message.hops);
    const instant = this.reserves && arriveUs === startUs;
    return {
      us: arriveUs,
      step: instant ? Step.links : Step.releases,
      key: instant ? this.time.ofLink(link) : this.time.ofArrival(message.producer, link),
      happens: (us) => {
        this.onLink[link].shift();
        // "The second arrives after the consumers of the first are released."
        const rest = this.onLink[link].splice(0);
        if (rest.length > 0)
          this.time.at(us, Step.releases, this.time.afterConsumers(message.producer, link), () =>
            this.onLink[link].unshift(...rest),
          );
        this.arrive(message, us);
      },
    };
  }

  arrive(message: Message, us: number): void {
    const { routing } = this.scenario.fidelity;
    const isThere = routing === "cut-through" || message.hops.length === message.route.length;
    if (isThere) for (const wait of message.waits) this.release(wait, us);
    else this.queueUp(message, message.hops.length, us);
  }

  // Links that share their speed

  join(message: Message, us: number): void {
    this.advanceFlows(us);
    message.hops.push({ startUs: us, arriveUs: Number.NaN });
    this.flows.push({ message, left: message.bytes, rate: 0 });
  }

  advanceFlows(us: number): void {
    for (const flow of this.flows) flow.left -= flow.rate * (us - this.flowsAtUs);
    this.flowsAtUs = us;
  }

  flowEnd(): Happening[] {
    if (this.flows.length === 0) return [];
    fairRates(this.flows, this.scenario);
    const ends = this.flows.map(({ left, rate }) => this.flowsAtUs + Math.max(0, left) / rate);
    const us = Math.min(...ends);
    const happens = (nowUs: number) => {
      this.advanceFlows(nowUs);
      const [{ message }] = this.flows.splice(ends.indexOf(us), 1);
      for (const link of message.route) this.linkFreeUs[link] = nowUs;
      const { startUs } = message.hops.pop()!;
      message.hops.push({ startUs, arriveUs: nowUs + this.latencyUs(message.route) });
      this.underWay(message.route[0], message);
    };
    return [{ us, step: Step.flows, key: [], happens }];
  }
}

const last = <T>(list: readonly T[]): T => list[list.length - 1];
