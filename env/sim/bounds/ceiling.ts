/**
 * Upper limits on the value of every feasible plan. They are the unit of the penalty for plans that
 * do not fit.
 */
import { routeKinds } from "../../model/cluster/route-kinds.ts";
import type { Compiled } from "../engine/compile.ts";

/**
 * No schedule takes longer. At every moment some op runs, some transfer moves, or some gap or
 * latency passes. So the sum of all of these, each on its slowest resource, is an upper limit.
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

/** A schedule adds the same times in another order. */
const ROUNDING = 1e-9;

/** Most transfers of a tensor with this many uses. */
function transfersOf({ fidelity, deviceCount }: Compiled, uses: number): number {
  return fidelity.multicast === "per-consumer" ? uses : Math.min(uses, deviceCount - 1);
}

function slowestRouteUs({ scenario, linkBytesPerUs, linkLatencyUs, fidelity }: Compiled, bytes: number) {
  let slowestUs = 0;
  for (const route of routeKinds(scenario.cluster)) {
    let routeUs = 0;
    for (const link of route)
      routeUs += bytes / linkBytesPerUs[link] + linkLatencyUs[link] + fidelity.transferGapUs;
    slowestUs = Math.max(slowestUs, routeUs);
  }
  return slowestUs;
}

/**
 * No device ever holds more than the sum of all weights, outputs and workspaces, and a copy of
 * every tensor for each use.
 */
export function peakCeilingBytes({
  residentBytes,
  workspaceBytes,
  outputBytes,
  depStart,
  depSlot,
  slotBytes,
  opCount,
}: Compiled): number {
  let total = 1;
  for (let v = 0; v < opCount; v++) {
    total += residentBytes[v] + outputBytes[v] + workspaceBytes[v];
    for (let i = depStart[v]; i < depStart[v + 1]; i++) if (depSlot[i] >= 0) total += slotBytes[depSlot[i]];
  }
  return total;
}
