/**
 * Runs cells, some at a time. The outcomes do not depend on how many run at once, nor on the order
 * in which they are started.
 */
import { InputError } from "../../env/model/errors.ts";
import { type CellOutcome, type CellSpec, CellStopped, type RunCell } from "./cell.ts";

export interface CellProgress {
  readonly cell: CellSpec;
  readonly state: "started" | "running" | "finished";
  /** What this cell has spent of the budget's leading limit. */
  readonly spent: number;
  /** Of a finished cell: seconds of its method alone, without what is around it. */
  readonly methodSeconds?: number;
  readonly finishedCells: number;
  readonly totalCells: number;
}

export interface CellsHooks {
  readonly runCell: RunCell;
  /** Seconds on any steady clock. */
  readonly clock: () => number;
  /** User and system seconds of this process, for cells that run in it. */
  readonly cpuClock: () => number;
  /** Cells in flight at once; default 1. */
  readonly jobs?: number;
  /** Whether cells in flight may wait, and tell by `onStart` when they start; default no. */
  readonly waits?: boolean;
  /** The outcome of a cell that was run before; such cells come first and are never run. */
  readonly kept?: (cell: CellSpec) => CellOutcome | undefined;
  /** When aborted, no further cell starts and the report holds what there is. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: CellProgress) => void;
}

/**
 * `order` sorts the cells that are not kept: they start one after another as it says. A cell that
 * an abort kept from starting or from answering is null. The first failure ends all.
 */
export async function runCells(
  cells: readonly CellSpec[],
  hooks: CellsHooks,
  order: (cells: readonly CellSpec[]) => readonly CellSpec[],
): Promise<(CellOutcome | null)[]> {
  const outcomes = new Map<CellSpec, CellOutcome>();
  for (const cell of cells) {
    const outcome = hooks.kept?.(cell);
    if (outcome !== undefined) outcomes.set(cell, outcome);
  }
  const queue = [...order(cells.filter((cell) => !outcomes.has(cell)))];
  const failure = new AbortController();
  const signal =
    hooks.signal === undefined ? failure.signal : AbortSignal.any([hooks.signal, failure.signal]);

  const worker = async () => {
    while (queue.length > 0 && !signal.aborted) {
      const cell = queue.shift()!;
      const tell = (state: CellProgress["state"], spent: number, methodSeconds?: number) => {
        const counts = { finishedCells: outcomes.size, totalCells: cells.length };
        hooks.onProgress?.({ cell, state, spent, methodSeconds, ...counts });
      };
      let hasStarted = false;
      const onStart = () => {
        hasStarted = true;
        tell("started", 0);
      };
      if (hooks.waits !== true) onStart();
      try {
        const outcome = await hooks.runCell(cell, {
          clock: hooks.clock,
          cpuClock: hooks.cpuClock,
          signal,
          onStart,
          onEvaluation: (spent) => tell("running", spent),
        });
        if (!hasStarted) onStart();
        outcomes.set(cell, outcome);
        tell("finished", outcome.result.simulations, outcome.times.seconds);
      } catch (error) {
        if (error instanceof CellStopped) return;
        failure.abort();
        throw named(error, cell);
      }
    }
  };
  await settle(Array.from({ length: Math.max(1, hooks.jobs ?? 1) }, worker));
  return cells.map((cell) => outcomes.get(cell) ?? null);
}

/**
 * Waits for all workers before it throws the first failure, so that none still writes when the
 * caller goes on.
 */
async function settle(workers: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(workers);
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

/** A mistake of the user keeps its sentence. A fault gets the name of its cell. */
function named(error: unknown, { scenario, method, seedIndex }: CellSpec): unknown {
  if (error instanceof InputError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new Error(`Method "${method}" failed on "${scenario}", seed ${seedIndex}: ${message}`, {
    cause: error,
  });
}
