/** What checks of planners share: golden files, random amounts, figures in words. */
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { createRng, type Rng } from "../../../../env/index.ts";
import type { GoldenCheck } from "../../../golden/checks/contract.ts";
import { type Summary, summaryOf } from "../../../golden/checks/summary.ts";
import { ABSENT, sharedPath } from "../../../shared-folder.ts";
import type { NotRun } from "../check.ts";

/** What a check says that needs files of ../shared. */
export const absent: NotRun = { notRun: ABSENT };

/** Every row of a golden file, null where the file is not here. */
export function goldenSummary(check: GoldenCheck, name = check.name): Summary | null {
  const path = sharedPath("golden", `${name}.json`);
  return path === null ? null : summaryOf(check, JSON.parse(readFileSync(path, "utf8")), dirname(path));
}

/** One stream of random numbers for each case of a check. */
export const cases = (name: string, count: number): Rng[] =>
  Array.from({ length: count }, (_, i) => createRng(`systems/${name}/${i}`));

/** Whole numbers from `least` to `most`. */
export const drawn = (rng: Rng, count: number, least: number, most: number): number[] =>
  Array.from({ length: count }, () => least + rng.int(most - least + 1));

export const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** 0 where both are the same, also where both are infinite. */
export const offBy = (found: number, expected: number): number =>
  found === expected ? 0 : Math.abs(found - expected) / Math.max(Math.abs(expected), Number.MIN_VALUE);

export const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)}%`;

/** A small number in one digit. */
export const tiny = (value: number): string => (value === 0 ? "0" : value.toExponential(0));
