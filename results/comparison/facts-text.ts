/** What a method said of its run, as short clauses: the one place where facts become words. */
import type { Estimate, Fact } from "../../agents/contract.ts";
import { formatCount, formatGap, formatValue } from "../format.ts";
import type { CellResult } from "./cell.ts";

type Said = Pick<CellResult, "optimalAmong" | "facts">;

export function clausesOf({ optimalAmong, facts }: Said): string[] {
  const clauses = facts.map(factText);
  return optimalAmong === null ? clauses : [`optimal among ${optimalAmong}`, ...clauses];
}

export function factText({ name, value, unit }: Fact): string {
  if (typeof value === "string") return `${name} ${value.replace(/\.$/, "")}`;
  if (unit === "us" || unit === "bytes") return `${name} ${formatValue(unit, value)}`;
  const number = Number.isInteger(value) ? formatCount(value) : String(value);
  return unit === undefined ? `${name} ${number}` : `${name} ${number} ${unit}`;
}

/** How far a method's own estimate of its plan is from the simulator's value. */
export function estimateText({ value, unit, model }: Estimate, scored: number | null): string {
  const text = `${formatValue(unit, value)} by ${model}`;
  if (scored === null || !(value > 0)) return text;
  const off = scored / value - 1;
  return `${text}, the simulator ${off < 0 ? "-" : "+"}${formatGap(Math.abs(off))}`;
}
