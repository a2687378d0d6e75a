/** What a method said of its run, as short clauses: the one place where facts become words. */
import type { Estimate, Fact } from "../../agents/contract.ts";
import type { ObjectiveUnit } from "../../env/sim/evaluator/contract.ts";
import type { CellResult } from "../cells/cell.ts";
import { formatCount, formatGap, formatIn, formatValue, type Scale } from "../text/format.ts";

type Said = Pick<CellResult, "optimalAmong" | "facts">;

/** `scale` is that of the values beside which the clauses stand. */
export function clausesOf({ optimalAmong, facts }: Said, scale: Scale): string[] {
  const clauses = facts.map((fact) => factText(fact, scale));
  return optimalAmong === null ? clauses : [`optimal among ${optimalAmong}`, ...clauses];
}

export function factText({ name, value, unit }: Fact, scale: Scale): string {
  if (typeof value === "string") return `${name} ${value.replace(/\.$/, "")}`;
  if (unit === "us" || unit === "bytes" || unit === "usd") return `${name} ${besideText(unit, value, scale)}`;
  const number = Number.isInteger(value) ? formatCount(value) : String(Number(value.toPrecision(4)));
  return unit === undefined ? `${name} ${number}` : `${name} ${number} ${unit}`;
}

/** How far a method's own estimate of its plan is from the simulator's value. */
export function estimateText({ value, unit, model }: Estimate, scored: number | null, scale: Scale): string {
  const text = `${besideText(unit, value, scale)} by ${model}`;
  if (scored === null || !(value > 0)) return text;
  const off = scored / value - 1;
  return `${text}, the simulator ${off < 0 ? "-" : "+"}${formatGap(Math.abs(off))}`;
}

/** In the scale's unit where it measures the same, else in its own. */
const besideText = (unit: ObjectiveUnit, value: number, scale: Scale): string =>
  unit === scale.base ? formatIn(scale, value) : formatValue(unit, value);
