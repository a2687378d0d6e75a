/**
 * `Budget`: how much a method may use. An *evaluation* is a call of the metered evaluator, cached,
 * aborted and incremental calls included. A *simulation* is an evaluation or a private pass of an
 * engine or a list schedule over the whole graph. A pass over a part of it counts by its share.
 */
import { InputError } from "../../model/errors.ts";

export interface Budget {
  /** Evaluations and private passes together; default unlimited. */
  readonly simulations?: number;
  /** Calls of the evaluator; default unlimited. */
  readonly evaluations?: number;
  /** User and system seconds of the process; a run that this stops is marked time-limited. */
  readonly cpuSeconds?: number;
  /** Wall-clock seconds; a run that this stops is marked time-limited. */
  readonly seconds?: number;
}

/** What ended a run: the limit that was reached, or a signal. */
export type Refusal = "simulations" | "evaluations" | "CPU seconds" | "seconds" | "stopped";

/** What clocks and signals decide may come out otherwise in another run. */
export const isTimed = (refusal: Refusal | null): boolean =>
  refusal === "CPU seconds" || refusal === "seconds" || refusal === "stopped";

/**
 * Thrown by a metered evaluator when no budget is left. The runner catches it; a method need not.
 */
export class BudgetExhausted extends Error {
  override readonly name = "BudgetExhausted";
  readonly reason: Refusal;
  constructor(reason: Refusal) {
    super(`The budget of ${reason} is spent.`);
    this.reason = reason;
  }
}

/** Where a part that makes private passes counts them. A metered evaluator is one. */
export interface PassCounter {
  /**
   * Before a pass over `share` of the graph, 0 to 1, default all of it. Throws `BudgetExhausted`
   * where no simulation is left.
   */
  pass(share?: number): void;
}

/** For passes that no method makes: tests and tools. */
export const uncounted: PassCounter = { pass() {} };

/** The limit that progress is told by, and how much it is. */
export function leadingLimit({ simulations, evaluations, cpuSeconds, seconds }: Budget): {
  readonly unit: Exclude<Refusal, "stopped">;
  readonly amount: number;
} {
  if (simulations !== undefined) return { unit: "simulations", amount: simulations };
  if (evaluations !== undefined) return { unit: "evaluations", amount: evaluations };
  if (seconds !== undefined) return { unit: "seconds", amount: seconds };
  return { unit: "CPU seconds", amount: cpuSeconds ?? Number.POSITIVE_INFINITY };
}

export function checkBudget(budget: Budget): void {
  for (const unit of ["simulations", "evaluations"] as const) {
    const count = budget[unit];
    if (count !== undefined && (!Number.isInteger(count) || count < 1))
      throw new InputError(`The budget is ${count} ${unit}, expected a whole number of at least 1.`);
  }
  for (const [unit, name] of [
    ["cpuSeconds", "CPU seconds"],
    ["seconds", "seconds"],
  ] as const) {
    const seconds = budget[unit];
    if (seconds !== undefined && !(seconds > 0))
      throw new InputError(`The budget is ${seconds} ${name}, expected a number above 0.`);
  }
}
