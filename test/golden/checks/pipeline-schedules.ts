/**
 * Schedules against an event simulation of another hand. Makespan, work and most live micro-batches
 * of each worker are compared, and the closed form where all stages are equal.
 */
import { makeSchedule } from "../../../env/model/schedule/index.ts";
import { interleavedShape, runInSlots } from "../../env/model/schedule/slots.ts";
import type { Compared, GoldenCheck } from "./contract.ts";

export interface ScheduleRow {
  readonly schedule: string;
  /** Workers, micro-batches, chunks of each worker. */
  readonly S: number;
  readonly M: number;
  readonly v: number;
  /** Times of each stage. */
  readonly F: readonly number[];
  readonly B: readonly number[];
  readonly W?: readonly number[];
  readonly makespan: number;
  readonly peakLive: readonly number[];
  readonly busy: readonly number[];
  readonly closedForm?: number;
}

export const pipelineSchedules: GoldenCheck = {
  name: "pipeline-schedules",
  tolerance: 0,
  *compare(content) {
    const { rows } = content as { rows: readonly ScheduleRow[] };
    for (const [number, row] of rows.entries()) yield* compareRow(row, number);
  },
};

function* compareRow(row: ScheduleRow, number: number): Iterable<Compared> {
  const { schedule: name, S, M, v = 1 } = row;
  const shape = interleavedShape(S, v, M);
  const schedule = makeSchedule({ name }, shape);
  const run = runInSlots(shape, schedule, {
    forward: row.F,
    backward: row.B,
    ...(row.W !== undefined && { weights: row.W }),
  });
  const label = `row ${number}: ${name} S=${S} M=${M} v=${v}`;
  yield { row: label, expected: row.makespan, found: run.makespan };
  yield { row: label, expected: row.peakLive, found: run.peakLive };
  yield { row: label, expected: row.busy, found: run.busy };
  if (row.closedForm !== undefined) yield { row: label, expected: row.closedForm, found: run.makespan };
}
