/**
 * The work bound of work-bound.ts where memory limits what a device can take, by Lagrangian duality. For weights w >= 0 with sum over
 * devices of w = 1 and prices p >= 0 in us per byte, every placement that fits has
 *
 *   largest load >= sum over devices of w x load + p x (bytes held - limit)
 *                >= sum over units of min over devices of (w x time + p x bytes) - sum over devices of p x limit,
 *
 * so every choice of weights and prices proves a bound. The right-hand side is concave; it is climbed one coordinate at a
 * time, which need not end at the best choice but always ends at a valid one.
 */
import { workBound } from "../work-bound.ts";
import { goldenSection } from "./golden-section.ts";
import type { Units } from "./units.ts";

const ROUNDS = 3;

/** The bound in us, or null where memory could not limit anything: then it is the work bound. */
export function memoryWorkUs(units: Units): number | null {
  const { typeCount, machines, typeBytes, unitBytes } = units;
  const totalBytes = unitBytes.reduce((sum, bytes) => sum + bytes, 0);
  const limited = [...typeBytes.keys()].filter((type) => typeBytes[type] < totalBytes);
  if (limited.length === 0) return null;

  const weights = Float64Array.from(workBound(units.unitUs, machines).weights);
  const prices = new Float64Array(typeCount);
  const highestPrice = pricierThanAnything(units, weights);
  let value = dualUs(units, weights, prices);
  for (let round = 0; round < ROUNDS; round++) {
    const before = value;
    for (const type of limited) {
      const priced = (price: number) => dualUs(units, weights, prices.with(type, price));
      prices[type] = keepBetter(prices[type], goldenSection(priced, 0, highestPrice), priced);
    }
    for (let type = 0; typeCount > 1 && type < typeCount; type++) {
      const shifted = (share: number) => dualUs(units, withShare(weights, machines, type, share), prices);
      const share = weights[type] * machines[type];
      weights.set(
        withShare(weights, machines, type, keepBetter(share, goldenSection(shifted, 0, 1), shifted)),
      );
    }
    value = Math.max(value, dualUs(units, weights, prices));
    if (value <= before * (1 + 1e-6)) break;
  }
  return value;
}

function dualUs(
  { unitUs, unitBytes, typeBytes, machines, typeCount }: Units,
  weights: Float64Array,
  prices: Float64Array,
): number {
  let sum = 0;
  for (let type = 0; type < typeCount; type++)
    if (prices[type] > 0) sum -= prices[type] * machines[type] * typeBytes[type];
  for (let unit = 0, i = 0; unit < unitBytes.length; unit++, i += typeCount) {
    let least = Number.POSITIVE_INFINITY;
    for (let type = 0; type < typeCount; type++) {
      const us = unitUs[i + type];
      if (us === Number.POSITIVE_INFINITY) continue;
      const dual = weights[type] * us + prices[type] * unitBytes[unit];
      if (dual < least) least = dual;
    }
    sum += least;
  }
  return sum;
}

const keepBetter = (old: number, found: number, valueAt: (x: number) => number): number =>
  valueAt(found) > valueAt(old) ? found : old;

/** The weights with one type's share of 1 replaced and the other shares scaled in proportion. */
function withShare(weights: Float64Array, machines: Int32Array, type: number, share: number): Float64Array {
  const rest = 1 - weights[type] * machines[type];
  return weights.map((weight, other) => {
    if (other === type) return share / machines[type];
    return rest > 0 ? (weight * (1 - share)) / rest : (1 - share) / (weights.length - 1) / machines[other];
  });
}

/** A price at which no unit gains from where it lies. */
function pricierThanAnything({ unitUs, unitBytes, typeCount }: Units, weights: Float64Array): number {
  let highest = 0;
  for (let unit = 0, i = 0; unit < unitBytes.length; unit++, i += typeCount) {
    if (unitBytes[unit] === 0) continue;
    for (let type = 0; type < typeCount; type++)
      if (unitUs[i + type] !== Number.POSITIVE_INFINITY)
        highest = Math.max(highest, (weights[type] * unitUs[i + type]) / unitBytes[unit]);
  }
  return highest;
}
