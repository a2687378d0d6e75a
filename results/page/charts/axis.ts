/**
 * Axes: the pixel of a value, and the round values that get a tick. Pure arithmetic.
 */

export interface Axis {
  at(value: number): number;
  readonly ticks: readonly number[];
  readonly range: AxisRange;
  readonly isLog: boolean;
}

export interface AxisRange {
  readonly from: number;
  readonly to: number;
  /** Pixels at `from` and `to`; the first may be the larger one. */
  readonly start: number;
  readonly end: number;
}

export function linearAxis({ from, to, start, end }: AxisRange, wantedTicks = 6): Axis {
  const span = to - from;
  return {
    range: { from, to, start, end },
    isLog: false,
    at: (value) => (span > 0 ? start + ((value - from) / span) * (end - start) : start),
    ticks: linearTicks(from, to, wantedTicks),
  };
}

/**
 * Logarithmic where `from` is above 0, else linear, because 0 has no logarithm. Ticks are round
 * multiples of powers of ten. A range below a factor of 5 has even steps.
 */
export function logAxis(range: AxisRange, wantedTicks = 6): Axis {
  const { from, to, start, end } = range;
  if (!(from > 0)) return linearAxis(range, wantedTicks);
  const span = Math.log(to) - Math.log(from);
  return {
    range,
    isLog: true,
    at: (value) => (span > 0 ? start + ((Math.log(value) - Math.log(from)) / span) * (end - start) : start),
    ticks: to / 5 < from ? linearTicks(from, to, wantedTicks) : logTicks(from, to),
  };
}

function linearTicks(from: number, to: number, wanted: number): number[] {
  const rough = (to - from) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  // A range that is empty, or too narrow for steps between its ends, has one tick.
  if (!(to > from && step > 0 && last >= first) || !Number.isSafeInteger(last)) return [from];
  // Multiples are counted, not summed, so that rounding errors do not add up. Adding 0 turns -0
  // into 0.
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => inside((first + i) * step + 0, from, to));
  return ticks[0] < from ? ticks.slice(1) : ticks;
}

const MOST_TICKS = 10;

/** The richest of these mantissas that leaves few enough ticks. */
const mantissas: readonly (readonly number[])[] = [[1, 1.5, 2, 3, 5, 7], [1, 2, 5], [1]];

function logTicks(from: number, to: number): number[] {
  const [lowest, highest] = [Math.floor(Math.log10(from)), Math.floor(Math.log10(to))];
  const powers = Array.from({ length: highest - lowest + 1 }, (_, i) => lowest + i);
  const isSeen = (tick: number) => tick >= from * (1 - 1e-12) && tick / (1 + 1e-12) <= to;
  const ticksWith = (factors: readonly number[], every = 1): number[] => {
    const ticks = powers
      .filter((_, i) => i % every === 0)
      .flatMap((power) => factors.map((factor) => factor * 10 ** power))
      .filter(isSeen);
    return [...new Set(ticks.map((tick) => inside(tick, from, to)))];
  };
  const few = mantissas.map((factors) => ticksWith(factors)).find(({ length }) => length <= MOST_TICKS);
  return few ?? ticksWith([1], Math.ceil(powers.length / MOST_TICKS));
}

/** A tick that a rounding error put past an end stands on it. */
const inside = (tick: number, from: number, to: number): number => {
  if (tick < from && tick > from * (1 - 1e-9)) return from;
  return tick > to ? to : tick;
};
