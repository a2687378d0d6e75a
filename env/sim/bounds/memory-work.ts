/**
 * The work bound of work-bound.ts where memory limits what a device can take, by Lagrangian
 * duality. For weights w >= 0 with sum over devices of w = 1 and prices p >= 0 in us per byte,
 * every placement that fits has
 *
 *   largest load >= sum over devices of w x load + p x (bytes held - limit)
 *                >= sum over units of min over devices of (w x time + p x bytes)
 *                   - sum over devices of p x limit,
 *
 * so every choice of weights and prices proves a bound. The right-hand side is concave. The search
 * changes one type's share of the weights at a time, with the best price that all limited devices
 * have in common. Then it changes one type's price at a time. It need not find the best choice, but
 * its choice is always valid.
 */

import { goldenSection } from "./golden-section.ts";
import type { Units } from "./units.ts";
import { workBound } from "./work-bound.ts";

/** Sections of a search that is inside another one. */
const COARSE = 24;
const FINE = 40;

/** The bound in us. Null where memory cannot limit anything: then it is the work bound. */
export function memoryWorkUs(units: Units): number | null {
  const { typeCount, machines, typeBytes, unitBytes } = units;
  const totalBytes = unitBytes.reduce((sum, bytes) => sum + bytes, 0);
  const limited = [...typeBytes.keys()].filter((type) => typeBytes[type] < totalBytes);
  if (limited.length === 0) return null;

  const topPrice = highestPrice(units);
  const common = (price: number) => typeBytes.map((bytes) => (bytes < totalBytes ? price : 0));
  const bestCommon = (weights: Float64Array): Float64Array =>
    common(goldenSection((price) => dualUs(units, weights, common(price)), 0, topPrice, COARSE));

  let weights: Float64Array = Float64Array.from(workBound(units.unitUs, machines).weights);
  const tried = [dualUs(units, weights, common(0))];
  for (let type = 0; typeCount > 1 && type < typeCount; type++) {
    const shifted = (share: number) => withShare(weights, machines, type, share);
    const valueAt = (share: number) => dualUs(units, shifted(share), bestCommon(shifted(share)));
    const share = goldenSection(valueAt, 0, 1, COARSE);
    if (valueAt(share) > dualUs(units, weights, bestCommon(weights))) weights = shifted(share);
  }
  let prices = bestCommon(weights);
  tried.push(dualUs(units, weights, prices));
  for (const type of limited) {
    const price = goldenSection((p) => dualUs(units, weights, prices.with(type, p)), 0, topPrice, FINE);
    if (dualUs(units, weights, prices.with(type, price)) > dualUs(units, weights, prices))
      prices = prices.with(type, price);
  }
  return Math.max(...tried, dualUs(units, weights, prices));
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

/** The weights with one type's share of 1 replaced and the other shares scaled in proportion. */
function withShare(weights: Float64Array, machines: Int32Array, type: number, share: number): Float64Array {
  const rest = 1 - weights[type] * machines[type];
  return weights.map((weight, other) => {
    if (other === type) return share / machines[type];
    return rest > 0 ? (weight * (1 - share)) / rest : (1 - share) / (weights.length - 1) / machines[other];
  });
}

/** A price at which no unit gains from its place. */
function highestPrice({ unitUs, unitBytes, typeCount }: Units): number {
  let highest = 0;
  for (let unit = 0, i = 0; unit < unitBytes.length; unit++, i += typeCount) {
    if (unitBytes[unit] === 0) continue;
    for (let type = 0; type < typeCount; type++)
      if (unitUs[i + type] !== Number.POSITIVE_INFINITY)
        highest = Math.max(highest, unitUs[i + type] / unitBytes[unit]);
  }
  return highest;
}
