/**
 * Why no plan of a scenario fits the memory, where that can be proven. Every argument holds for all
 * plans, under any grouping and order, and is one of three:
 *
 *   - *one unit*: a co-location class, or an op without one, exceeds the limit of every device that
 *     can run it. What its largest op needs while it runs counts too;
 *   - *all weights*: what lives on some device for the whole step is more than all devices hold;
 *   - *packing*: every assignment of the units to devices that can run them exceeds some limit. All
 *     are tried, up to a number of steps.
 *
 * Memory is counted as the evaluator counts it. Under `memory: "training"` these are weights with
 * optimizer state, and the outputs, workspace and inputs of a running op. For the formulas (max
 * load, latency) they are bare weights on accelerators. Under `memory: "outputs-only"` nothing is
 * limited.
 */

import { deviceTypes } from "../../env/model/cluster/device-types.ts";
import { runTimesUs } from "../../env/model/cluster/speed.ts";
import type { PlanKindName } from "../../env/model/plan/plan.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import { type Compiled, compile, NO_SLOT } from "../../env/sim/engine/compile.ts";
import { countsWeightsAlone, memoryLimits } from "../../env/sim/objectives/memory-limits.ts";

/** Placements of units that the packing argument may try. */
const MOST_STEPS = 500_000;
/** So few steps refute no packing of more units. */
const MOST_UNITS = 1000;
/** Sums in another order differ in their last digits. */
const ROUNDING = 1e-9;

interface Packing {
  readonly limitBytes: Float64Array;
  /** Name of an op of each unit, and how many ops it has. */
  readonly nameOf: readonly string[];
  readonly sizeOf: Int32Array;
  readonly heldBytes: Float64Array;
  /**
   * The most that one op of the unit needs in addition while it runs on a device, shape [unitCount
   * x deviceCount].
   */
  readonly passingBytes: Float64Array;
  /** 1 where the device can run the unit, shape [unitCount x deviceCount]. */
  readonly runs: Uint8Array;
}

/** A proof that no plan fits. */
export interface Infeasibility {
  readonly sentence: string;
  /** The one that could hold most of what does not fit; null where it is all of them together. */
  readonly device: string | null;
  /** Bytes that are lacking; null where only trying every assignment proves it. */
  readonly excessBytes: number | null;
}

/** One sentence that proves that no plan fits, or null where nothing is proven. */
export const provenInfeasible = (scenario: Scenario, kind: PlanKindName = "placement"): string | null =>
  infeasibilityOf(scenario, kind)?.sentence ?? null;

/** The proof with its numbers, or null where nothing is proven. */
export function infeasibilityOf(scenario: Scenario, kind: PlanKindName = "placement"): Infeasibility | null {
  // Replicas and shards divide what the arguments do not.
  if (kind !== "placement") return null;
  const packing = packingOf(scenario);
  if (packing.limitBytes.every((limit) => limit === Number.POSITIVE_INFINITY)) return null;
  return oneUnit(scenario, packing) ?? allWeights(packing) ?? noPacking(packing);
}

const whole = (bytes: number): string => `${Math.round(bytes).toLocaleString("en-US")} B`;

function oneUnit({ cluster }: Scenario, packing: Packing): Infeasibility | null {
  const { limitBytes, heldBytes, passingBytes, runs, nameOf, sizeOf } = packing;
  const deviceCount = limitBytes.length;
  for (let unit = 0; unit < heldBytes.length; unit++) {
    const able = Array.from(limitBytes.keys()).filter((d) => runs[unit * deviceCount + d] === 1);
    const needs = (d: number) => heldBytes[unit] + passingBytes[unit * deviceCount + d];
    if (able.length === 0 || able.some((d) => needs(d) <= limitBytes[d] * (1 + ROUNDING))) continue;
    const widest = able.reduce((a, b) => (limitBytes[b] > limitBytes[a] ? b : a));
    const others = sizeOf[unit] === 1 ? "" : ` with the ${sizeOf[unit] - 1} co-located`;
    const { name } = cluster.devices[widest];
    const excessBytes = needs(widest) - limitBytes[widest];
    const sentence =
      `Proven infeasible: op "${nameOf[unit]}"${others} needs ${whole(needs(widest))} on one device, and ` +
      `"${name}", the largest that can run it, has ${whole(limitBytes[widest])}: ${whole(excessBytes)} too few.`;
    return { sentence, device: name, excessBytes };
  }
  return null;
}

function allWeights({ limitBytes, heldBytes }: Packing): Infeasibility | null {
  const capacity = limitBytes.reduce((sum, bytes) => sum + bytes, 0);
  const held = heldBytes.reduce((sum, bytes) => sum + bytes, 0);
  if (held <= capacity * (1 + ROUNDING)) return null;
  const excessBytes = held - capacity;
  const sentence =
    `Proven infeasible: weights and optimizer state are ${whole(held)}, ` +
    `all devices together have ${whole(capacity)}: ${whole(excessBytes)} too few.`;
  return { sentence, device: null, excessBytes };
}

/**
 * Tries the units in falling order of bytes. Of interchangeable devices that hold the same only one
 * is tried.
 */
function noPacking(packing: Packing): Infeasibility | null {
  const { limitBytes, heldBytes, passingBytes, runs } = packing;
  const deviceCount = limitBytes.length;
  const needsMost = (unit: number) =>
    heldBytes[unit] + Math.max(...passingBytes.subarray(unit * deviceCount, (unit + 1) * deviceCount));
  const order = Array.from(heldBytes.keys()).sort((a, b) => needsMost(b) - needsMost(a));
  if (order.length > MOST_UNITS) return null;
  const { typeOf } = deviceTypes(deviceCount, [limitBytes, runs, passingBytes]);
  const held = new Float64Array(deviceCount);
  const passing = new Float64Array(deviceCount);
  let steps = 0;
  /** Can the units from a position on be placed? Null where the steps did not suffice. */
  const fits = (position: number): boolean | null => {
    if (position === order.length) return true;
    if (++steps > MOST_STEPS) return null;
    const unit = order[position];
    const tried: number[] = [];
    for (let d = 0; d < deviceCount; d++) {
      const i = unit * deviceCount + d;
      const isTried = (other: number) =>
        typeOf[other] === typeOf[d] && held[other] === held[d] && passing[other] === passing[d];
      if (runs[i] === 0 || tried.some(isTried)) continue;
      tried.push(d);
      const before = passing[d];
      const needs = held[d] + heldBytes[unit] + Math.max(before, passingBytes[i]);
      if (needs > limitBytes[d] * (1 + ROUNDING)) continue;
      const heldBefore = held[d];
      held[d] += heldBytes[unit];
      passing[d] = Math.max(before, passingBytes[i]);
      const answer = fits(position + 1);
      held[d] = heldBefore;
      passing[d] = before;
      if (answer !== false) return answer;
    }
    return false;
  };
  if (fits(0) !== false) return null;
  const sentence = `Proven infeasible: no assignment of the ${order.length} inseparable parts keeps every device within its memory (all tried, ${steps} steps).`;
  return { sentence, device: null, excessBytes: null };
}

function packingOf(scenario: Scenario): Packing {
  const { graph, cluster } = scenario;
  const { opCount } = graph;
  const compiled = countsWeightsAlone(scenario) ? null : compile(scenario);
  const runUs = runTimesUs(graph, cluster);
  const deviceCount = cluster.devices.length;
  const unitOf = Int32Array.from(graph.colocation);
  let unitCount = graph.colocationCount;
  for (let v = 0; v < opCount; v++) if (unitOf[v] === -1) unitOf[v] = unitCount++;

  const bytes = compiled?.residentBytes ?? graph.parameterBytes;
  const nameOf: string[] = [];
  const sizeOf = new Int32Array(unitCount);
  const heldBytes = new Float64Array(unitCount);
  const passingBytes = new Float64Array(unitCount * deviceCount);
  const runs = new Uint8Array(unitCount * deviceCount).fill(1);
  for (let v = 0; v < opCount; v++) {
    const unit = unitOf[v];
    nameOf[unit] ??= graph.names[v];
    sizeOf[unit]++;
    heldBytes[unit] += bytes[v];
    for (let d = 0; d < deviceCount; d++) {
      const us = runUs[v * deviceCount + d];
      const i = unit * deviceCount + d;
      if (us === Number.POSITIVE_INFINITY) runs[i] = 0;
      // A tensor that lives for no time needs no memory.
      if (us > 0 && compiled !== null) passingBytes[i] = Math.max(passingBytes[i], runningBytes(compiled, v));
    }
  }
  return { limitBytes: memoryLimits(scenario), nameOf, sizeOf, heldBytes, passingBytes, runs };
}

/**
 * Outputs, workspace and inputs of an op. An input is the smaller of the producer's outputs and a
 * copy of the tensor.
 */
function runningBytes(
  { outputBytes, workspaceBytes, needStart, needProducer, needSlot, slotBytes }: Compiled,
  v: number,
): number {
  const copied = new Map<number, Set<number>>();
  for (let i = needStart[v]; i < needStart[v + 1]; i++) {
    if (needSlot[i] === NO_SLOT) continue;
    const slots = copied.get(needProducer[i]) ?? new Set();
    copied.set(needProducer[i], slots.add(needSlot[i]));
  }
  let bytes = outputBytes[v] + workspaceBytes[v];
  for (const [u, slots] of copied) {
    let copy = 0;
    for (const slot of slots) copy += slotBytes[slot];
    bytes += Math.min(outputBytes[u], copy);
  }
  return bytes;
}
