/**
 * Certified lower bounds on the makespan, cheap enough for every table, and the ceiling that no schedule exceeds. Each bound
 * carries the name of its argument; test/env/sim/bounds.test.ts certifies them against brute force.
 *
 * - *critical path*: the longest chain of dependencies, every op on its fastest device, communication free;
 * - *work*: the units' total work shared ideally among the devices, see work-bound.ts;
 * - *largest unit*: a co-location class runs on one device, one op after the other.
 *
 * A *unit* is a co-location class or a single op: what no plan may split.
 */

import type { Compiled } from "./compile.ts";
import type { Bound } from "./evaluator.ts";
import { workBound } from "./work-bound.ts";

export function makespanBound(compiled: Compiled): Bound {
  const unitUs = unitTimesUs(compiled);
  const bounds: Bound[] = [
    { argument: "critical path", value: criticalPathUs(compiled) },
    { argument: "work", value: compiled.fidelity.startUs + workBoundUs(unitUs, compiled.deviceCount) },
    {
      argument: "largest unit",
      value: compiled.fidelity.startUs + largestUnitUs(unitUs, compiled.deviceCount),
    },
  ];
  return bounds.reduce((best, bound) => (bound.value > best.value ? bound : best));
}

/** Longest chain with every op on its fastest device. */
function criticalPathUs({ scenario, deviceCount, runUs, depStart, depConsumer, fidelity }: Compiled): number {
  const readyUs = new Float64Array(scenario.graph.opCount).fill(fidelity.startUs);
  let longestUs = 0;
  for (const v of scenario.graph.topologicalOrder) {
    let fastestUs = Number.POSITIVE_INFINITY;
    for (let d = 0; d < deviceCount; d++) fastestUs = Math.min(fastestUs, runUs[v * deviceCount + d]);
    const endUs = readyUs[v] + fastestUs;
    longestUs = Math.max(longestUs, endUs);
    for (let i = depStart[v]; i < depStart[v + 1]; i++)
      readyUs[depConsumer[i]] = Math.max(readyUs[depConsumer[i]], endUs);
  }
  return longestUs;
}

/** Time of each unit on each device, idle gaps included where the step ends with them, shape [units x devices]. */
function unitTimesUs({ scenario, deviceCount, runUs, fidelity }: Compiled): Float64Array {
  const { graph } = scenario;
  const gapUs = fidelity.makespan === "last-event" ? fidelity.opGapUs : 0;
  const unitOf = Int32Array.from(graph.colocation);
  let unitCount = graph.colocationCount;
  for (let v = 0; v < graph.opCount; v++) if (unitOf[v] === -1) unitOf[v] = unitCount++;
  const unitUs = new Float64Array(unitCount * deviceCount);
  for (let v = 0; v < graph.opCount; v++)
    for (let d = 0; d < deviceCount; d++) {
      const costUs = runUs[v * deviceCount + d];
      unitUs[unitOf[v] * deviceCount + d] += costUs === 0 ? 0 : costUs + gapUs;
    }
  return unitUs;
}

function largestUnitUs(unitUs: Float64Array, deviceCount: number): number {
  let largest = 0;
  for (let u = 0; u < unitUs.length; u += deviceCount)
    largest = Math.max(largest, Math.min(...unitUs.subarray(u, u + deviceCount)));
  return largest;
}

/** The work bound over devices that are alike in every unit's time taken as machines of one type. */
function workBoundUs(unitUs: Float64Array, deviceCount: number): number {
  const typeOf = deviceTypes(unitUs, deviceCount);
  const representatives = [...new Set(typeOf)];
  const machines = representatives.map((first) => typeOf.filter((type) => type === first).length);
  const units = unitUs.length / deviceCount;
  const typeUs = new Float64Array(units * representatives.length);
  for (let u = 0; u < units; u++)
    representatives.forEach((d, type) => {
      typeUs[u * representatives.length + type] = unitUs[u * deviceCount + d];
    });
  return workBound(typeUs, machines).valueUs;
}

/** For each device the first device with the same time for every unit. */
function deviceTypes(unitUs: Float64Array, deviceCount: number): number[] {
  const alike = (a: number, b: number) => {
    for (let u = 0; u < unitUs.length; u += deviceCount) if (unitUs[u + a] !== unitUs[u + b]) return false;
    return true;
  };
  const types: number[] = [];
  for (let d = 0; d < deviceCount; d++) types.push(types.find((first) => alike(first, d)) ?? d);
  return types;
}

/**
 * No schedule takes longer: while it runs, some op runs, some transfer moves, or some gap or latency passes, so the sum of
 * all of them, each on its slowest resource, is an upper limit.
 */
export function makespanCeilingUs(compiled: Compiled): number {
  const { opCount, deviceCount, runUs, fidelity, slotProducer, slotBytes, depStart, depSlot } = compiled;
  let totalUs = fidelity.startUs;
  for (let v = 0; v < opCount; v++) {
    let slowestUs = 0;
    for (let d = 0; d < deviceCount; d++)
      if (runUs[v * deviceCount + d] !== Number.POSITIVE_INFINITY)
        slowestUs = Math.max(slowestUs, runUs[v * deviceCount + d]);
    totalUs += slowestUs + fidelity.opGapUs;
  }
  const uses = new Int32Array(slotProducer.length);
  for (let i = 0; i < depStart[opCount]; i++) if (depSlot[i] >= 0) uses[depSlot[i]]++;
  for (let slot = 0; slot < slotProducer.length; slot++)
    totalUs += transfersOf(compiled, uses[slot]) * slowestRouteUs(compiled, slotBytes[slot]);
  return Math.max(totalUs * (1 + ROUNDING), Number.MIN_VALUE);
}

/** A schedule adds the same times up in another order. */
const ROUNDING = 1e-9;

/** Most transfers of a tensor with so many uses. */
function transfersOf({ fidelity, deviceCount }: Compiled, uses: number): number {
  return fidelity.multicast === "per-consumer" ? uses : Math.min(uses, deviceCount - 1);
}

function slowestRouteUs(compiled: Compiled, bytes: number): number {
  const { routeStart, routeLink, linkBytesPerUs, linkLatencyUs, fidelity } = compiled;
  let slowestUs = 0;
  for (let pair = 0; pair + 1 < routeStart.length; pair++) {
    let routeUs = 0;
    for (let i = routeStart[pair]; i < routeStart[pair + 1]; i++)
      routeUs += bytes / linkBytesPerUs[routeLink[i]] + linkLatencyUs[routeLink[i]] + fidelity.transferGapUs;
    slowestUs = Math.max(slowestUs, routeUs);
  }
  return slowestUs;
}
