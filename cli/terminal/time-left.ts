/**
 * Predictions of the time left, from measured times alone. No clock is read here. Cells of a
 * comparison or an evaluation are predicted from finished ones (`cell-times.ts`).
 */
import type { CellKind, MeasuredCell, Predict } from "./cell-times.ts";

/** A prediction: of all that is left, or only of the part that has a precedent. */
export interface TimeLeft {
  readonly seconds: number;
  readonly kind: "about" | "at least" | "at most about";
}

export interface CellsLeft {
  readonly predict: Predict;
  /** With the seconds since their start. */
  readonly running: readonly MeasuredCell[];
  /** In the order in which they will start. */
  readonly waiting: readonly CellKind[];
  /** Cells that run at once. */
  readonly jobs: number;
}

/** Null while nothing that is left has a precedent, and at the end. */
export function cellsTimeLeft({ predict, running, waiting, jobs }: CellsLeft): TimeLeft | null {
  const rest = running.map((cell) => {
    const seconds = predict(cell);
    // A cell that overran its precedent is one without.
    return seconds === null || seconds < cell.seconds ? null : seconds - cell.seconds;
  });
  const waits = waiting.map(predict);
  const predicted = [...rest, ...waits];
  const known = predicted.filter((seconds) => seconds !== null);
  if (known.length === 0) return null;
  const kind = known.length === predicted.length ? "about" : "at least";
  const free = rest.map((seconds) => seconds ?? 0);
  const queue = waits.map((seconds) => seconds ?? 0);
  return { seconds: lastEnd(free, queue, jobs), kind };
}

/** When the last job of a queue ends, where each goes to the worker that is free first. */
function lastEnd(busySeconds: readonly number[], queue: readonly number[], jobs: number): number {
  const workers = Array.from(
    { length: Math.max(1, jobs, busySeconds.length) },
    (_, i) => busySeconds[i] ?? 0,
  );
  for (const seconds of queue) workers[workers.indexOf(Math.min(...workers))] += seconds;
  return Math.max(...workers);
}

export interface BudgetUse {
  /** Since `from` was done. */
  readonly elapsedSeconds: number;
  /** All three in the unit of the budget. */
  readonly from: number;
  readonly done: number;
  readonly total: number;
  /** Whether the method always uses its budget up; others may end at any time. */
  readonly usesAll: boolean;
}

/** Null before anything is done, and at the end. */
export function budgetTimeLeft({ elapsedSeconds, from, done, total, usesAll }: BudgetUse): TimeLeft | null {
  if (done <= from || done >= total) return null;
  return {
    seconds: (elapsedSeconds * (total - done)) / (done - from),
    kind: usesAll ? "about" : "at most about",
  };
}

export function timeLeftText({ seconds, kind }: TimeLeft): string {
  return `${kind} ${duration(seconds)} left`;
}

export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
