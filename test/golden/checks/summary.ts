/** Sums up a check of a golden file in the one line that `test/golden/check.ts` prints. */
import type { Compared, GoldenCheck } from "./contract.ts";

export interface Summary {
  readonly name: string;
  /** Rows with at least one comparison. */
  readonly rows: number;
  /** Rows all of whose comparisons are equal. */
  readonly equal: number;
  readonly worstRelative: number;
  /** The first comparison that is not equal, null where there is none. */
  readonly first: Compared | null;
}

export function summaryOf(check: GoldenCheck, content: unknown, folder: string): Summary {
  const rows = new Map<string, boolean>();
  let worstRelative = 0;
  let first: Compared | null = null;
  for (const compared of check.compare(content, folder)) {
    const off = relativeDifference(compared.expected, compared.found);
    const isEqual = off <= check.tolerance;
    worstRelative = Math.max(worstRelative, off);
    rows.set(compared.row, (rows.get(compared.row) ?? true) && isEqual);
    if (!isEqual) first ??= compared;
  }
  return {
    name: check.name,
    rows: rows.size,
    equal: [...rows.values()].filter(Boolean).length,
    worstRelative,
    first,
  };
}

/** 0 where both are the same; infinite where texts or lengths differ, or a number is missing. */
function relativeDifference(expected: Compared["expected"], found: Compared["found"]): number {
  if (typeof expected === "number" && typeof found === "number") return ofNumbers(expected, found);
  if (typeof expected === "string" || typeof found === "string" || typeof expected !== typeof found)
    return expected === found ? 0 : Number.POSITIVE_INFINITY;
  const [one, other] = [expected as readonly number[], found as readonly number[]];
  if (one.length !== other.length) return Number.POSITIVE_INFINITY;
  return one.reduce((most, value, i) => Math.max(most, ofNumbers(value, other[i])), 0);
}

function ofNumbers(expected: number, found: number): number {
  if (expected === found) return 0;
  const off = Math.abs(expected - found) / Math.max(Math.abs(expected), Number.MIN_VALUE);
  return Number.isNaN(off) ? Number.POSITIVE_INFINITY : off;
}
