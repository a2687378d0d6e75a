/**
 * Runs cells in a pool, with progress, and keeps them where there is a folder. The pool is child
 * processes of this machine, or a queue. A method that fails is told at once and becomes a row; the
 * others go on.
 */
import { availableParallelism } from "node:os";
import type { CellSpec } from "../../results/cells/cell.ts";
import { faultSentence, faultsAsRows, faultText } from "../../results/cells/failed-cell.ts";
import type { CellsHooks } from "../../results/cells/run-cells.ts";
import {
  type CompareReport,
  type CompareRequest,
  cellsOf,
  compare,
} from "../../results/comparison/compare.ts";
import type { KeptCells } from "../../results/report/kept-cells.ts";
import { knownMethods } from "../../results/training/run-inputs.ts";
import { startCellsProgress } from "../terminal/cells-progress.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { createPool, type Pool } from "./pool.ts";

export interface WorkersFor {
  /** In the order in which they will start. */
  readonly cells: readonly CellSpec[];
  readonly methods: readonly string[];
  /** Cells at once; default one for each core. */
  readonly jobs: number | undefined;
  readonly folder: KeptCells | null;
  /** Path of the file that keeps the evaluations of a cell; default none. */
  readonly logOf?: (cell: CellSpec) => string;
  /** Of a caller that runs several comparisons and closes it; default a new one. */
  readonly pool?: Pool;
  /** After how many finished cells the whole time is told; default never. */
  readonly tellTimeAfter?: number;
  /** What progress counts; default cells. */
  readonly unit?: string;
}

/** Does the work with hooks that run its cells in child processes. */
export async function withWorkers<Report>(
  { cells, methods: specs, jobs: asked, folder, pool: given, tellTimeAfter, logOf, unit }: WorkersFor,
  terminal: Terminal,
  work: (hooks: CellsHooks) => Promise<Report>,
): Promise<Report> {
  const { methods } = await knownMethods(specs);
  const pool = given ?? createPool();
  const runCell = faultsAsRows({
    runCell: (cell, hooks) => pool.runCell(cell, { ...hooks, logTo: logOf?.(cell) }),
    moduleOf: ({ method }) => methods.get(method)!.module,
    onFault: (cell, error) => tellFault(cell, error, folder, terminal),
  });
  const waits = pool.inFlight !== undefined;
  const jobs = Math.min(asked ?? pool.inFlight ?? availableParallelism(), cells.length);
  const kept = folder?.kept ?? (() => undefined);
  const progress = startCellsProgress(
    { cells, jobs: waits ? null : jobs, kept, tellTimeAfter, unit },
    terminal,
  );
  try {
    return await work({
      runCell: folder?.keeping(runCell) ?? runCell,
      kept,
      clock: terminal.seconds,
      cpuClock: terminal.cpuSeconds,
      jobs,
      waits,
      signal: terminal.signal,
      onProgress: progress.tell,
    });
  } finally {
    progress.end();
    if (given === undefined) await pool.close();
  }
}

export interface CellsToRun extends Omit<WorkersFor, "cells" | "methods"> {
  readonly request: CompareRequest;
}

export const runComparison = ({ request, ...of }: CellsToRun, terminal: Terminal): Promise<CompareReport> =>
  withWorkers({ cells: cellsOf(request), methods: request.methods, ...of }, terminal, (hooks) =>
    compare(request, hooks),
  );

/** The stack goes to the folder; without one it is told at once, else it would be lost. */
function tellFault(cell: CellSpec, error: unknown, folder: KeptCells | null, { note }: Terminal): void {
  const { method, scenario, seedIndex } = cell;
  const sentence = `Method "${method}" failed on "${scenario}", seed ${seedIndex}: ${faultSentence(error)}`;
  note(`placement-gym: ${sentence}`);
  if (folder === null) note(faultText(cell, error));
  else note(`The stack is in ${folder.writeFault(cell, error)}`);
}
