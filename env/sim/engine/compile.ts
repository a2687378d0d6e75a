/**
 * Lowers a scenario to the typed arrays that the event engine runs on. This happens once for a
 * scenario. All that depends on a placement is decided inside the engine, so thousands of
 * placements share one `Compiled`.
 *
 * A *dependency* is one thing that a consumer waits for. A *slot* is one tensor that may have to be
 * moved: an output port, or a slice of it where an edge carries fewer bytes. Dependencies of one
 * producer are kept in two orders. The declared order decides the order of transfers, the order by
 * consumer rank that of simultaneous releases.
 */

import type { Cluster } from "../../model/cluster/cluster.ts";
import { runTimesUs } from "../../model/cluster/speed.ts";
import type { Fidelity } from "../../model/fidelity/fidelity.ts";
import { CONTROL, type OpGraph } from "../../model/graph/graph.ts";
import type { Scenario } from "../../model/scenario.ts";
import { checkFidelity } from "./check-fidelity.ts";

/** The slot of a dependency that never needs a transfer. */
export const NO_SLOT = -1;

export interface Compiled {
  readonly scenario: Scenario;
  readonly fidelity: Fidelity;
  readonly opCount: number;
  readonly deviceCount: number;
  readonly linkCount: number;
  readonly slotCount: number;
  /** Shape [opCount x deviceCount], us; shape [opCount] where ops run alike on all devices. */
  readonly runUs: Float64Array;
  /** Set where each op takes the same time on every device, as tasks of lowered plans do. */
  readonly runsAlike?: true;

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
   * Dependencies of op v: needStart[v] .. needStart[v + 1]. Control dependencies that cost nothing
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
  checkFidelity(fidelity);
  const slots = collectSlots(graph, fidelity);
  const opRank = ranks(graph.names, fidelity);
  const linkNames = cluster.links.map((link) => link.name);
  const deviceNames = cluster.devices.map((device) => device.name);
  return {
    scenario,
    fidelity,
    opCount: graph.opCount,
    deviceCount: cluster.devices.length,
    linkCount: cluster.links.length,
    slotCount: slots.producer.length,
    runUs: runTimesUs(graph, cluster),
    ...dependencyColumns(graph.opCount, slots.dependencies, opRank),
    slotProducer: Int32Array.from(slots.producer),
    slotLocal: numberWithin(slots.producer),
    slotBytes: Float64Array.from(slots.bytes),
    opRank,
    linkRank: ranks(linkNames, fidelity),
    deviceRank: ranks(deviceNames, fidelity),
    linkBytesPerUs: Float64Array.from(cluster.links, (link) => link.bytesPerUs),
    linkLatencyUs: Float64Array.from(cluster.links, (link) => link.latencyUs),
    ...routeColumns(cluster),
    outputBytes: Float64Array.from({ length: graph.opCount }, (_, v) => outputBytesOf(graph, v)),
    residentBytes: graph.parameterBytes.map((bytes) => bytes * (1 + fidelity.optimizerSlots)),
    workspaceBytes: graph.workspaceBytes,
  };
}

/** Links of the longest route. */
export function longestRoute({ routeStart }: Compiled): number {
  let longest = 0;
  for (let pair = 0; pair + 1 < routeStart.length; pair++)
    longest = Math.max(longest, routeStart[pair + 1] - routeStart[pair]);
  return longest;
}

function dependencyColumns(opCount: number, dependencies: readonly Dependency[], opRank: Int32Array) {
  const byProducer = layOut(opCount, dependencies, ({ producer }) => producer);
  const inRankOrder = [...dependencies].sort((a, b) => opRank[a.consumer] - opRank[b.consumer]);
  const byRank = layOut(opCount, inRankOrder, ({ producer }) => producer);
  const needs = dependencies.filter(({ slot }) => slot !== NO_SLOT);
  const byConsumer = layOut(opCount, needs, ({ consumer }) => consumer);
  const waitsFor = new Int32Array(opCount);
  for (const { consumer } of dependencies) waitsFor[consumer]++;
  return {
    depStart: byProducer.start,
    depConsumer: Int32Array.from(byProducer.row, ({ consumer }) => consumer),
    depSlot: Int32Array.from(byProducer.row, ({ slot }) => slot),
    releaseConsumer: Int32Array.from(byRank.row, ({ consumer }) => consumer),
    releaseSlot: Int32Array.from(byRank.row, ({ slot }) => slot),
    waitsFor,
    needStart: byConsumer.start,
    needProducer: Int32Array.from(byConsumer.row, ({ producer }) => producer),
    needSlot: Int32Array.from(byConsumer.row, ({ slot }) => slot),
  };
}

function routeColumns(cluster: Cluster) {
  const routes = cluster.routes.flat();
  const routeStart = new Int32Array(cluster.devices.length ** 2 + 1);
  routes.forEach((route, pair) => {
    routeStart[pair + 1] = routeStart[pair] + route.length;
  });
  return { routeStart, routeLink: Int32Array.from(routes.flat()) };
}

function outputBytesOf({ outputStart, outputBytes }: OpGraph, v: number): number {
  return outputBytes.subarray(outputStart[v], outputStart[v + 1]).reduce((sum, bytes) => sum + bytes, 0);
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

/** All dependencies, consumer by consumer in declared order, and the tensor that each needs. */
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
 * Position of each name in the order that breaks ties: by index, or by code point as in the
 * published Placeto simulator.
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
