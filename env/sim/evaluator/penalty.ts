/** The finite cost of a plan that does not fit. */
import type { Violation } from "./contract.ts";

/** Above the cost of every feasible plan, and higher the more the plan exceeds the limit. */
export function penalisedCost(ceiling: number, { excessBytes, limitBytes }: Violation): number {
  return ceiling * (1 + Math.min(1, excessBytes / limitBytes));
}
