/**
 * The interval bound of Fernandez and Bussell (IEEE Trans. Computers 1973), for devices of
 * different speeds. Suppose that the step takes no longer than its longest chain. Then every op
 * runs between its earliest start and its latest end. So some part of it must run in a window [a,
 * b], wherever it is in between. With weights w as in work-bound.ts, the devices can do weighted
 * work of at most b - a in the window. Work beyond that lengthens the step by the difference:
 *
 *   value >= chain + max over a < b of
 *     (sum over units of min over devices of w x (work that must run in [a, b])) - (b - a).
 *
 * If the step is q longer than the chain, the same holds for the window [a, b + q], since no part
 * is smaller there. Windows begin and end at a limited number of earliest starts, latest starts and
 * ends, evenly chosen. At worst that leaves a smaller bound.
 */

import type { Units } from "../units.ts";
import { workBound } from "../work-bound.ts";
import type { Chains } from "./chains.ts";

/** Most computations of one op's part in one window. */
const WORK_LIMIT = 800_000;
const MOST_POINTS = 32;

export function intervalUs(
  { startUs, tailUs }: Chains,
  units: Units,
  chainUs: number,
  trailingUs: number,
): number {
  const { opCount, unitCount, unitOf, opUs, typeCount, machines } = units;
  const { weights } = workBound(units.unitUs, machines);
  const latestStartUs = new Float64Array(opUs.length);
  for (let i = 0; i < opUs.length; i++)
    latestStartUs[i] =
      opUs[i] === Infinity ? Infinity : chainUs - Math.max(0, tailUs[i] - trailingUs) - opUs[i];

  const points = Math.min(MOST_POINTS, Math.max(2, Math.floor(Math.sqrt(WORK_LIMIT / opUs.length))));
  const begins = evenly([...startUs, ...latestStartUs], points, chainUs);
  const ends = evenly(
    [...latestStartUs.map((us, i) => us + opUs[i]), ...startUs.map((us, i) => us + opUs[i])],
    points,
    chainUs,
  );
  const share = new Float64Array(unitCount * typeCount);
  const openOps = new Int32Array(opCount);
  let excessUs = 0;
  for (const a of begins) {
    let openCount = 0;
    for (let v = 0; v < opCount; v++)
      if (mayMeet(startUs, opUs, v * typeCount, typeCount, a)) openOps[openCount++] = v;
    for (const b of ends) {
      if (b <= a) continue;
      share.fill(0);
      for (let k = 0; k < openCount; k++) {
        const v = openOps[k];
        for (let type = 0; type < typeCount; type++) {
          const i = v * typeCount + type;
          const us = Math.min(opUs[i], b - a, startUs[i] + opUs[i] - a, b - latestStartUs[i], b - startUs[i]);
          if (us > 0) share[unitOf[v] * typeCount + type] += weights[type] * us;
        }
      }
      excessUs = Math.max(excessUs, sumOfLeast(share, units) - (b - a));
    }
  }
  return chainUs + excessUs;
}

/** Must a part of the op run after `a` on every type? */
function mayMeet(
  startUs: Float64Array,
  opUs: Float64Array,
  first: number,
  typeCount: number,
  a: number,
): boolean {
  for (let i = first; i < first + typeCount; i++) if (startUs[i] + opUs[i] <= a) return false;
  return true;
}

function sumOfLeast(share: Float64Array, { unitUs, typeCount }: Units): number {
  let sum = 0;
  for (let i = 0; i < share.length; i += typeCount) {
    let least = Number.POSITIVE_INFINITY;
    for (let type = i; type < i + typeCount; type++)
      if (unitUs[type] !== Number.POSITIVE_INFINITY) least = Math.min(least, share[type]);
    sum += least;
  }
  return sum;
}

/** At most `count` of the distinct values in 0..`limit`, with the first and the last one. */
function evenly(values: readonly number[], count: number, limit: number): number[] {
  const distinct = [...new Set(values.filter((us) => us >= 0 && us <= limit))].sort((a, b) => a - b);
  if (distinct.length <= count) return distinct;
  return Array.from(
    { length: count },
    (_, k) => distinct[Math.round((k * (distinct.length - 1)) / (count - 1))],
  );
}
