/**
 * Progress of a comparison: cells that are done, with a share of those that run. The time left is
 * predicted from cells that are finished, kept ones of an earlier run included.
 */
import { leadingLimit } from "../../env/sim/evaluator/budget.ts";
import type { CellOutcome, CellSpec } from "../../results/cells/cell.ts";
import { type CompareProgress, type CompareRequest, cellsOf } from "../../results/comparison/compare.ts";
import { startProgress } from "./progress.ts";
import type { Terminal } from "./terminal.ts";
import { cellsTimeLeft, type MeasuredCell } from "./time-left.ts";

export interface CellsProgress {
  tell(progress: CompareProgress): void;
  end(): void;
}

export interface CellsProgressParts {
  readonly request: CompareRequest;
  readonly jobs: number;
  readonly kept: (spec: CellSpec) => CellOutcome | undefined;
}

export function startCellsProgress(
  { request, jobs, kept }: CellsProgressParts,
  terminal: Terminal,
): CellsProgress {
  const keyOf = ({ scenario, method, seedIndex }: CellSpec) => JSON.stringify([scenario, method, seedIndex]);
  const cells = cellsOf(request);
  const measured: MeasuredCell[] = [];
  const waiting = new Map<string, CellSpec>();
  const running = new Map<string, { readonly cell: CellSpec; readonly startedAt: number; share: number }>();
  for (const cell of cells) {
    const seconds = kept(cell)?.times.seconds;
    if (seconds === undefined) waiting.set(keyOf(cell), cell);
    else measured.push({ ...cell, seconds });
  }
  const timeLeft = () =>
    cellsTimeLeft({
      measured,
      running: [...running.values()].map(({ cell, startedAt }) => ({
        ...cell,
        seconds: terminal.seconds() - startedAt,
      })),
      waiting: [...waiting.values()],
      jobs,
    });
  const progress = startProgress(terminal, cells.length, "cells", { timeLeft });
  const { unit, amount } = leadingLimit(request.budget);
  const isCounted = unit === "simulations" || unit === "evaluations";
  return {
    tell({ cell, state, spent, finishedCells }) {
      const key = keyOf(cell);
      waiting.delete(key);
      const startedAt = running.get(key)?.startedAt ?? terminal.seconds();
      running.set(key, { cell, startedAt, share: isCounted ? Math.min(1, spent / amount) : 0 });
      if (state === "finished") {
        running.delete(key);
        measured.push({ ...cell, seconds: terminal.seconds() - startedAt });
      }
      const shares = [...running.values()].reduce((sum, { share }) => sum + share, 0);
      const doing = [...running.values()].map((one) => `${one.cell.method} on ${one.cell.scenario}`);
      progress.update(finishedCells + shares, doing.join(", "));
    },
    end: progress.end,
  };
}
