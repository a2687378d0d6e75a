/**
 * Runs the cells of a comparison in child processes, with progress, and keeps them where there is a
 * folder. A method that fails is told at once and becomes a row; the others go on.
 */
import { availableParallelism } from "node:os";
import type { CellSpec } from "../../results/cells/cell.ts";
import { faultSentence, faultsAsRows, faultText } from "../../results/cells/failed-cell.ts";
import {
  type CompareReport,
  type CompareRequest,
  cellsOf,
  compare,
} from "../../results/comparison/compare.ts";
import type { KeptCells } from "../../results/report/kept-cells.ts";
import { knownMethods } from "../../results/training/run-inputs.ts";
import { startCellsProgress } from "../terminal/compare-progress.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { createPool, type Pool } from "./pool.ts";

export interface CellsToRun {
  readonly request: CompareRequest;
  /** Cells at once; default one for each core. */
  readonly jobs: number | undefined;
  readonly folder: KeptCells | null;
  /** Path of the file that keeps the evaluations of a cell; default none. */
  readonly logOf?: (cell: CellSpec) => string;
  /** Of a caller that runs several comparisons and closes it; default a new one. */
  readonly pool?: Pool;
}

export async function runCells(
  { request, jobs: asked, folder, pool: given, logOf }: CellsToRun,
  terminal: Terminal,
): Promise<CompareReport> {
  const { methods } = await knownMethods(request.methods);
  const pool = given ?? createPool();
  const runCell = faultsAsRows({
    runCell: (cell, hooks) => pool.runCell(cell, { ...hooks, logTo: logOf?.(cell) }),
    moduleOf: ({ method }) => methods.get(method)!.module,
    onFault: (cell, error) => tellFault(cell, error, folder, terminal),
  });
  const jobs = Math.min(asked ?? availableParallelism(), cellsOf(request).length);
  const kept = folder?.kept ?? (() => undefined);
  const progress = startCellsProgress({ request, jobs, kept }, terminal);
  try {
    return await compare(request, {
      runCell: folder?.keeping(runCell) ?? runCell,
      kept,
      clock: terminal.seconds,
      cpuClock: terminal.cpuSeconds,
      jobs,
      signal: terminal.signal,
      onProgress: progress.tell,
    });
  } finally {
    progress.end();
    if (given === undefined) pool.close();
  }
}

/** The stack goes to the folder; without one it is told at once, else it would be lost. */
function tellFault(cell: CellSpec, error: unknown, folder: KeptCells | null, { note }: Terminal): void {
  const { method, scenario, seedIndex } = cell;
  const sentence = `Method "${method}" failed on "${scenario}", seed ${seedIndex}: ${faultSentence(error)}`;
  note(`placement-gym: ${sentence}`);
  if (folder === null) note(faultText(cell, error));
  else note(`The stack is in ${folder.writeFault(cell, error)}`);
}
