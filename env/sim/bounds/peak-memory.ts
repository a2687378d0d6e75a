/**
 * Certified lower bounds in bytes on the largest peak of any device:
 *
 * - *largest op*: while an op runs, its device holds its outputs and workspace, each of its inputs,
 *   and its unit's weights;
 * - *largest unit*: the weights and optimizer state of a unit are on one device for the whole step;
 * - *all weights*: some device holds at least an equal share;
 * - *pigeonhole*: of any k x devices + 1 units, k + 1 share a device.
 *
 * Under `memory: "outputs-only"` only outputs count, and only where they are made.
 */
import { type Compiled, NO_SLOT } from "../engine/compile.ts";
import type { Bound } from "../evaluator/contract.ts";
import { PLACEMENTS, roundingFor } from "./best.ts";
import { makespanCeilingUs } from "./ceiling.ts";

export function peakMemoryBounds(compiled: Compiled): Bound[] {
  if (compiled.fidelity.memory === "outputs-only")
    return [{ argument: "largest op", covers: PLACEMENTS, value: Math.max(0, ...compiled.outputBytes) }];
  const { unitOf, bytes } = residentUnits(compiled);
  const sorted = bytes.toSorted().reverse();
  const roundedDown = roundingFor(bytes, compiled.outputBytes, compiled.slotBytes, compiled.workspaceBytes);
  const total = sorted.reduce((sum, unit) => sum + unit, 0);
  return [
    { argument: "largest unit", covers: PLACEMENTS, value: sorted[0] },
    { argument: "all weights", covers: PLACEMENTS, value: roundedDown(total / compiled.deviceCount) },
    {
      argument: "pigeonhole",
      covers: PLACEMENTS,
      value: roundedDown(pigeonholeBytes(sorted, compiled.deviceCount)),
    },
    {
      argument: "largest op",
      covers: PLACEMENTS,
      value: roundedDown(largestOpBytes(compiled, unitOf, bytes)),
    },
  ];
}

function residentUnits({ scenario, residentBytes }: Compiled) {
  const { opCount, colocation, colocationCount } = scenario.graph;
  const unitOf = Int32Array.from(colocation);
  let unitCount = colocationCount;
  for (let v = 0; v < opCount; v++) if (unitOf[v] === -1) unitOf[v] = unitCount++;
  const bytes = new Float64Array(unitCount);
  for (let v = 0; v < opCount; v++) bytes[unitOf[v]] += residentBytes[v];
  return { unitOf, bytes };
}

function pigeonholeBytes(falling: Float64Array, deviceCount: number): number {
  let best = 0;
  for (let k = 1; k * deviceCount < falling.length; k++) {
    let smallest = 0;
    for (let i = k * deviceCount - k; i <= k * deviceCount; i++) smallest += falling[i];
    best = Math.max(best, smallest);
  }
  return best;
}

/**
 * An input is the producer's outputs where both are on one device, else a copy of the tensor. The
 * smaller one counts.
 */
function largestOpBytes(compiled: Compiled, unitOf: Int32Array, unitBytes: Float64Array): number {
  const { opCount, deviceCount, runUs, outputBytes, needStart, needProducer, needSlot, slotBytes } = compiled;
  const lostUs = makespanCeilingUs(compiled) * 2 ** -52;
  let largest = 0;
  for (let v = 0; v < opCount; v++) {
    // What exists for no time takes no memory, and a run may be lost in the rounding of a late end.
    const takesTime = runUs.subarray(v * deviceCount, (v + 1) * deviceCount).every((us) => us > lostUs);
    if (!takesTime) continue;
    const copies = new Map<number, Set<number>>();
    for (let i = needStart[v]; i < needStart[v + 1]; i++) {
      if (needSlot[i] === NO_SLOT) continue;
      const slots = copies.get(needProducer[i]) ?? new Set();
      copies.set(needProducer[i], slots.add(needSlot[i]));
    }
    let bytes = unitBytes[unitOf[v]] + outputBytes[v] + compiled.workspaceBytes[v];
    for (const [u, slots] of copies) {
      let copied = 0;
      for (const slot of slots) copied += slotBytes[slot];
      bytes += Math.min(outputBytes[u], copied);
    }
    largest = Math.max(largest, bytes);
  }
  return largest;
}
