/**
 * The specification of the simulator: one priority queue of events, maps, arrays of objects and no cleverness. Slow and
 * obvious; engine.ts must give the same numbers, which test/env/sim/engine.test.ts checks on random scenarios.
 */
import { CONTROL } from "../model/graph.ts";
import type { Scenario } from "../model/scenario.ts";
import { runTimesUs } from "../model/speed.ts";

export interface ReferenceTransfer {
  readonly producer: number;
  readonly to: number;
  readonly bytes: number;
  /** Start on each link of the route, and arrival at the end of each, us. */
  readonly startUs: number[];
  readonly arriveUs: number[];
}

export interface ReferenceRun {
  readonly makespanUs: number;
  readonly startUs: number[];
  readonly endUs: number[];
  readonly transfers: ReferenceTransfer[];
  /** Peak bytes of each device under `memory: "training"`. */
  readonly peakBytes: number[];
}

interface Tensor {
  readonly producer: number;
  readonly port: number;
  readonly bytes: number;
}

interface Need {
  readonly producer: number;
  readonly consumer: number;
  /** What has to be moved if the consumer is elsewhere; null for an ordering that costs nothing. */
  readonly tensor: Tensor | null;
}

interface Transfer extends ReferenceTransfer {
  readonly needs: Need[];
  readonly route: readonly number[];
}

interface Event {
  readonly timeUs: number;
  /** 0 release, 1 link, 2 device. */
  readonly kind: number;
  readonly key: readonly number[];
  run(nowUs: number): void;
}

export function referenceRun(scenario: Scenario, device: ArrayLike<number>): ReferenceRun {
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
  const startUs: number[] = new Array(graph.opCount).fill(0);
  const endUs: number[] = new Array(graph.opCount).fill(0);
  const transfers: Transfer[] = [];

  const events: Event[] = [];
  const ready: number[][] = cluster.devices.map(() => []);
  const deviceArmed = cluster.devices.map(() => false);
  const waiting: Transfer[][] = cluster.links.map(() => []);
  const flying: Transfer[][] = cluster.links.map(() => []);
  const linkArmed = cluster.links.map(() => false);

  const wakeDevice = (d: number, nowUs: number): void => {
    deviceArmed[d] = true;
    events.push({ timeUs: nowUs, kind: 2, key: [deviceRank[d]], run: (at) => runDevice(d, at) });
  };
  const wakeLink = (link: number, nowUs: number): void => {
    linkArmed[link] = true;
    events.push({ timeUs: nowUs, kind: 1, key: [linkRank[link]], run: (at) => runLink(link, at) });
  };
  const makeReady = (v: number, nowUs: number): void => {
    ready[device[v]].push(v);
    if (!deviceArmed[device[v]]) wakeDevice(device[v], nowUs);
  };
  const queueUp = (transfer: Transfer, link: number, nowUs: number): void => {
    waiting[link].push(transfer);
    if (!linkArmed[link]) wakeLink(link, nowUs);
  };
  const releaseAt = (need: Need, timeUs: number): void => {
    const run = (nowUs: number) => {
      missing[need.consumer]--;
      if (missing[need.consumer] === 0) makeReady(need.consumer, nowUs);
    };
    events.push({ timeUs, kind: 0, key: [opRank[need.producer], 1, opRank[need.consumer]], run });
  };

  /** The op ends: everything on its own device is released, everything else is sent. */
  const finish = (v: number, nowUs: number): void => {
    const open: Transfer[] = [];
    for (const need of needs.filter(({ producer }) => producer === v)) {
      const to = device[need.consumer];
      if (to === device[v] || need.tensor === null) {
        releaseAt(need, nowUs);
        continue;
      }
      const shared = open.find(
        (transfer) =>
          transfer.needs[0].tensor === need.tensor && (fidelity.multicast === "free" || transfer.to === to),
      );
      if (shared !== undefined) {
        shared.needs.push(need);
        continue;
      }
      const route = cluster.routes[device[v]][to];
      const transfer: Transfer = {
        producer: v,
        to,
        bytes: need.tensor.bytes,
        startUs: [],
        arriveUs: [],
        needs: [need],
        route,
      };
      open.push(transfer);
      transfers.push(transfer);
    }
    for (const transfer of open) queueUp(transfer, transfer.route[0], nowUs);
  };

  const runDevice = (d: number, nowUs: number): void => {
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

  /** A link delivers in the order in which it sent. */
  const awaitArrival = (link: number): void => {
    const transfer = flying[link][0];
    const hop = transfer.arriveUs.length - 1;
    const arrive = (nowUs: number) => {
      flying[link].shift();
      const goOn = () => {
        if (flying[link].length > 0) awaitArrival(link);
      };
      events.push({ timeUs: nowUs, kind: 0, key: [opRank[transfer.producer], 2, link], run: goOn });
      const nextLink = transfer.route[hop + 1];
      if (nextLink !== undefined) queueUp(transfer, nextLink, nowUs);
      else for (const need of transfer.needs) releaseAt(need, nowUs);
    };
    const key = [opRank[transfer.producer], 0, cluster.devices.length + link];
    events.push({ timeUs: transfer.arriveUs[hop], kind: 0, key, run: arrive });
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
    if (flying[link].length === 1) awaitArrival(link);
    wakeLink(link, sentUs + fidelity.transferGapUs);
  };

  for (let v = 0; v < graph.opCount; v++) if (missing[v] === 0) makeReady(v, fidelity.startUs);
  let lastEventUs = 0;
  while (events.length > 0) {
    const next = events.reduce((first, event) => (precedes(event, first) ? event : first));
    events.splice(events.indexOf(next), 1);
    lastEventUs = next.timeUs;
    next.run(next.timeUs);
  }
  const makespanUs = fidelity.makespan === "last-event" ? lastEventUs : Math.max(0, ...endUs);
  const peakBytes = referencePeaks(scenario, device, needs, { startUs, endUs, transfers });
  return { makespanUs, startUs, endUs, transfers, peakBytes };
}

/** At every instant, the sum of everything that lives on the device then. */
function referencePeaks(
  { graph, cluster, fidelity }: Scenario,
  device: ArrayLike<number>,
  needs: readonly Need[],
  run: { startUs: number[]; endUs: number[]; transfers: Transfer[] },
): number[] {
  const lives: {
    readonly at: number;
    readonly bytes: number;
    readonly fromUs: number;
    readonly toUs: number;
  }[] = [];
  for (let v = 0; v < graph.opCount; v++) {
    const uses = needs.filter(({ producer, tensor }) => producer === v && tensor !== null);
    const localEnds = uses
      .filter((need) => device[need.consumer] === device[v])
      .map((need) => run.endUs[need.consumer]);
    const sends = run.transfers.filter(({ producer }) => producer === v).map(({ arriveUs }) => arriveUs[0]);
    const outputs = graph.outputBytes.slice(graph.outputStart[v], graph.outputStart[v + 1]);
    lives.push({
      at: device[v],
      bytes: outputs.reduce((sum, bytes) => sum + bytes, 0),
      fromUs: run.startUs[v],
      toUs: Math.max(run.endUs[v], ...localEnds, ...sends),
    });
  }
  for (const { to, bytes, startUs, needs: served } of run.transfers)
    lives.push({
      at: to,
      bytes,
      fromUs: startUs[startUs.length - 1],
      toUs: Math.max(...served.map((need) => run.endUs[need.consumer])),
    });
  return cluster.devices.map((_, d) => {
    let resident = 0;
    for (let v = 0; v < graph.opCount; v++)
      if (device[v] === d) resident += graph.parameterBytes[v] * (1 + fidelity.optimizerSlots);
    const own = lives.filter(({ at }) => at === d);
    const liveAt = (us: number) =>
      own.filter(({ fromUs, toUs }) => fromUs <= us && us < toUs).reduce((sum, { bytes }) => sum + bytes, 0);
    return resident + Math.max(0, ...own.map(({ fromUs }) => liveAt(fromUs)));
  });
}

/** What every op waits for, consumer by consumer in declared order. */
export function referenceNeeds({ graph, fidelity }: Scenario): Need[] {
  const tensors: Tensor[] = [];
  const tensorOf = (producer: number, port: number, bytes: number): Tensor => {
    const known = tensors.find((t) => t.producer === producer && t.port === port && t.bytes === bytes);
    if (known !== undefined) return known;
    tensors.push({ producer, port, bytes });
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
