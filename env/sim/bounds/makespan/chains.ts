/**
 * The earliest start of each op and the least time from its end to the end of the step, for each
 * device type that the op may lie on: earliest-starts.ts from both ends of the graph. Transfers
 * count: a producer lies on the device of its consumer, where what lies together takes turns, or
 * its output takes the fastest way there.
 *
 * A relaxation of the event engine: devices serve each chain alone, links never queue.
 */
import type { Compiled } from "../../engine/compile.ts";
import type { Units } from "../units.ts";
import { ancestryOf } from "./ancestry.ts";
import { type Dependencies, dependenciesOf, ORDER_ONLY } from "./dependencies.ts";
import { type Direction, findEarliestStarts } from "./earliest-starts.ts";

export interface Chains {
  readonly dependencies: Dependencies;
  /**
   * Shape [opCount x typeCount] each, us; `Infinity` where the op cannot lie. Run times leave the
   * idle gap after an op out.
   */
  readonly startUs: Float64Array;
  readonly runUs: Float64Array;
  readonly tailUs: Float64Array;
  /**
   * Least time to move the tensor of a dependency between two different devices of these types;
   * `Infinity` where there are none.
   */
  transferUs(dependency: number, from: number, to: number): number;
  /**
   * Least time until its links are free again, where the step ends no earlier than that; else 0.
   */
  linksFreeUs(dependency: number, from: number, to: number): number;
  /** Does v depend on u? */
  isBefore(u: number, v: number): boolean;
  /**
   * The graph from the end of the step, in which an op starts when the gap after it ends; and how
   * far it is worth looking.
   */
  readonly backward: Direction;
  readonly reach: number;
}

/** `areApart` tells producers and consumers that are known to be on two devices. */
export type ChainsFor = (units: Units, areApart?: (u: number, v: number) => boolean) => Chains;

export const chainsOf = (compiled: Compiled, units: Units): Chains => createChains(compiled)(units);

/** Chains of one scenario as more and more becomes known of its units. */
export function createChains(compiled: Compiled): ChainsFor {
  const dependencies = dependenciesOf(compiled);
  const isBefore = ancestryOf(compiled, dependencies);
  return (units, areApart = () => false) => chainsFrom(compiled, units, dependencies, isBefore, areApart);
}

function chainsFrom(
  compiled: Compiled,
  units: Units,
  dependencies: Dependencies,
  isBefore: (u: number, v: number) => boolean,
  areApart: (u: number, v: number) => boolean,
): Chains {
  const { scenario, opCount, fidelity } = compiled;
  const { typeCount, unitOf, unitBytes, typeBytes, machines, opUs } = units;
  const { start, producer, consumer, bytes, producerStart, ofProducer } = dependencies;
  const routes = fastestRoutes(compiled, units);
  const trailingUs = fidelity.makespan === "last-event" ? fidelity.opGapUs : 0;
  const runUs = opUs.map((us, i) => (us === Infinity ? us : ownRunUs(compiled, units, i)));
  const gapUs = (i: number) => (runUs[i] > 0 ? fidelity.opGapUs : 0);

  const isAlone = (from: number, to: number): boolean => from === to && machines[from] === 1;
  const transferUs = (dependency: number, from: number, to: number): number => {
    if (isAlone(from, to)) return Number.POSITIVE_INFINITY;
    if (bytes[dependency] === ORDER_ONLY) return 0;
    const pair = from * typeCount + to;
    return routes.latencyUs[pair] + bytes[dependency] * routes.usPerByte[pair];
  };
  const linksFreeUs = (dependency: number, from: number, to: number): number => {
    if (fidelity.makespan === "last-op" || bytes[dependency] === ORDER_ONLY) return 0;
    if (isAlone(from, to)) return Number.POSITIVE_INFINITY;
    // Links that are shared fairly have no gaps between transfers.
    const gap = fidelity.contention === "fair" ? 0 : fidelity.transferGapUs;
    return bytes[dependency] * routes.usPerByte[from * typeCount + to] + gap;
  };
  const mayShare = (u: number, v: number, type: number): boolean =>
    unitOf[u] === unitOf[v] ||
    (unitBytes[unitOf[u]] + unitBytes[unitOf[v]] <= typeBytes[type] && !areApart(u, v));

  const startUs = new Float64Array(opCount * typeCount);
  const occupiedUs = runUs.map((us, i) => us + gapUs(i));
  const forward: Direction = {
    order: scenario.graph.topologicalOrder,
    start,
    before: producer,
    dependency: Int32Array.from(producer.keys()),
    occupiedUs,
    floorUs: new Float64Array(runUs.length).fill(fidelity.startUs),
    remoteUs: (dependency, u, _v, type) => {
      let least = Number.POSITIVE_INFINITY;
      for (let from = 0, i = u * typeCount; from < typeCount; from++, i++)
        least = Math.min(least, startUs[i] + runUs[i] + transferUs(dependency, from, type));
      return least;
    },
    mayShare,
    isBefore,
  };
  const backwardUs = new Float64Array(startUs.length);
  const backward: Direction = {
    order: scenario.graph.topologicalOrder.toReversed(),
    start: producerStart,
    before: ofProducer.map((dependency) => consumer[dependency]),
    dependency: ofProducer,
    occupiedUs,
    floorUs: runUs.map((us, i) => (us > 0 ? trailingUs : 0) - gapUs(i)),
    remoteUs: (dependency, w, v, type) => {
      let least = Number.POSITIVE_INFINITY;
      for (let to = 0, i = w * typeCount; to < typeCount; to++, i++) {
        const arrivedUs = transferUs(dependency, type, to) + runUs[i] + backwardUs[i] + gapUs(i);
        least = Math.min(least, Math.max(arrivedUs, linksFreeUs(dependency, type, to)));
      }
      return least - gapUs(v * typeCount + type);
    },
    mayShare,
    isBefore: (w, v) => isBefore(v, w),
  };
  const reach = reachFor(runUs.length);
  findEarliestStarts(forward, units, reach, startUs);
  findEarliestStarts(backward, units, reach, backwardUs);
  const tailUs = backwardUs.map((us, i) => (runUs[i] === Infinity ? us : us + gapUs(i)));
  return { dependencies, startUs, runUs, tailUs, transferUs, linksFreeUs, isBefore, backward, reach };
}

/** About a second for 10,000 ops, whatever their number. */
const reachFor = (entries: number): number => Math.max(8, Math.min(256, Math.floor(1_500_000 / entries)));

function ownRunUs({ runUs, deviceCount }: Compiled, { typeCount, deviceOf }: Units, i: number): number {
  return runUs[Math.floor(i / typeCount) * deviceCount + deviceOf[i % typeCount]];
}

/** The longest chain through any op, on the type where that is shortest. */
export function longestThroughUs({ startUs, runUs, tailUs }: Chains, { typeCount }: Units): number {
  let longest = 0;
  for (let i = 0; i < startUs.length; i += typeCount) {
    let least = Number.POSITIVE_INFINITY;
    for (let type = i; type < i + typeCount; type++)
      least = Math.min(least, startUs[type] + runUs[type] + tailUs[type]);
    longest = Math.max(longest, least);
  }
  return longest;
}

/**
 * The least latency and the least time per byte between different devices of two types, shape
 * [typeCount x typeCount] each.
 */
function fastestRoutes(compiled: Compiled, { typeCount, typeOf }: Units) {
  const { deviceCount, routeStart, routeLink, linkBytesPerUs, linkLatencyUs, fidelity } = compiled;
  const latencyUs = new Float64Array(typeCount * typeCount).fill(Number.POSITIVE_INFINITY);
  const usPerByte = new Float64Array(typeCount * typeCount).fill(Number.POSITIVE_INFINITY);
  for (let from = 0; from < deviceCount; from++)
    for (let to = 0; to < deviceCount; to++) {
      if (from === to) continue;
      let latency = 0;
      let sum = 0;
      let slowest = 0;
      for (let i = routeStart[from * deviceCount + to]; i < routeStart[from * deviceCount + to + 1]; i++) {
        latency += linkLatencyUs[routeLink[i]];
        sum += 1 / linkBytesPerUs[routeLink[i]];
        slowest = Math.max(slowest, 1 / linkBytesPerUs[routeLink[i]]);
      }
      const perByte = fidelity.routing === "store-and-forward" ? sum : slowest;
      // One transfer that serves all may have taken the way to any other device.
      const served =
        fidelity.multicast === "free" ? Array.from({ length: typeCount }, (_, type) => type) : [typeOf[to]];
      for (const type of served) {
        const pair = typeOf[from] * typeCount + type;
        latencyUs[pair] = Math.min(latencyUs[pair], latency);
        usPerByte[pair] = Math.min(usPerByte[pair], perByte);
      }
    }
  return { latencyUs, usPerByte };
}
