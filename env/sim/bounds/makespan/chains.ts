/**
 * The earliest start of each op and the least time from its end to the end of the step, by the type
 * of its device. Both come from earliest-starts.ts, one from each end of the graph. Transfers
 * count. A producer is on the device of its consumer, where ops take turns, or its output takes the
 * fastest route there.
 *
 * This is a relaxation of the event engine: devices serve each chain alone, and links never queue.
 */
import type { Compiled } from "../../engine/compile.ts";
import type { Units } from "../units.ts";
import { ancestryOf } from "./ancestry.ts";
import { type Dependencies, dependenciesOf, ORDER_ONLY } from "./dependencies.ts";
import { type Direction, findEarliestStarts } from "./earliest-starts.ts";

export interface Chains {
  readonly dependencies: Dependencies;
  /**
   * Shape [opCount x typeCount] each, us; `Infinity` where the type cannot run the op. Run times do
   * not include the idle gap after an op.
   */
  readonly startUs: Float64Array;
  readonly runUs: Float64Array;
  readonly tailUs: Float64Array;
  /**
   * Least time to move the tensor of a dependency between two different devices of these types.
   * `Infinity` where there are no two such devices.
   */
  transferUs(dependency: number, from: number, to: number): number;
  /**
   * Least time until the links of the transfer are free again, where that belongs to the step; else
   * 0.
   */
  linksFreeUs(dependency: number, from: number, to: number): number;
  /** Is u an ancestor of v? */
  isBefore(u: number, v: number): boolean;
  /**
   * The graph from the end of the step, in which an op starts when the gap after it ends, and the
   * reach of the search.
   */
  readonly backward: Direction;
  readonly reach: number;
}

/**
 * Chains for given units. `areApart` tells producers and consumers that are known to be on two
 * devices.
 */
export type ChainsFor = (units: Units, areApart?: (u: number, v: number) => boolean) => Chains;

export const chainsOf = (compiled: Compiled, units: Units): Chains => createChains(compiled)(units);

/** Makes chains of one scenario as more becomes known about its units. */
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
  const { opGapUs } = compiled.fidelity;
  const runUs = units.opUs.map((us, i) => (us === Infinity ? us : ownRunUs(compiled, units, i)));
  const scene: Scene = {
    compiled,
    units,
    dependencies,
    runUs,
    gapUs: runUs.map((us) => (us > 0 ? opGapUs : 0)),
    mayShare: shareTest(units, areApart),
    isBefore,
    ...transferTimes(compiled, units, dependencies),
  };
  const startUs = new Float64Array(runUs.length);
  const backwardUs = new Float64Array(runUs.length);
  const backward = backwardOf(scene, backwardUs);
  const reach = reachFor(runUs.length);
  findEarliestStarts(forwardOf(scene, startUs), units, reach, startUs);
  findEarliestStarts(backward, units, reach, backwardUs);
  const tailUs = backwardUs.map((us, i) => (runUs[i] === Infinity ? us : us + scene.gapUs[i]));
  const { transferUs, linksFreeUs } = scene;
  return { dependencies, startUs, runUs, tailUs, transferUs, linksFreeUs, isBefore, backward, reach };
}

type Transfers = Pick<Chains, "transferUs" | "linksFreeUs">;

/** What both directions of time use. */
interface Scene extends Transfers, Pick<Direction, "mayShare" | "isBefore"> {
  readonly compiled: Compiled;
  readonly units: Units;
  readonly dependencies: Dependencies;
  readonly runUs: Float64Array;
  /** Idle time of the device after each op, shape [opCount x typeCount]. */
  readonly gapUs: Float64Array;
}

function shareTest(
  { unitOf, unitBytes, typeBytes }: Units,
  areApart: (u: number, v: number) => boolean,
): Direction["mayShare"] {
  return (u, v, type) =>
    unitOf[u] === unitOf[v] ||
    (unitBytes[unitOf[u]] + unitBytes[unitOf[v]] <= typeBytes[type] && !areApart(u, v));
}

function transferTimes(compiled: Compiled, units: Units, { bytes }: Dependencies): Transfers {
  const { fidelity } = compiled;
  const { typeCount, machines } = units;
  const routes = fastestRoutes(compiled, units);
  const isAlone = (from: number, to: number): boolean => from === to && machines[from] === 1;
  return {
    transferUs(dependency, from, to) {
      if (isAlone(from, to)) return Number.POSITIVE_INFINITY;
      if (bytes[dependency] === ORDER_ONLY) return 0;
      const pair = from * typeCount + to;
      return routes.latencyUs[pair] + bytes[dependency] * routes.usPerByte[pair];
    },
    linksFreeUs(dependency, from, to) {
      if (fidelity.makespan === "last-op" || bytes[dependency] === ORDER_ONLY) return 0;
      if (isAlone(from, to)) return Number.POSITIVE_INFINITY;
      // Links that are shared fairly have no gaps between transfers.
      const gap = fidelity.contention === "fair" ? 0 : fidelity.transferGapUs;
      return bytes[dependency] * routes.usPerByte[from * typeCount + to] + gap;
    },
  };
}

function forwardOf(scene: Scene, startUs: Float64Array): Direction {
  const { compiled, units, dependencies, runUs, gapUs, transferUs, mayShare, isBefore } = scene;
  const { typeCount } = units;
  return {
    order: compiled.scenario.graph.topologicalOrder,
    start: dependencies.start,
    before: dependencies.producer,
    dependency: Int32Array.from(dependencies.producer.keys()),
    occupiedUs: runUs.map((us, i) => us + gapUs[i]),
    floorUs: new Float64Array(runUs.length).fill(compiled.fidelity.startUs),
    remoteUs: (dependency, u, _v, type) => {
      let least = Number.POSITIVE_INFINITY;
      for (let from = 0, i = u * typeCount; from < typeCount; from++, i++)
        least = Math.min(least, startUs[i] + runUs[i] + transferUs(dependency, from, type));
      return least;
    },
    mayShare,
    isBefore,
  };
}

function backwardOf(scene: Scene, backwardUs: Float64Array): Direction {
  const { compiled, units, dependencies, runUs, gapUs, transferUs, linksFreeUs, mayShare, isBefore } = scene;
  const { fidelity } = compiled;
  const { consumer, producerStart, ofProducer } = dependencies;
  const { typeCount } = units;
  const trailingUs = fidelity.makespan === "last-event" ? fidelity.opGapUs : 0;
  return {
    order: compiled.scenario.graph.topologicalOrder.toReversed(),
    start: producerStart,
    before: ofProducer.map((dependency) => consumer[dependency]),
    dependency: ofProducer,
    occupiedUs: runUs.map((us, i) => us + gapUs[i]),
    floorUs: runUs.map((us, i) => (us > 0 ? trailingUs : 0) - gapUs[i]),
    remoteUs: (dependency, w, v, type) => {
      let least = Number.POSITIVE_INFINITY;
      for (let to = 0, i = w * typeCount; to < typeCount; to++, i++) {
        const arrivedUs = transferUs(dependency, type, to) + runUs[i] + backwardUs[i] + gapUs[i];
        least = Math.min(least, Math.max(arrivedUs, linksFreeUs(dependency, type, to)));
      }
      return least - gapUs[v * typeCount + type];
    },
    mayShare,
    isBefore: (w, v) => isBefore(v, w),
  };
}

/** Keeps the work to about a second, whatever the number of ops. */
const reachFor = (entries: number): number => Math.max(8, Math.min(256, Math.floor(1_500_000 / entries)));

function ownRunUs({ runUs, deviceCount }: Compiled, { typeCount, deviceOf }: Units, i: number): number {
  return runUs[Math.floor(i / typeCount) * deviceCount + deviceOf[i % typeCount]];
}

/** The longest chain through any op, on the type where that chain is shortest. */
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
      // One transfer that serves all may have taken the route to any other device.
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
