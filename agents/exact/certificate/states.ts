/**
 * The states of the certificate: how many devices of each kind are in use, and what the others can
 * still do below the threshold. Written apart from device-states.ts and work-windows.ts, which the
 * certificate must not share.
 *
 * The pace of a device is the largest ratio, over all units, of least time and time on its kind. A
 * device does at most its pace of least times in a us. So the least times of the units left must
 * not exceed threshold x sum of the paces of the devices left.
 */

import type { CertificateProblem } from "./problem.ts";

export interface CertificateStates {
  readonly count: number;
  /** Difference of two states that one more device of each kind makes. */
  readonly stride: readonly number[];
  /** Devices of each kind in use, shape [states x kinds]. */
  readonly inUse: Int32Array;
  /** What the devices not in use can do of the least times, shape [states]. */
  readonly canDoUs: Float64Array;
  readonly canHoldBytes: Float64Array;
}

export function certificateStates(
  { kinds, kindUs, leastUs }: CertificateProblem,
  thresholdUs: number,
): CertificateStates {
  const sizeOf = (upTo: number) =>
    kinds.slice(0, upTo).reduce((product, { count }) => product * (count + 1), 1);
  const stride = kinds.map((_, k) => sizeOf(k));
  const states = sizeOf(kinds.length);
  const inUse = Int32Array.from({ length: states * kinds.length }, (_, i) => {
    const k = i % kinds.length;
    return Math.floor(Math.floor(i / kinds.length) / stride[k]) % (kinds[k].count + 1);
  });
  const free = (state: number, k: number) => kinds[k].count - inUse[state * kinds.length + k];
  const pace = kinds.map((_, k) => paceOf(leastUs, (unit) => kindUs[unit * kinds.length + k]));
  // Rounding must not give up what just fits.
  const roundingUs = 1e-9 * leastUs.reduce((sum, us) => sum + us, 0);
  const canDoUs = Float64Array.from({ length: states }, (_, state) =>
    kinds.reduce((sum, _, k) => sum + free(state, k) * pace[k] * thresholdUs, roundingUs),
  );
  const canHoldBytes = Float64Array.from({ length: states }, (_, state) =>
    kinds.reduce(
      (sum, { memoryBytes }, k) => (free(state, k) > 0 ? sum + free(state, k) * memoryBytes : sum),
      0,
    ),
  );
  return { count: states, stride, inUse, canDoUs, canHoldBytes };
}

/** A unit without time counts for nothing. */
function paceOf(leastUs: Float64Array, timeUs: (unit: number) => number): number {
  return leastUs.reduce((pace, us, unit) => (us === 0 ? pace : Math.max(pace, us / timeUs(unit))), 0);
}
