/**
 * Lowers a scenario to the typed arrays that the event engine runs on. Done once for a scenario;
 * everything that depends on a placement is decided inside the engine, so thousands of placements
 * share one `Compiled`.
 *
 * A *dependency* is one thing a consumer waits for. A *slot* is one tensor that may have to be
 * moved: an output port, or a slice of it where an edge carries fewer bytes. Dependencies of one
 * producer are kept in two orders: as declared (which decides the order of transfers) and by
 * consumer rank (which decides the order of simultaneous releases).
 */

import { runTimesUs } from "../../model/cluster/speed.ts";
import { InputError } from "../../model/errors.ts";
import type { Fidelity } from "../../model/fidelity/fidelity.ts";
import { CONTROL, type OpGraph } from "../../model/graph/graph.ts";
import type { Scenario } from "../../model/scenario.ts";

/** The slot of a dependency that never needs a transfer. */
export const NO_SLOT = -1;

export interface Compiled {
  readonly scenario: Scenario;
  readonly fidelity: Fidelity;
  readonly opCount: number;
  readonly deviceCount: number;
  readonly linkCount: number;
  readonly slotCount: number;
  /** Shape [opCount x deviceCount], us. */
  readonly runUs: Float64Array;

  /** Dependencies on op v: depStart[v] .. depStart[v + 1], by consumer, then declared order. */
  readonly depStart: Int32Array;
  readonly depConsumer: Int32Array;
  readonly depSlot: Int32Array;
  /** The same dependencies by consumer rank. */
  readonly releaseConsumer: Int32Array;
  readonly releaseSlot: Int32Array;
  /** How many dependencies each op waits for. */
  readonly waitsFor: Int32Array;
  /**
   * Dependencies of op v: needStart[v] .. needStart[v + 1]; control dependencies that cost nothing
   * are left out.
   */
  readonly needStart: Int32Array;
  readonly needProducer: Int32Array;
  readonly needSlot: Int32Array;

  readonly slotProducer: Int32Array;
  /** Number of each slot among those of its producer. */
  readonly slotLocal: Int32Array;
  readonly slotBytes: Float64Array;

  /** Position of each op in the order that breaks ties. */
  readonly opRank: Int32Array;
  readonly linkRank: Int32Array;
  readonly deviceRank: Int32Array;

  readonly linkBytesPerUs: Float64Array;
  readonly linkLatencyUs: Float64Array;
  /** Links from device a to device b: routeLink[routeStart[a * deviceCount + b] ..). */
  readonly routeStart: Int32Array;
  readonly routeLink: Int32Array;

  /** Bytes of all outputs of each op. */
  readonly outputBytes: Float64Array;
  /** Bytes that live with each op during the whole step: weights and optimizer state. */
  readonly residentBytes: Float64Array;
  /** Bytes that each op holds only while it runs. */
  readonly workspaceBytes: Float64Array;
}

interface Dependency {
  readonly producer: number;
  readonly consumer: number;
  readonly slot: number;
}

export function compile(scenario: Scenario): Compiled {
  const { graph, cluster, fidelity } = scenario;
  if (fidelity.multicast === "free" && fidelity.memory === "training")
    throw new InputError(
      `Fidelity "${fidelity.name}": free multicast cannot be combined with training memory; use memory "outputs-only" or multicast "per-device".`,
    );
  if (fidelity.multicast === "free" && !fidelity.overlap)
    throw new InputError(
      `Fidelity "${fidelity.name}": free multicast has no one receiver that could stop computing; without overlap use multicast "per-device".`,
    );
  if (fidelity.dispatch === "ready" && !fidelity.overlap)
    throw new InputError(
      `Fidelity "${fidelity.name}": where ops and transfers of a device exclude each other, dispatch has to be "strict".`,
    );
  if (fidelity.contention === "fair" && !(fidelity.routing === "cut-through" && fidelity.overlap))
    throw new InputError(
      `Fidelity "${fidelity.name}": fair sharing of links needs routing "cut-through" and overlap, since all transfers go on at once.`,
    );
  checkTransferOrder(fidelity);
  const deviceCount = cluster.devices.length;
  const slots = collectSlots(graph, fidelity);
  const byProducer = layOut(graph.opCount, slots.dependencies, (dependency) => dependency.producer);
  const opRank = ranks(graph.names, fidelity);
  const byRank = layOut(
    graph.opCount,
    [...slots.dependencies].sort((a, b) => opRank[a.consumer] - opRank[b.consumer]),
    (dependency) => dependency.producer,
  );
  const needs = slots.dependencies.filter((dependency) => dependency.slot !== NO_SLOT);
  const byConsumer = layOut(graph.opCount, needs, (dependency) => dependency.consumer);
  const waitsFor = new Int32Array(graph.opCount);
  for (const { consumer } of slots.dependencies) waitsFor[consumer]++;

  const routeStart = new Int32Array(deviceCount * deviceCount + 1);
  const routes = cluster.routes.flat();
  routes.forEach((route, pair) => {
    routeStart[pair + 1] = routeStart[pair] + route.length;
  });
  const column = (row: readonly Dependency[], pick: (dependency: Dependency) => number) =>
    Int32Array.from(row, pick);
  return {
    scenario,
    fidelity,
    opCount: graph.opCount,
    deviceCount,
    linkCount: cluster.links.length,
    slotCount: slots.producer.length,
    runUs: runTimesUs(graph, cluster),
    depStart: byProducer.start,
    depConsumer: column(byProducer.row, (dependency) => dependency.consumer),
    depSlot: column(byProducer.row, (dependency) => dependency.slot),
    releaseConsumer: column(byRank.row, (dependency) => dependency.consumer),
    releaseSlot: column(byRank.row, (dependency) => dependency.slot),
    waitsFor,
    needStart: byConsumer.start,
    needProducer: column(byConsumer.row, (dependency) => dependency.producer),
    needSlot: column(byConsumer.row, (dependency) => dependency.slot),
    slotProducer: Int32Array.from(slots.producer),
    slotLocal: numberWithin(slots.producer),
    slotBytes: Float64Array.from(slots.bytes),
    opRank,
    linkRank: ranks(
      cluster.links.map((link) => link.name),
      fidelity,
    ),
    deviceRank: ranks(
      cluster.devices.map((device) => device.name),
      fidelity,
    ),
    linkBytesPerUs: Float64Array.from(cluster.links, (link) => link.bytesPerUs),
    linkLatencyUs: Float64Array.from(cluster.links, (link) => link.latencyUs),
    routeStart,
    routeLink: Int32Array.from(routes.flat()),
    outputBytes: Float64Array.from({ length: graph.opCount }, (_, v) =>
      graph.outputBytes
        .subarray(graph.outputStart[v], graph.outputStart[v + 1])
        .reduce((sum, bytes) => sum + bytes, 0),
    ),
    residentBytes: graph.parameterBytes.map((bytes) => bytes * (1 + fidelity.optimizerSlots)),
    workspaceBytes: graph.workspaceBytes,
  };
}

/**
 * An order of transfers needs lines to stand in, and every transfer in all of its lines at once.
 */
function checkTransferOrder({ name, transferOrder, contention, routing, overlap }: Fidelity): void {
  if (transferOrder === "first-come") return;
  if (contention === "queue" && routing === "cut-through" && overlap) return;
  throw new InputError(
    `Fidelity "${name}": transferOrder "plan" needs contention "queue", routing "cut-through" and overlap.`,
  );
}

/** The position of each entry among the entries of the same owner. */
function numberWithin(owner: readonly number[]): Int32Array {
  const next = new Map<number, number>();
  return Int32Array.from(owner, (of) => {
    const number = next.get(of) ?? 0;
    next.set(of, number + 1);
    return number;
  });
}

/**
 * Consumer by consumer in declared order: which dependencies there are, and which tensor each of
 * them needs.
 */
function collectSlots(graph: OpGraph, fidelity: Fidelity) {
  const slotOf = new Map<string, number>();
  const producer: number[] = [];
  const bytes: number[] = [];
  const dependencies: Dependency[] = [];
  const slotFor = (source: number, port: number, size: number): number => {
    const key = `${source}:${port}:${size}`;
    const known = slotOf.get(key);
    if (known !== undefined) return known;
    slotOf.set(key, producer.length);
    producer.push(source);
    bytes.push(size);
    return producer.length - 1;
  };
  for (let v = 0; v < graph.opCount; v++) {
    const waited = new Map<string, Dependency>();
    for (let e = graph.inStart[v]; e < graph.inStart[v + 1]; e++) {
      const source = graph.edgeSource[e];
      const slot = slotOfEdge(graph, fidelity, e, slotFor);
      const key = fidelity.pairOutputs === "last" ? `${source}` : `${source}:${slot}`;
      waited.set(key, { producer: source, consumer: v, slot });
    }
    dependencies.push(...waited.values());
  }
  return { producer, bytes, dependencies };
}

function slotOfEdge(
  graph: OpGraph,
  fidelity: Fidelity,
  e: number,
  slotFor: (source: number, port: number, size: number) => number,
): number {
  const source = graph.edgeSource[e];
  if (graph.edgeOutput[e] !== CONTROL) return slotFor(source, graph.edgeOutput[e], graph.edgeBytes[e]);
  if (fidelity.controlEdges === "free") return NO_SLOT;
  const hasOutput = graph.outputStart[source + 1] > graph.outputStart[source];
  return slotFor(source, 0, hasOutput ? graph.outputBytes[graph.outputStart[source]] : 0);
}

/** Stable counting sort of rows by an integer key. */
function layOut(size: number, rows: readonly Dependency[], keyOf: (row: Dependency) => number) {
  const start = new Int32Array(size + 1);
  for (const row of rows) start[keyOf(row) + 1]++;
  for (let i = 0; i < size; i++) start[i + 1] += start[i];
  const next = start.slice(0, size);
  const row: Dependency[] = new Array(rows.length);
  for (const entry of rows) row[next[keyOf(entry)]++] = entry;
  return { start, row };
}

/**
 * Position of each name in the tie-breaking order: by index, or by code point as the published
 * Placeto simulator does.
 */
function ranks(names: readonly string[], fidelity: Fidelity): Int32Array {
  const rank = Int32Array.from(names, (_, i) => i);
  if (fidelity.tieBreak === "id") return rank;
  const encoder = new TextEncoder();
  const encoded = names.map((name) => encoder.encode(name));
  const order = Array.from(rank).sort((a, b) => compareBytes(encoded[a], encoded[b]));
  order.forEach((index, position) => {
    rank[index] = position;
  });
  return rank;
}

/** UTF-8 bytes sort as code points do. */
function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}
