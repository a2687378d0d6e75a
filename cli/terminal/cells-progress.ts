/**
 * Progress of many cells: those that are done, with a share of those that run. The time left is
 * predicted from cells that are finished, kept ones of an earlier run included. Where the first
 * cells sample all others, one more line tells the whole time that they predict.
 */
import { leadingLimit } from "../../env/sim/evaluator/budget.ts";
import type { CellOutcome, CellSpec } from "../../results/cells/cell.ts";
import type { CellProgress } from "../../results/cells/run-cells.ts";
import { type MeasuredCell, type Predict, predictor } from "./cell-times.ts";
import { startProgress } from "./progress.ts";
import type { Terminal } from "./terminal.ts";
import { cellsTimeLeft, type TimeLeft } from "./time-left.ts";

export interface CellsProgress {
  tell(progress: CellProgress): void;
  end(): void;
}

export interface CellsProgressParts {
  /** In the order in which they start. */
  readonly cells: readonly CellSpec[];
  /** Cells at once; null for as many as have started. */
  readonly jobs: number | null;
  readonly kept: (spec: CellSpec) => CellOutcome | undefined;
  /** After how many finished cells of this run the whole time is told; default never. */
  readonly tellTimeAfter?: number;
  /** What is counted; default cells. */
  readonly unit?: string;
}

/** A fit takes a tenth of a second where there are thousands of cells. */
const SECONDS_BETWEEN_FITS = 5;

export function startCellsProgress(parts: CellsProgressParts, terminal: Terminal): CellsProgress {
  const { cells, tellTimeAfter = Number.POSITIVE_INFINITY, unit = "cells" } = parts;
  const startedAt = terminal.seconds();
  const { timeLeft, started, finished, running } = runningCells(parts, terminal);
  const progress = startProgress(terminal, cells.length, unit, { timeLeft });
  let ended = 0;
  return {
    tell({ cell, state, spent, methodSeconds, finishedCells }) {
      started(cell, shareOf(cell, spent));
      if (state === "finished") {
        finished(cell, methodSeconds);
        if (++ended === tellTimeAfter) {
          const elapsed = terminal.seconds() - startedAt;
          const left = timeLeft({ isFresh: true });
          if (left !== null)
            terminal.note(predictionText(elapsed, left, [finishedCells, cells.length], unit));
        }
      }
      const shares = running().reduce((sum, { share }) => sum + share, 0);
      const doing = running().map((one) => `${one.cell.method} on ${one.cell.scenario}`);
      progress.update(finishedCells + shares, doing.join(", "));
    },
    end: progress.end,
  };
}

/** What waits, runs and is measured. */
function runningCells({ cells, jobs, kept }: CellsProgressParts, terminal: Terminal) {
  const measured: MeasuredCell[] = [];
  const overheads: number[] = [];
  const waiting = new Map<string, CellSpec>();
  const running = new Map<string, { readonly cell: CellSpec; readonly startedAt: number; share: number }>();
  for (const cell of cells) {
    const seconds = kept(cell)?.times.seconds;
    if (seconds === undefined) waiting.set(keyOf(cell), cell);
    else measured.push({ ...cell, seconds });
  }
  let fitted = { at: Number.NEGATIVE_INFINITY, cells: -1, predict: predictor([]) };
  const predict = (isFresh: boolean) => {
    const now = terminal.seconds();
    const isStale = measured.length !== fitted.cells && now - fitted.at >= SECONDS_BETWEEN_FITS;
    if (isStale || isFresh)
      fitted = { at: now, cells: measured.length, predict: withOverhead(predictor(measured), overheads) };
    return fitted.predict;
  };
  return {
    timeLeft: ({ isFresh = false } = {}): TimeLeft | null =>
      cellsTimeLeft({
        predict: predict(isFresh),
        running: [...running.values()].map(({ cell, startedAt }) => ({
          ...cell,
          seconds: terminal.seconds() - startedAt,
        })),
        waiting: [...waiting.values()],
        jobs: jobs ?? Math.max(1, running.size),
      }),
    started(cell: CellSpec, share: number) {
      waiting.delete(keyOf(cell));
      const startedAt = running.get(keyOf(cell))?.startedAt ?? terminal.seconds();
      running.set(keyOf(cell), { cell, startedAt, share });
    },
    finished(cell: CellSpec, methodSeconds?: number) {
      const seconds = terminal.seconds() - running.get(keyOf(cell))!.startedAt;
      running.delete(keyOf(cell));
      measured.push({ ...cell, seconds: methodSeconds ?? seconds });
      overheads.push(Math.max(0, seconds - (methodSeconds ?? seconds)));
    },
    running: () => [...running.values()],
  };
}

/**
 * What a cell takes around its method, by the median, since the first cells of a process also start
 * it.
 */
function withOverhead(predict: Predict, overheads: readonly number[]): Predict {
  const median = [...overheads].sort((a, b) => a - b)[Math.floor(overheads.length / 2)] ?? 0;
  return (cell) => {
    const seconds = predict(cell);
    return seconds === null ? null : seconds + median;
  };
}

const keyOf = ({ scenario, method, seedIndex, budget }: CellSpec): string =>
  JSON.stringify([scenario, method, seedIndex, budget]);

/** Of the budget, where it counts what the cell does. */
function shareOf({ budget }: CellSpec, spent: number): number {
  const { unit, amount } = leadingLimit(budget);
  return unit === "simulations" || unit === "evaluations" ? Math.min(1, spent / amount) : 0;
}

/** In plain seconds, for programs that read it. */
function predictionText(
  elapsed: number,
  left: TimeLeft,
  [finished, total]: readonly [number, number],
  unit: string,
): string {
  const whole = (elapsed + left.seconds).toFixed(1);
  return `Predicted time: ${left.kind} ${whole} s in all, ${elapsed.toFixed(1)} s of it spent, after ${finished} of ${total} ${unit}`;
}
