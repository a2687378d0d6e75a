/**
 * The earliest start of each op and the least time from its end to the end of the step, for each device type that the op may
 * lie on, by dynamic programming over the graph from both ends. Transfers count: a producer lies on the device of its consumer
 * or its output takes the fastest way there. What has to be on one device runs there one op after the other: for
 * any time e, the producers whose outputs cannot arrive from elsewhere by e run on the consumer's device, and their one-machine
 * schedule ends by e or the consumer does not start at e. (The argument of Papadimitriou and Yannakakis, SIAM J. Comput. 1990,
 * for direct producers and without their duplication.)
 *
 * A relaxation of the event engine: devices serve each chain alone, links never queue.
 */
import type { Compiled } from "../compile.ts";
import { type Dependencies, dependenciesOf, ORDER_ONLY } from "./dependencies.ts";
import { createOneMachine } from "./one-machine.ts";
import type { Units } from "./units.ts";

export interface Chains {
  readonly dependencies: Dependencies;
  /** Shape [opCount x typeCount] each, us; `Infinity` where the op cannot lie. Run times leave the idle gap after an op out. */
  readonly startUs: Float64Array;
  readonly runUs: Float64Array;
  readonly tailUs: Float64Array;
  /** Least time to move the tensor of a dependency between two different devices of these types; `Infinity` where there are none. */
  transferUs(dependency: number, from: number, to: number): number;
  /** Least time until its links are free again, where the step ends no earlier than that; else 0. */
  linksFreeUs(dependency: number, from: number, to: number): number;
}

/** `areApart` tells producers and consumers that are known to be on two devices. */
export function chainsOf(
  compiled: Compiled,
  units: Units,
  areApart: (u: number, v: number) => boolean = () => false,
): Chains {
  const { scenario, opCount, fidelity } = compiled;
  const { typeCount, unitOf, unitBytes, typeBytes, machines, opUs } = units;
  const dependencies = dependenciesOf(compiled);
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
  const tailUs = new Float64Array(opCount * typeCount);
  const neighbours = createOneMachine(Math.max(longestList(start), longestList(producerStart)));

  for (const v of scenario.graph.topologicalOrder)
    for (let type = 0; type < typeCount; type++) {
      const i = v * typeCount + type;
      neighbours.clear();
      for (let dependency = start[v]; dependency < start[v + 1]; dependency++) {
        const u = producer[dependency];
        const local = u * typeCount + type;
        let remoteUs = Number.POSITIVE_INFINITY;
        for (let from = 0; unitOf[u] !== unitOf[v] && from < typeCount; from++) {
          const other = u * typeCount + from;
          remoteUs = Math.min(remoteUs, startUs[other] + runUs[other] + transferUs(dependency, from, type));
        }
        neighbours.add(
          remoteUs,
          mayShare(u, v, type) ? startUs[local] : Infinity,
          runUs[local] + gapUs(local),
        );
      }
      startUs[i] = runUs[i] === Infinity ? Infinity : Math.max(fidelity.startUs, neighbours.leastUs());
    }

  const { topologicalOrder } = scenario.graph;
  for (let position = opCount - 1; position >= 0; position--) {
    const v = topologicalOrder[position];
    for (let type = 0; type < typeCount; type++) {
      const i = v * typeCount + type;
      neighbours.clear();
      for (let k = producerStart[v]; k < producerStart[v + 1]; k++) {
        const w = consumer[ofProducer[k]];
        const local = w * typeCount + type;
        let remoteUs = Number.POSITIVE_INFINITY;
        for (let to = 0; unitOf[v] !== unitOf[w] && to < typeCount; to++) {
          const other = w * typeCount + to;
          const arrivedUs = transferUs(ofProducer[k], type, to) + runUs[other] + tailUs[other];
          remoteUs = Math.min(remoteUs, Math.max(arrivedUs, linksFreeUs(ofProducer[k], type, to)));
        }
        // Everything local waits for the gap after v; take it off the rest so that both kinds count from v's end.
        neighbours.add(
          remoteUs,
          mayShare(v, w, type) ? tailUs[local] - gapUs(local) + gapUs(i) : Infinity,
          runUs[local] + gapUs(local),
        );
      }
      const trailing = runUs[i] > 0 ? trailingUs : 0;
      tailUs[i] = runUs[i] === Infinity ? Infinity : Math.max(trailing, neighbours.leastUs());
    }
  }
  return { dependencies, startUs, runUs, tailUs, transferUs, linksFreeUs };
}

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

function longestList(start: Int32Array): number {
  let longest = 0;
  for (let i = 0; i + 1 < start.length; i++) longest = Math.max(longest, start[i + 1] - start[i]);
  return longest;
}

/** The least latency and the least time per byte between different devices of two types, shape [typeCount x typeCount] each. */
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
