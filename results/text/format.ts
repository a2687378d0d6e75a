/**
 * Numbers as people read them: microseconds, bytes, counts and shares with a unit. Pure; the table
 * and the page share it.
 *
 * All entries of a column have one unit and one number of decimals, which makes them easy to
 * compare. The function `scaleFor` chooses both.
 */

import type { ObjectiveUnit } from "../../env/sim/evaluator/contract.ts";

export interface Scale {
  readonly unit: string;
  /** What it is a scale of. */
  readonly base: ObjectiveUnit;
  /** Base units (us, bytes or USD) in one unit of the scale. */
  readonly size: number;
  readonly decimals: number;
  /** Present where entries are so small that decimals would show zeros: `1.00e-300`. */
  readonly powers?: true;
}

const timeScales = [
  { unit: "s", size: 1e6 },
  { unit: "ms", size: 1e3 },
  { unit: "us", size: 1 },
];
const byteScales = [
  { unit: "TB", size: 1e12 },
  { unit: "GB", size: 1e9 },
  { unit: "MB", size: 1e6 },
  { unit: "kB", size: 1e3 },
  { unit: "B", size: 1 },
];
const moneyScales = [{ unit: "USD", size: 1 }];
const scalesOf = { us: timeScales, bytes: byteScales, usd: moneyScales } as const;

/** Smaller values would read as zero with three decimals. */
const LEAST_DECIMAL = 5e-4;

/**
 * The scale on which a typical entry has at least one digit before the point and four significant
 * digits.
 */
export function scaleFor(unit: ObjectiveUnit, typical: number): Scale {
  const scales = scalesOf[unit];
  const scale = scales.find(({ size }) => typical >= size) ?? scales[scales.length - 1];
  if (typical > 0 && typical < LEAST_DECIMAL) return { ...scale, base: unit, decimals: 2, powers: true };
  return { ...scale, base: unit, decimals: decimalsFor(typical / scale.size, 4) };
}

/** `12.346`, without the unit. */
export function formatOn(scale: Scale, value: number): string {
  if (scale.powers && value !== 0) return (value / scale.size).toExponential(scale.decimals);
  return grouped(value / scale.size, scale.decimals);
}

/** `12.35 ms`, on the value's own scale. */
export function formatUs(us: number): string {
  if (us === 0) return "0 us";
  const scale = scaleFor("us", Math.abs(us));
  return `${formatOn(scale, us)} ${scale.unit}`;
}

/** `0.000024 ms`: a value in the unit of a table, with decimals for two of its digits at least. */
export function formatIn(scale: Scale, value: number): string {
  const share = Math.abs(value / scale.size);
  const needed = share > 0 && share < 1 ? 1 - Math.floor(Math.log10(share)) : 0;
  const decimals = Math.min(MOST_DECIMALS, Math.max(scale.decimals, needed));
  return `${grouped(value / scale.size, decimals)} ${scale.unit}`;
}

const MOST_DECIMALS = 12;

/** `3.21 GB`, decimal units. */
export function formatBytes(bytes: number): string {
  const scale = scaleFor("bytes", Math.abs(bytes));
  return `${scale.size === 1 ? grouped(bytes, 0) : withDigits(bytes / scale.size, 3)} ${scale.unit}`;
}

/** `12.35 USD`. */
export function formatUsd(usd: number): string {
  const scale = scaleFor("usd", Math.abs(usd));
  return `${formatOn(scale, usd)} ${scale.unit}`;
}

/** A value of an objective in its unit. */
export function formatValue(unit: ObjectiveUnit, value: number): string {
  if (unit === "us") return formatUs(value);
  return unit === "bytes" ? formatBytes(value) : formatUsd(value);
}

/** `4.21%`, `0.0%`, `312%`: a gap, never rounded to zero when it is not. */
export function formatGap(gap: number): string {
  const percent = gap * 100;
  if (!Number.isFinite(percent)) return `>${Number.MAX_VALUE.toPrecision(1)}%`;
  if (percent !== 0 && Math.abs(percent) < 0.005) return percent > 0 ? "<0.01%" : ">-0.01%";
  if (Math.abs(percent) < 10) return `${percent.toFixed(2)}%`;
  return `${grouped(percent, Math.abs(percent) < 100 ? 1 : 0)}%`;
}

/** `3,000`, `15.6`: a mean or a sum of shares has a decimal below 100. */
export function formatCount(count: number): string {
  return grouped(count, Number.isInteger(count) || count >= 100 ? 0 : 1);
}

/** `0.001235`, `12.35`, `184,320`: any number, with four digits where it has decimals. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e15)) return value.toExponential(3);
  if (size >= 1000) return grouped(value, 0);
  return String(Number(value.toPrecision(4)));
}

/** `0.42`, `12.3`, `184`: seconds without the unit. */
export function formatSeconds(seconds: number): string {
  if (seconds < 10) return seconds.toFixed(2);
  return grouped(seconds, seconds < 100 ? 1 : 0);
}

function withDigits(value: number, significant: number): string {
  return value === 0 ? "0" : grouped(value, decimalsFor(value, significant));
}

/** Decimals that leave `significant` digits, one of them before the point. */
function decimalsFor(value: number, significant: number): number {
  if (value === 0) return 0;
  const before = Math.max(1, Math.floor(Math.log10(Math.abs(value))) + 1);
  return Math.max(0, significant - before);
}

/** Commas between thousands. Not by locale, so that no locale can change a byte. */
function grouped(value: number, decimals: number): string {
  const [whole, fraction] = value.toFixed(decimals).split(".");
  const separated = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return fraction === undefined ? separated : `${separated}.${fraction}`;
}
