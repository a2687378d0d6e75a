/** A budget class in words, and as a name for links. */
import type { Budget } from "../../../../env/sim/evaluator/budget.ts";
import { formatNumber } from "../../../text/format.ts";

const units = [
  ["simulations", "simulations"],
  ["evaluations", "evaluations"],
  ["cpuSeconds", "CPU s"],
  ["seconds", "s"],
] as const;

/** Such as `1,000 simulations`. */
export function budgetText(budget: Budget): string {
  const parts = units.flatMap(([field, unit]) => {
    const amount = budget[field];
    return amount === undefined ? [] : [`${formatNumber(amount)} ${unit}`];
  });
  return parts.length === 0 ? "no limit" : parts.join(", ");
}

/** Such as `1000-simulations`. */
export function budgetName(budget: Budget): string {
  const parts = units.flatMap(([field, unit]) => {
    const amount = budget[field];
    return amount === undefined ? [] : [`${amount}-${unit.toLowerCase().replace(" ", "-")}`];
  });
  return parts.length === 0 ? "no-limit" : parts.join("-");
}
