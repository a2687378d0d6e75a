/**
 * The specification of the simulator: one priority queue of events, maps, arrays of objects and no
 * cleverness. Slow and obvious; engine.ts must give the same numbers, which
 * test/env/sim/engine/engine.test.ts checks on random scenarios.
 */

import { runTimesUs } from "../../model/cluster/speed.ts";
import { CONTROL } from "../../model/graph/graph.ts";
import type { Scenario } from "../../model/scenario.ts";
import { referencePeaks } from "./memory.ts";
import { shareSpeeds } from "./sharing.ts";
import type { Flow, Need, ReferenceTransfer, Tensor, Transfer } from "./tasks.ts";
import { lineOf } from "./turns.ts";

export interface ReferenceRun {
  readonly makespanUs: number;
  readonly startUs: number[];
  readonly endUs: number[];
  readonly transfers: ReferenceTransfer[];
  /** Peak bytes of each device under `memory: "training"`. */
  readonly peakBytes: number[];
}

interface Event {
  readonly timeUs: number;
  /** 0 release, 1 link, 2 device, 3 end of a transfer that shares links. */
  readonly kind: number;
  readonly key: readonly number[];
  run(nowUs: number): void;
}

/**
 * With priorities, the ops of each device run in their order, and one that waits for itself never
 * starts: NaN. Under `dispatch: "ready"` a device that looks for work takes the ready op that comes
 * first in that order.
 */
export function referenceRun(
  scenario: Scenario,
  device: ArrayLike<number>,
  opPriority?: ArrayLike<number>,
): ReferenceRun {
  const { graph, cluster, fidelity } = scenario;
  const opRank = rankOf(graph.names, fidelity.tieBreak);
  const linkNames = cluster.links.map(({ name }) => name);
  const deviceNames = cluster.devices.map(({ name }) => name);
  const linkRank = rankOf(linkNames, fidelity.tieBreak);
  const deviceRank = rankOf(deviceNames, fidelity.tieBreak);
  const runUs = runTimesUs(graph, cluster);

  const needs = referenceNeeds(scenario);
  const missing = Array.from(
    { length: graph.opCount },
    (_, v) => needs.filter((need) => need.consumer === v).length,
  );
  const dispatches = fidelity.dispatch === "ready" && opPriority !== undefined;
  const isAfter = (a: number, b: number) =>
    opPriority![a] > opPriority![b] || (opPriority![a] === opPriority![b] && a > b);
  const followerOf = (v: number): number | undefined => {
    if (opPriority === undefined || dispatches) return undefined;
    const later = [...missing.keys()].filter((w) => device[w] === device[v] && isAfter(w, v));
    return later.find((w) => later.every((other) => !isAfter(w, other)));
  };
  for (const v of missing.keys()) {
    const follower = followerOf(v);
    if (follower !== undefined) missing[follower]++;
  }
  const startUs: number[] = new Array(graph.opCount).fill(0);
  const endUs: number[] = new Array(graph.opCount).fill(0);
  const transfers: Transfer[] = [];

  // Published simulators let devices and links look for work when they come free. Where one task
  // needs several servers at once, or none waits, there is nothing to look for: every task reserves
  // its servers when it queues up.
  const shares = fidelity.contention === "fair";
  const reserves = fidelity.routing === "cut-through" || fidelity.contention === "none" || !fidelity.overlap;
  const deviceFreeUs = cluster.devices.map(() => 0);
  const linkFreeUs = cluster.links.map(() => 0);

  const events: Event[] = [];
  const ready: number[][] = cluster.devices.map(() => []);
  const deviceArmed = cluster.devices.map(() => false);
  const waiting: Transfer[][] = cluster.links.map(() => []);
  const flying: Transfer[][] = cluster.links.map(() => []);
  const linkArmed = cluster.links.map(() => false);
  const delivering = cluster.links.map(() => false);

  const wakeDevice = (d: number, nowUs: number): void => {
    deviceArmed[d] = true;
    events.push({ timeUs: nowUs, kind: 2, key: [deviceRank[d]], run: (at) => runDevice(d, at) });
  };
  const wakeLink = (link: number, nowUs: number): void => {
    linkArmed[link] = true;
    events.push({ timeUs: nowUs, kind: 1, key: [linkRank[link]], run: (at) => runLink(link, at) });
  };
  const makeReady = (v: number, nowUs: number): void => {
    if (reserves && !dispatches) {
      reserveDevice(v, nowUs);
      return;
    }
    ready[device[v]].push(v);
    if (!deviceArmed[device[v]]) wakeDevice(device[v], nowUs);
  };
  // Transfers that share links: what each has left, and when that was true.
  const flows: Flow[] = [];
  let flowsAtUs = 0;
  const bringFlowsUpTo = (nowUs: number): void => {
    for (const flow of flows) flow.bytes -= flow.rate * (nowUs - flowsAtUs);
    flowsAtUs = nowUs;
  };
  const flowEnd = (): Event[] => {
    shareSpeeds(flows, scenario);
    const ends = flows.map(({ bytes, rate }) => flowsAtUs + Math.max(0, bytes) / rate);
    const timeUs = Math.min(...ends);
    const run = (nowUs: number) => {
      bringFlowsUpTo(nowUs);
      const [{ transfer }] = flows.splice(ends.indexOf(timeUs), 1);
      const delayUs = transfer.route.reduce((sum, link) => sum + cluster.links[link].latencyUs, 0);
      for (const link of transfer.route) linkFreeUs[link] = nowUs;
      transfer.arriveUs.push(nowUs + delayUs);
      joinLine(transfer, transfer.route[0]);
    };
    return flows.length === 0 ? [] : [{ timeUs, kind: 3, key: [], run }];
  };
  const joinLine = (transfer: Transfer, link: number): void => {
    const line = flying[link];
    const later = line.findIndex((other) => last(other.arriveUs) > last(transfer.arriveUs));
    line.splice(later === -1 ? line.length : later, 0, transfer);
  };

  const queueUp = (transfer: Transfer, hop: number, nowUs: number): void => {
    if (shares) {
      bringFlowsUpTo(nowUs);
      transfer.startUs.push(nowUs);
      flows.push({ transfer, bytes: transfer.bytes, rate: 0 });
      return;
    }
    if (reserves) {
      reserveLinks(transfer, hop, nowUs);
      return;
    }
    const link = transfer.route[hop];
    waiting[link].push(transfer);
    if (!linkArmed[link]) wakeLink(link, nowUs);
  };
  const reserveDevice = (v: number, nowUs: number): void => {
    const d = device[v];
    const costUs = runUs[v * cluster.devices.length + d];
    startUs[v] = Math.max(nowUs, deviceFreeUs[d]);
    endUs[v] = startUs[v] + costUs;
    deviceFreeUs[d] = costUs === 0 ? endUs[v] : endUs[v] + fidelity.opGapUs;
    const [kind, key] = endUs[v] === startUs[v] ? [2, [deviceRank[d]]] : [0, [opRank[v], 0, d]];
    events.push({ timeUs: endUs[v], kind, key, run: (at) => finish(v, at) });
  };
  const reserveLinks = (transfer: Transfer, hop: number, nowUs: number): void => {
    const links = fidelity.routing === "cut-through" ? transfer.route : [transfer.route[hop]];
    const busy: number[] = [];
    if (!fidelity.overlap && hop === 0) busy.push(device[transfer.producer]);
    if (!fidelity.overlap && hop + links.length === transfer.route.length) busy.push(transfer.to);
    const waits = fidelity.contention === "queue" ? links.map((link) => linkFreeUs[link]) : [];
    const start = Math.max(nowUs, ...waits, ...busy.map((d) => deviceFreeUs[d]));
    const sentUs = start + Math.max(...links.map((link) => transfer.bytes / cluster.links[link].bytesPerUs));
    for (const link of links) linkFreeUs[link] = Math.max(linkFreeUs[link], sentUs + fidelity.transferGapUs);
    for (const d of busy) deviceFreeUs[d] = sentUs;
    transfer.startUs.push(start);
    transfer.arriveUs.push(sentUs + links.reduce((sum, link) => sum + cluster.links[link].latencyUs, 0));
    joinLine(transfer, links[0]);
  };
  const releaseAt = (need: Need, timeUs: number): void => {
    const run = (nowUs: number) => {
      missing[need.consumer]--;
      if (missing[need.consumer] === 0) makeReady(need.consumer, nowUs);
    };
    events.push({ timeUs, kind: 0, key: [opRank[need.producer], 1, opRank[need.consumer]], run });
  };

  const isLocal = ({ producer, consumer, tensor }: Need) =>
    device[consumer] === device[producer] || tensor === null;
  /** What an op sends. */
  const transfersOf = (v: number): Transfer[] => {
    const open: Transfer[] = [];
    for (const need of needs.filter((own) => own.producer === v && !isLocal(own))) {
      const to = device[need.consumer];
      const serves = (transfer: Transfer): boolean => {
        if (fidelity.multicast === "per-consumer" || transfer.needs[0].tensor !== need.tensor) return false;
        return fidelity.multicast === "free" || transfer.to === to;
      };
      const shared = open.find(serves);
      if (shared !== undefined) {
        shared.needs.push(need);
        continue;
      }
      const route = cluster.routes[device[v]][to];
      const transfer: Transfer = {
        producer: v,
        to,
        bytes: need.tensor!.bytes,
        startUs: [],
        arriveUs: [],
        needs: [need],
        route,
      };
      open.push(transfer);
    }
    return open;
  };
  const sent = [...missing.keys()].map(transfersOf);
  const keepsTurns = fidelity.transferOrder === "plan" && opPriority !== undefined && !dispatches;
  const line = lineOf(sent.flat(), (a, b) => isAfter(b, a));

  /** The op ends: everything on its own device is released, everything else is sent. */
  const finish = (v: number, nowUs: number): void => {
    for (const need of needs) if (need.producer === v && isLocal(need)) releaseAt(need, nowUs);
    transfers.push(...sent[v]);
    if (keepsTurns) {
      for (const transfer of sent[v]) line.offer(transfer);
      for (let next = line.take(); next !== undefined; next = line.take()) queueUp(next, 0, nowUs);
    } else for (const transfer of sent[v]) queueUp(transfer, 0, nowUs);
    const follower = followerOf(v);
    if (follower === undefined) return;
    const followOn = (at: number) => {
      missing[follower]--;
      if (missing[follower] === 0) makeReady(follower, at);
    };
    events.push({ timeUs: nowUs, kind: 0, key: [opRank[v], 2, -1], run: followOn });
  };

  const runDevice = (d: number, nowUs: number): void => {
    if (dispatches) ready[d].sort((a, b) => (isAfter(a, b) ? 1 : -1));
    const v = ready[d].shift();
    if (v === undefined) {
      deviceArmed[d] = false;
      return;
    }
    const costUs = runUs[v * cluster.devices.length + d];
    startUs[v] = nowUs;
    endUs[v] = nowUs + costUs;
    events.push({ timeUs: endUs[v], kind: 0, key: [opRank[v], 0, d], run: (at) => finish(v, at) });
    wakeDevice(d, costUs === 0 ? endUs[v] : endUs[v] + fidelity.opGapUs);
  };

  /**
   * What is to arrive next over the link; it delivers in the order of arrival, then in the order in
   * which it sent.
   */
  const arrival = (link: number): Event => {
    const transfer = flying[link][0];
    const timeUs = last(transfer.arriveUs);
    const links = transfer.route.length;
    const run = (nowUs: number) => {
      flying[link].shift();
      delivering[link] = true;
      const goOn = () => {
        delivering[link] = false;
      };
      events.push({ timeUs: nowUs, kind: 0, key: [opRank[transfer.producer], 2, link], run: goOn });
      const hop = fidelity.routing === "cut-through" ? links : transfer.arriveUs.length;
      if (hop < links) queueUp(transfer, hop, nowUs);
      else for (const need of transfer.needs) releaseAt(need, nowUs);
    };
    if (reserves && timeUs === last(transfer.startUs)) return { timeUs, kind: 1, key: [linkRank[link]], run };
    return { timeUs, kind: 0, key: [opRank[transfer.producer], 0, cluster.devices.length + link], run };
  };

  const runLink = (link: number, nowUs: number): void => {
    const transfer = waiting[link].shift();
    if (transfer === undefined) {
      linkArmed[link] = false;
      return;
    }
    const sentUs = nowUs + transfer.bytes / cluster.links[link].bytesPerUs;
    const arriveUs = sentUs + cluster.links[link].latencyUs;
    transfer.startUs.push(nowUs);
    transfer.arriveUs.push(arriveUs);
    flying[link].push(transfer);
    wakeLink(link, sentUs + fidelity.transferGapUs);
  };

  for (let v = 0; v < graph.opCount; v++) if (missing[v] === 0) makeReady(v, fidelity.startUs);
  let lastEventUs = 0;
  for (;;) {
    const links = cluster.links.map((_, link) => link);
    const arrivals = links.filter((link) => flying[link].length > 0 && !delivering[link]).map(arrival);
    const pending = [...events, ...arrivals, ...flowEnd()];
    if (pending.length === 0) break;
    const next = pending.reduce((first, event) => (precedes(event, first) ? event : first));
    if (events.includes(next)) events.splice(events.indexOf(next), 1);
    lastEventUs = next.timeUs;
    next.run(next.timeUs);
  }
  if (missing.some((count) => count > 0)) {
    const nothing = { startUs, endUs, transfers, peakBytes: [] };
    return { makespanUs: Number.NaN, ...nothing };
  }
  const lastFreeUs = Math.max(lastEventUs, ...deviceFreeUs, ...linkFreeUs);
  const makespanUs = fidelity.makespan === "last-event" ? lastFreeUs : Math.max(0, ...endUs);
  const peakBytes = referencePeaks(scenario, device, needs, { startUs, endUs, transfers });
  return { makespanUs, startUs, endUs, transfers, peakBytes };
}

/** What every op waits for, consumer by consumer in declared order. */
export function referenceNeeds({ graph, fidelity }: Scenario): Need[] {
  const tensors: Tensor[] = [];
  const tensorOf = (producer: number, port: number, bytes: number): Tensor => {
    const known = tensors.find((t) => t.producer === producer && t.port === port && t.bytes === bytes);
    if (known !== undefined) return known;
    tensors.push({ number: tensors.length, producer, port, bytes });
    return tensors[tensors.length - 1];
  };
  const needs: Need[] = [];
  for (let consumer = 0; consumer < graph.opCount; consumer++) {
    const own: Need[] = [];
    for (let e = graph.inStart[consumer]; e < graph.inStart[consumer + 1]; e++) {
      const producer = graph.edgeSource[e];
      const outputs = graph.outputBytes.slice(graph.outputStart[producer], graph.outputStart[producer + 1]);
      const isControl = graph.edgeOutput[e] === CONTROL;
      let tensor: Tensor | null = null;
      if (!isControl) tensor = tensorOf(producer, graph.edgeOutput[e], graph.edgeBytes[e]);
      else if (fidelity.controlEdges === "output-0") tensor = tensorOf(producer, 0, outputs[0] ?? 0);
      const same = own.findIndex(
        (need) => need.producer === producer && (fidelity.pairOutputs === "last" || need.tensor === tensor),
      );
      const need = { producer, consumer, tensor };
      if (same === -1) own.push(need);
      else own[same] = need;
    }
    needs.push(...own);
  }
  return needs;
}

const last = (times: readonly number[]): number => times[times.length - 1];

function precedes(a: Event, b: Event): boolean {
  if (a.timeUs !== b.timeUs) return a.timeUs < b.timeUs;
  if (a.kind !== b.kind) return a.kind < b.kind;
  for (let i = 0; i < Math.max(a.key.length, b.key.length); i++)
    if (a.key[i] !== b.key[i]) return a.key[i] < b.key[i];
  return false;
}

function rankOf(names: readonly string[], tieBreak: "id" | "name"): number[] {
  if (tieBreak === "id") return names.map((_, i) => i);
  const sorted = [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return names.map((name) => sorted.indexOf(name));
}
