/**
 * The links of the slow reference: what happens to a transfer from the moment that it is sent until
 * it arrives.
 */
import type { Scenario } from "../../model/scenario.ts";
import { type Event, rankOf } from "./events.ts";
import { shareSpeeds } from "./sharing.ts";
import type { Flow, Transfer } from "./tasks.ts";

/** What the network changes outside of itself. */
export interface Surroundings {
  readonly events: Event[];
  readonly opRank: readonly number[];
  readonly device: ArrayLike<number>;
  /** When each device is free; transfers occupy devices where the fidelity has no overlap. */
  readonly deviceFreeUs: number[];
  /** A transfer has reached its destination. */
  deliver(transfer: Transfer, nowUs: number): void;
}

/**
 * Published simulators let links look for work when they are free. Where one task needs several
 * servers at once, or where no task waits, every task reserves its servers when it joins the queue.
 */
export const reservesServers = ({ fidelity }: Scenario): boolean =>
  fidelity.routing === "cut-through" || fidelity.contention === "none" || !fidelity.overlap;

export class Network {
  readonly linkFreeUs: number[];
  readonly #scenario: Scenario;
  readonly #around: Surroundings;
  readonly #linkRank: readonly number[];
  /** Transfers that wait for each link, and those under way on it by arrival. */
  readonly #waiting: Transfer[][];
  readonly #flying: Transfer[][];
  /** Will the link look for work? Is it delivering a transfer at this instant? */
  readonly #isArmed: boolean[];
  readonly #isDelivering: boolean[];
  /** Transfers that share links, with what each had left at `#flowsUs`. */
  readonly #flows: Flow[] = [];
  #flowsUs = 0;

  constructor(scenario: Scenario, around: Surroundings) {
    const { links } = scenario.cluster;
    const linkNames = links.map(({ name }) => name);
    this.#scenario = scenario;
    this.#around = around;
    this.#linkRank = rankOf(linkNames, scenario.fidelity.tieBreak);
    this.linkFreeUs = links.map(() => 0);
    this.#waiting = links.map(() => []);
    this.#flying = links.map(() => []);
    this.#isArmed = links.map(() => false);
    this.#isDelivering = links.map(() => false);
  }

  /** The transfer is sent, or goes on to the hop with this number. */
  send(transfer: Transfer, hop: number, nowUs: number): void {
    if (this.#scenario.fidelity.contention === "fair") this.#startFlow(transfer, nowUs);
    else if (reservesServers(this.#scenario)) this.#reserve(transfer, hop, nowUs);
    else this.#wait(transfer, transfer.route[hop], nowUs);
  }

  /** The next arrival of each link and the next end of a transfer that shares links. */
  pending(): Event[] {
    const links = this.#flying.map((_, link) => link);
    const delivers = (link: number) => this.#flying[link].length > 0 && !this.#isDelivering[link];
    return [...links.filter(delivers).map((link) => this.#arrival(link)), ...this.#flowEnd()];
  }

  // ---- Links that look for work

  #wait(transfer: Transfer, link: number, nowUs: number): void {
    this.#waiting[link].push(transfer);
    if (!this.#isArmed[link]) this.#wake(link, nowUs);
  }

  #wake(link: number, timeUs: number): void {
    this.#isArmed[link] = true;
    const run = (nowUs: number) => this.#look(link, nowUs);
    this.#around.events.push({ timeUs, kind: 1, key: [this.#linkRank[link]], run });
  }

  #look(link: number, nowUs: number): void {
    const { cluster, fidelity } = this.#scenario;
    const transfer = this.#waiting[link].shift();
    if (transfer === undefined) {
      this.#isArmed[link] = false;
      return;
    }
    const sentUs = nowUs + transfer.bytes / cluster.links[link].bytesPerUs;
    transfer.startUs.push(nowUs);
    transfer.arriveUs.push(sentUs + cluster.links[link].latencyUs);
    this.#flying[link].push(transfer);
    this.#wake(link, sentUs + fidelity.transferGapUs);
  }

  // ---- Links that are reserved

  #reserve(transfer: Transfer, hop: number, nowUs: number): void {
    const { cluster, fidelity } = this.#scenario;
    const { device, deviceFreeUs } = this.#around;
    const { route } = transfer;
    const links = fidelity.routing === "cut-through" ? route : [route[hop]];
    const busy: number[] = [];
    if (!fidelity.overlap && hop === 0) busy.push(device[transfer.producer]);
    if (!fidelity.overlap && hop + links.length === route.length) busy.push(transfer.to);
    const waits = fidelity.contention === "queue" ? links.map((link) => this.linkFreeUs[link]) : [];
    const start = Math.max(nowUs, ...waits, ...busy.map((d) => deviceFreeUs[d]));
    const sentUs = start + Math.max(...links.map((link) => transfer.bytes / cluster.links[link].bytesPerUs));
    for (const link of links)
      this.linkFreeUs[link] = Math.max(this.linkFreeUs[link], sentUs + fidelity.transferGapUs);
    for (const d of busy) deviceFreeUs[d] = sentUs;
    transfer.startUs.push(start);
    transfer.arriveUs.push(sentUs + this.#latencyUs(links));
    this.#fly(transfer, links[0]);
  }

  // ---- Links that share their speed

  #startFlow(transfer: Transfer, nowUs: number): void {
    this.#bringFlowsUpTo(nowUs);
    transfer.startUs.push(nowUs);
    this.#flows.push({ transfer, bytes: transfer.bytes, rate: 0 });
  }

  #bringFlowsUpTo(nowUs: number): void {
    for (const flow of this.#flows) flow.bytes -= flow.rate * (nowUs - this.#flowsUs);
    this.#flowsUs = nowUs;
  }

  /** The end of the flow that ends first, if there is one. */
  #flowEnd(): Event[] {
    const flows = this.#flows;
    if (flows.length === 0) return [];
    shareSpeeds(flows, this.#scenario);
    const ends = flows.map(({ bytes, rate }) => this.#flowsUs + Math.max(0, bytes) / rate);
    const timeUs = Math.min(...ends);
    const run = (nowUs: number) => {
      this.#bringFlowsUpTo(nowUs);
      const [{ transfer }] = flows.splice(ends.indexOf(timeUs), 1);
      for (const link of transfer.route) this.linkFreeUs[link] = nowUs;
      transfer.arriveUs.push(nowUs + this.#latencyUs(transfer.route));
      this.#fly(transfer, transfer.route[0]);
    };
    return [{ timeUs, kind: 3, key: [], run }];
  }

  // ---- Arrivals

  #latencyUs(links: readonly number[]): number {
    return links.reduce((sum, link) => sum + this.#scenario.cluster.links[link].latencyUs, 0);
  }

  #fly(transfer: Transfer, link: number): void {
    const flying = this.#flying[link];
    const later = flying.findIndex((other) => last(other.arriveUs) > last(transfer.arriveUs));
    flying.splice(later === -1 ? flying.length : later, 0, transfer);
  }

  /** A link delivers in the order of arrival, then in the order in which it sent. */
  #arrival(link: number): Event {
    const { cluster } = this.#scenario;
    const transfer = this.#flying[link][0];
    const rank = this.#around.opRank[transfer.producer];
    const timeUs = last(transfer.arriveUs);
    const run = (nowUs: number) => this.#arrive(link, nowUs);
    if (reservesServers(this.#scenario) && timeUs === last(transfer.startUs))
      return { timeUs, kind: 1, key: [this.#linkRank[link]], run };
    return { timeUs, kind: 0, key: [rank, 0, cluster.devices.length + link], run };
  }

  #arrive(link: number, nowUs: number): void {
    const { events, opRank, deliver } = this.#around;
    const transfer = this.#flying[link].shift()!;
    this.#isDelivering[link] = true;
    const goOn = () => {
      this.#isDelivering[link] = false;
    };
    events.push({ timeUs: nowUs, kind: 0, key: [opRank[transfer.producer], 2, link], run: goOn });
    const hopCount = transfer.route.length;
    const hop = this.#scenario.fidelity.routing === "cut-through" ? hopCount : transfer.arriveUs.length;
    if (hop < hopCount) this.send(transfer, hop, nowUs);
    else deliver(transfer, nowUs);
  }
}

const last = (times: readonly number[]): number => times[times.length - 1];
