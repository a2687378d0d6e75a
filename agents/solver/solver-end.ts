/** How a solve by HiGHS ended, as words that follow "the program". */
import type { MipResult } from "./highs.ts";

export interface SolverLimits {
  /** The relative gap that was asked for. */
  readonly gap: number;
  readonly seconds: number;
}

/** The end as a planner reports it. */
export const endedBy = (end: MipResult["end"]): "done" | "limit" | "clock" =>
  end === "time" || end === "stopped" ? "clock" : end === "limit" ? "limit" : "done";

/** `infeasible` is the text for a program without a solution. */
export function endText(end: MipResult["end"], { gap, seconds }: SolverLimits, infeasible: string): string {
  switch (end) {
    case "solved":
      return gap === 0 ? "solved" : `solved to a gap of ${100 * gap}%`;
    case "limit":
      return "ended by its limit of iterations or nodes";
    case "time":
      return `ended by its limit of ${seconds} s`;
    case "stopped":
      return "stopped by the budget";
    case "infeasible":
      return infeasible;
  }
}
