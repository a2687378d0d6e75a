/**
 * Episodes of the dual policy again, as tensors that can be differentiated. All episodes of an
 * update share one encoding, unless every step has its own.
 */

import { maskBias } from "../../nets/categorical.ts";
import { neighbourSum } from "../../tensors/graph/neighbour-sum.ts";
import type { Tensor, Tensor2D, Tf } from "../../tensors/types.ts";
import { type Assignment, TASK_COLUMNS } from "./assignment.ts";
import { STEP_COLUMNS, writeStepColumns } from "./episode.ts";
import { DEVICE_COLUMNS, READY_COLUMNS } from "./growing-assignment.ts";
import type { DualPolicy, Tables } from "./network.ts";
import { placedSums } from "./placed-sums.ts";
import type { EpisodeRecord } from "./record.ts";

/** Rows of one head. `episode` and `before` tell the step that each row is of. */
export interface HeadRows {
  readonly logProbabilities: Tensor2D;
  readonly taken: Int32Array;
  readonly episode: Int32Array;
  readonly before: Int32Array;
}

/** SEL, where it chose at all, and PLC. */
export function replayEpisodes(
  tf: Tf,
  policy: DualPolicy,
  assignment: Assignment,
  records: readonly EpisodeRecord[],
): HeadRows[] {
  const isPerStep = policy.size.stepColumns > 0;
  const columns = isPerStep ? stepColumns(assignment, records) : assignment.columns;
  const width = TASK_COLUMNS + policy.size.stepColumns;
  const features = tf.tensor2d(columns, [columns.length / width, width]);
  const tables = policy.tables(assignment, features);
  const { taskCount } = assignment;
  /** Row of task 0 in the state before a step. */
  const firstRow = (episode: number, before: number) =>
    isPerStep ? (episode * taskCount + before) * taskCount : 0;
  const placement = placementRows(tf, policy, assignment, tables, records, firstRow);
  if (policy.selection === null || tables.selection === null) return [placement];
  return [selectionRows(tf, policy, tables.selection, records, firstRow), placement];
}

type FirstRow = (episode: number, before: number) => number;

/** Every state of every episode, [episodes x steps x tasks, columns]. */
function stepColumns(assignment: Assignment, records: readonly EpisodeRecord[]): Float32Array {
  const size = assignment.taskCount * (TASK_COLUMNS + STEP_COLUMNS);
  const columns = new Float32Array(records.length * assignment.taskCount * size);
  let at = 0;
  for (const { placed, endUs } of records)
    for (let count = 0; count < placed.length; count++, at += size)
      writeStepColumns(assignment, placed, count, endUs, columns, at);
  return columns;
}

function selectionRows(
  tf: Tf,
  policy: DualPolicy,
  table: Tensor2D,
  records: readonly EpisodeRecord[],
  firstRow: FirstRow,
): HeadRows {
  const of = records.map(({ selection }) => selection);
  const rows = of.reduce((sum, { taken }) => sum + taken.length, 0);
  // A graph without a choice still has a row, so that every weight has a gradient: 0.
  if (rows === 0) return emptySelection(tf, policy, table);
  const widest = of.reduce((most, { choices }) => choices.reduce((a, b) => Math.max(a, b), most), 0);
  const total = of.reduce((sum, { tasks }) => sum + tasks.length, 0);
  const tableRow = new Int32Array(total);
  const slot = new Int32Array(total);
  const columns = new Float32Array(total * READY_COLUMNS);
  const allowed = new Uint8Array(rows * widest);
  const whose = { taken: new Int32Array(rows), episode: new Int32Array(rows), before: new Int32Array(rows) };
  let [row, choice] = [0, 0];
  of.forEach((selection, episode) => {
    columns.set(selection.columns, choice * READY_COLUMNS);
    whose.taken.set(selection.taken, row);
    whose.before.set(selection.before, row);
    whose.episode.fill(episode, row, row + selection.taken.length);
    let own = 0;
    for (let r = 0; r < selection.taken.length; r++, row++)
      for (let k = 0; k < selection.choices[r]; k++, choice++, own++) {
        tableRow[choice] = firstRow(episode, selection.before[r]) + selection.tasks[own];
        slot[choice] = row * widest + k;
        allowed[row * widest + k] = 1;
      }
  });
  const scores = policy.selection!.scores(
    gathered(tf, table, tableRow),
    tf.tensor2d(columns, [total, READY_COLUMNS]),
  );
  const spread = moved(tf, scores, identity(total), slot, rows * widest);
  return { logProbabilities: masked(tf, spread, allowed, rows, widest), ...whose };
}

function emptySelection(tf: Tf, policy: DualPolicy, table: Tensor2D): HeadRows {
  const scores = policy.selection!.scores(
    gathered(tf, table, Int32Array.of(0)),
    tf.zeros([1, READY_COLUMNS]),
  );
  return {
    logProbabilities: tf.logSoftmax(scores) as Tensor2D,
    taken: Int32Array.of(0),
    episode: Int32Array.of(0),
    before: Int32Array.of(0),
  };
}

function placementRows(
  tf: Tf,
  policy: DualPolicy,
  { deviceCount }: Assignment,
  { placement, onDevice }: Tables,
  records: readonly EpisodeRecord[],
  firstRow: FirstRow,
): HeadRows {
  const filled = records.map((record) =>
    record.placement.taken.length > 0 ? record : withOneRow(record, deviceCount),
  );
  const of = filled.map((record) => record.placement);
  const rows = of.reduce((sum, { taken }) => sum + taken.length, 0);
  const tableRow = new Int32Array(rows * deviceCount);
  const columns = new Float32Array(rows * deviceCount * DEVICE_COLUMNS);
  const allowed = new Uint8Array(rows * deviceCount);
  const whose = { taken: new Int32Array(rows), episode: new Int32Array(rows), before: new Int32Array(rows) };
  let row = 0;
  of.forEach((part, episode) => {
    columns.set(part.columns, row * deviceCount * DEVICE_COLUMNS);
    allowed.set(part.mask, row * deviceCount);
    whose.taken.set(part.taken, row);
    whose.before.set(part.before, row);
    for (let r = 0; r < part.taken.length; r++, row++) {
      whose.episode[row] = episode;
      const at = firstRow(episode, part.before[r]) + part.task[r];
      tableRow.fill(at, row * deviceCount, (row + 1) * deviceCount);
    }
  });
  const episodes = filled.map(({ placed, device, placement: { before } }, episode) => ({
    placed,
    device,
    before,
    firstRow: before.map((count) => firstRow(episode, count)),
  }));
  const held = placedSums(tf, onDevice, episodes, deviceCount, policy.size.stepColumns > 0);
  const base = tf.add(gathered(tf, placement, tableRow), held);
  const scores = policy.placement.scores(base, tf.tensor2d(columns, [rows * deviceCount, DEVICE_COLUMNS]));
  return { logProbabilities: masked(tf, scores, allowed, rows, deviceCount), ...whose };
}

/** A row with one device, whose gradient is 0, for an episode without a choice. */
function withOneRow(record: EpisodeRecord, deviceCount: number): EpisodeRecord {
  const mask = new Uint8Array(deviceCount);
  const [task] = record.placed;
  mask[record.device[task]] = 1;
  return {
    ...record,
    placement: {
      before: Int32Array.of(0),
      task: Int32Array.of(task),
      mask,
      columns: new Float32Array(deviceCount * DEVICE_COLUMNS),
      taken: Int32Array.of(record.device[task]),
    },
  };
}

const identity = (size: number): Int32Array => Int32Array.from({ length: size }, (_, i) => i);

/** Rows of a table by number. */
const gathered = (tf: Tf, table: Tensor, row: Int32Array): Tensor2D =>
  moved(tf, table, row, identity(row.length), row.length);

/** Row `to` of the result is the sum of rows `from`. */
const moved = (tf: Tf, x: Tensor, from: Int32Array, to: Int32Array, rows: number): Tensor2D =>
  neighbourSum(tf, x, { from, to, weight: new Float32Array(from.length).fill(1) }, rows);

function masked(tf: Tf, scores: Tensor, allowed: Uint8Array, rows: number, choices: number): Tensor2D {
  const bias = tf.tensor2d(maskBias(allowed), [rows, choices]);
  return tf.logSoftmax(tf.add(tf.reshape(scores, [rows, choices]), bias)) as Tensor2D;
}
