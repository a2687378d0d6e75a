/**
 * Axes: the pixel of a value, and the round values that get a tick. Pure arithmetic.
 */

export interface Axis {
  at(value: number): number;
  readonly ticks: readonly number[];
}

export interface AxisRange {
  readonly from: number;
  readonly to: number;
  /** Pixels at `from` and `to`; the first may be the larger one. */
  readonly start: number;
  readonly end: number;
}

export function linearAxis({ from, to, start, end }: AxisRange, wantedTicks = 6): Axis {
  const span = to > from ? to - from : 1;
  return {
    at: (value) => start + ((value - from) / span) * (end - start),
    ticks: linearTicks(from, to, wantedTicks),
  };
}

/**
 * Logarithmic. Pre: `from` is above 0. Ticks are round multiples of powers of ten. A range below a
 * factor of 5 has even steps.
 */
export function logAxis({ from, to, start, end }: AxisRange, wantedTicks = 6): Axis {
  const span = to > from ? Math.log(to / from) : 1;
  return {
    at: (value) => start + (Math.log(value / from) / span) * (end - start),
    ticks: to < 5 * from ? linearTicks(from, to, wantedTicks) : logTicks(from, to),
  };
}

function linearTicks(from: number, to: number, wanted: number): number[] {
  if (!(to > from)) return [from];
  const rough = (to - from) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const ticks: number[] = [];
  // Multiples are counted, not summed, so that rounding errors do not add up. Adding 0 turns -0
  // into 0.
  for (let k = Math.ceil(from / step - 1e-9) + 0; k * step <= to * (1 + 1e-12); k++) ticks.push(k * step);
  return ticks;
}

/** The richest of these mantissas that leaves at most ten ticks. */
const mantissas: readonly (readonly number[])[] = [[1, 1.5, 2, 3, 5, 7], [1, 2, 5], [1]];

function logTicks(from: number, to: number): number[] {
  const ticksWith = (factors: readonly number[]): number[] => {
    const ticks: number[] = [];
    for (let power = Math.floor(Math.log10(from)); 10 ** power <= to; power++)
      for (const factor of factors) {
        const tick = factor * 10 ** power;
        if (tick >= from * (1 - 1e-12) && tick <= to * (1 + 1e-12)) ticks.push(tick);
      }
    return ticks;
  };
  return mantissas.map(ticksWith).find((ticks) => ticks.length <= 10) ?? ticksWith([1]);
}
