/**
 * Runs the cells that the folder of an evaluation lacks: all of them for a report, or those of one
 * shard. A line tells what the folder has.
 */
import type { CellSpec } from "../../../../results/cells/cell.ts";
import { type CellsHooks, runCells } from "../../../../results/cells/run-cells.ts";
import { sampleSize, startOrder, weightsOf } from "../../../../results/evaluation/cell-order.ts";
import {
  type Evaluated,
  evaluationCells,
  evaluate as runEvaluation,
} from "../../../../results/evaluation/evaluate.ts";
import type { EvaluationFolder } from "../../../../results/evaluation/evaluation-folder.ts";
import { type Shard, shardOf } from "../../../../results/evaluation/shards.ts";
import type { Pool } from "../../../pool/pool.ts";
import { withWorkers } from "../../../pool/run-cells.ts";
import type { Terminal } from "../../../terminal/terminal.ts";

export interface Where {
  readonly path: string;
  readonly jobs: number | undefined;
  readonly logOf: ((cell: CellSpec) => string) | undefined;
  /** Default the processes of this machine. */
  readonly pool?: Pool;
}

type Order = (cells: readonly CellSpec[]) => CellSpec[];

/** The report of all cells. */
export async function allCellsIn(
  folder: EvaluationFolder,
  where: Where,
  terminal: Terminal,
): Promise<Evaluated> {
  const cells = evaluationCells(folder.request);
  const weights = await weightsOf(folder.request);
  const order: Order = (waiting) => startOrder(waiting, weights);
  const asked = { cells, order, what: "its", unit: "cells" };
  let evaluated: Evaluated | undefined;
  try {
    evaluated = await workOn(asked, folder, where, terminal, (hooks) =>
      runEvaluation(folder.request, hooks, order),
    );
  } finally {
    if (evaluated?.report.complete !== true) tellHowToGoOn(folder, where, terminal);
  }
  return evaluated;
}

export interface ShardCells {
  readonly cells: number;
  readonly kept: number;
  readonly failed: number;
}

/** Runs one shard; what it found is in the folder's cells. */
export async function shardCellsIn(
  folder: EvaluationFolder,
  shard: Shard,
  where: Where,
  terminal: Terminal,
): Promise<ShardCells> {
  const weights = await weightsOf(folder.request);
  const cells = shardOf(evaluationCells(folder.request), weights, shard);
  const order: Order = (waiting) => startOrder(waiting, weights);
  const name = `shard ${shard.index} of ${shard.count}`;
  const asked = { cells, order, what: `the shard's`, unit: `cells of ${name}` };
  const outcomes = await workOn(asked, folder, where, terminal, (hooks) => runCells(cells, hooks, order));
  const kept = cells.filter((cell) => folder.kept(cell) !== undefined).length;
  if (kept < cells.length) tellHowToGoOn(folder, where, terminal);
  const failed = outcomes.filter((outcome) => outcome?.result.ended === "fault").length;
  return { cells: cells.length, kept, failed };
}

interface Asked {
  readonly cells: readonly CellSpec[];
  readonly order: Order;
  readonly what: string;
  readonly unit: string;
}

async function workOn<T>(
  { cells, order, what, unit }: Asked,
  folder: EvaluationFolder,
  { path, jobs, logOf, pool }: Where,
  terminal: Terminal,
  work: (hooks: CellsHooks) => Promise<T>,
): Promise<T> {
  for (const note of folder.notes) terminal.note(note);
  const missing = cells.filter((cell) => folder.kept(cell) === undefined);
  const keptCount = cells.length - missing.length;
  if (keptCount > 0)
    terminal.note(`"${path}" holds an evaluation: ${keptCount} of ${what} ${cells.length} cells are kept.`);
  const waits = new Set(missing);
  const inOrder = [...cells.filter((cell) => !waits.has(cell)), ...order(missing)];
  const { methods } = folder.request;
  const tellTimeAfter = sampleSize(missing);
  return withWorkers(
    { cells: inOrder, methods, jobs, folder, logOf, pool, tellTimeAfter, unit },
    terminal,
    work,
  );
}

function tellHowToGoOn({ keptCount }: EvaluationFolder, { path }: Where, { note }: Terminal): void {
  if (keptCount > 0) note(`Finished cells are kept: the same command with --out ${path} goes on from there.`);
}
