/**
 * Chimera's schedule against its released generator, one slot a phase. Slots, idle cells, most live
 * micro-batches of each worker are compared, and the whole grid where the file has it.
 */
import { chimeraStages } from "../../../env/model/schedule/chimera/layout.ts";
import {
  Phase,
  type PipelineSchedule,
  type PipelineShape,
  type ScheduleItem,
} from "../../../env/model/schedule/contract.ts";
import { makeSchedule } from "../../../env/model/schedule/index.ts";
import { runInSlots, type SlotRun, uniformTimes } from "../../env/model/schedule/slots.ts";
import type { Compared, GoldenCheck } from "./contract.ts";

export interface ChimeraRow {
  /** Stages, micro-batches, pairs of pipelines. */
  readonly D: number;
  readonly N: number;
  readonly f: number;
  readonly slots: number;
  readonly closedForm: number;
  readonly idleCells: number;
  readonly peakLivePerWorker: readonly number[];
  readonly grid?: readonly string[];
}

export const chimeraSchedules: GoldenCheck = {
  name: "chimera-schedules",
  tolerance: 0,
  *compare(content) {
    for (const row of (content as { rows: readonly ChimeraRow[] }).rows) yield* compareRow(row);
  },
};

export const chimeraShape = (depth: number, microBatches: number, pairs: number): PipelineShape => ({
  deviceCount: depth,
  stages: chimeraStages(
    Array.from({ length: depth }, (_, w) => w),
    pairs,
  ),
  microBatches,
  iterations: 1,
});

function* compareRow({ D, N, f, ...row }: ChimeraRow): Iterable<Compared> {
  const shape = chimeraShape(D, N, f);
  const schedule = makeSchedule({ name: "chimera", pairs: f, mode: "code" }, shape);
  const run = runInSlots(shape, schedule, uniformTimes(D, 1, 1));
  const label = `D=${D} N=${N} f=${f}`;
  yield { row: label, expected: row.slots, found: run.makespan };
  yield { row: label, expected: row.idleCells, found: D * run.makespan - 2 * D * N };
  yield { row: label, expected: row.peakLivePerWorker, found: run.peakLive };
  if (N % D === 0) yield { row: label, expected: row.closedForm, found: run.makespan };
  if (row.grid === undefined) return;
  const paced = runInSlots(shape, schedule, uniformTimes(D, 1, 1), paceOf(schedule, D));
  yield { row: label, expected: row.grid.join("\n"), found: gridOf(paced, schedule, D, f).join("\n") };
}

/**
 * The generator lets each pipeline begin a micro-batch every two slots, and a block every 2D slots.
 * The run above begins each as early as it can, which moves idle cells and ends at the same slot.
 */
function paceOf({ replicaOf }: PipelineSchedule, depth: number): (item: ScheduleItem) => number {
  return ({ stage, microBatch, phase }) => {
    if (stage > 0 || phase !== Phase.forward) return 0;
    const block = Math.floor(microBatch / depth);
    let before = 0;
    for (let m = block * depth; m < microBatch; m++)
      if (replicaOf(stage, m) === replicaOf(stage, microBatch)) before++;
    return 2 * depth * block + 2 * before;
  };
}

/** One line a worker: `.` idle, `2uf` the forward of a micro-batch of pipeline 2, which runs up. */
function gridOf(run: SlotRun, schedule: PipelineSchedule, depth: number, pairs: number): string[] {
  return run.items.map((items) => {
    const cells = new Array<string>(run.makespan).fill(".");
    for (const { start, stage, microBatch, phase } of items) {
      const pipeline = schedule.replicaOf(stage, microBatch);
      const number = pipeline + 2 * pairs * Math.floor(microBatch / depth);
      cells[start] = `${number}${pipeline < pairs ? "d" : "u"}${phase === Phase.forward ? "f" : "b"}`;
    }
    return cells.join(" ");
  });
}
