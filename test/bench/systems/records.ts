/**
 * Results of the checks of published systems, a line of JSON for each. Later lines replace earlier
 * ones of the same check, so files can be joined end to end.
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import type { SystemCheck } from "./check.ts";

export interface CheckRecord {
  readonly system: string;
  readonly check: string;
  readonly target: string;
  readonly measured: string;
  readonly seeds: number;
  readonly passed: boolean;
  /** 1 is the sheet's line to the letter; less is that share of its simulations and graphs. */
  readonly scale: number;
  readonly cpuSeconds: number;
  /** Why the line is missed, in sentences; written by hand. */
  readonly reason?: string;
}

export type Records = ReadonlyMap<string, CheckRecord>;

export const keyOf = ({ system, check }: Pick<SystemCheck, "system" | "check">): string =>
  `${system}: ${check}`;

export function recordsIn(text: string): Records {
  const known = new Map<string, CheckRecord>();
  for (const line of text.split("\n")) if (line.trim() !== "") put(known, JSON.parse(line) as CheckRecord);
  return known;
}

export const readRecords = (path: string): Records =>
  existsSync(path) ? recordsIn(readFileSync(path, "utf8")) : new Map();

/** A reason stays where a check is run again with the same outcome. */
function put(known: Map<string, CheckRecord>, record: CheckRecord): void {
  const before = known.get(keyOf(record));
  const reason = record.reason ?? (before?.passed === record.passed ? before.reason : undefined);
  known.set(keyOf(record), reason === undefined ? record : { ...record, reason });
}

export const appendRecord = (path: string, record: CheckRecord): void =>
  appendFileSync(path, `${JSON.stringify(record)}\n`);

/** Puts one line for each of these checks, in their order, in place of the file. */
export function sortFile(path: string, checks: readonly SystemCheck[]): Records {
  const records = readRecords(path);
  const kept = checks.flatMap((check) => records.get(keyOf(check)) ?? []);
  writeFileSync(path, kept.map((record) => `${JSON.stringify(record)}\n`).join(""));
  return new Map(kept.map((record) => [keyOf(record), record]));
}

/** Whether a check need not run: it did, with this target, at this scale or a larger one. */
export function isKnown(records: Records, check: SystemCheck, scale: number): boolean {
  const record = records.get(keyOf(check));
  return record !== undefined && record.target === check.target && record.scale >= scale;
}
