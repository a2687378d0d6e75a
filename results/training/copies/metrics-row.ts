/** A line of `metrics.jsonl`: what one update of a training run came to. */
import { z } from "zod";
import { InputError } from "../../../env/model/errors.ts";
import { sentenceOf } from "../../../env/model/file.ts";
import { readLog } from "../../files/append-log.ts";

export const METRICS = "metrics.jsonl";

export interface MetricsRow {
  /** From 1. */
  readonly update: number;
  /** Where the run is on several: the one that the update was on. */
  readonly scenario?: string;
  /** Spent so far by the whole run; missing in runs of version 0.1.0. */
  readonly simulations?: number;
  readonly evaluations: number;
  /** Numbers of the agent; null where one was not finite. */
  readonly metrics: Readonly<Record<string, number | null>>;
  /** Of the best plan so far of the update's scenario, null without one that fits. */
  readonly bestValue: number | null;
  /** Its gap to the bound; missing in runs of version 0.1.0. */
  readonly bestGap?: number | null;
}

const schema: z.ZodType<MetricsRow> = z.object({
  update: z.int().min(1),
  scenario: z.string().optional(),
  simulations: z.number().min(0).optional(),
  evaluations: z.number().min(0),
  metrics: z.record(z.string(), z.number().nullable()),
  bestValue: z.number().nullable(),
  bestGap: z.number().nullable().optional(),
});

/** All rows of a log; an empty list where there is no file. */
export function readMetrics(path: string): MetricsRow[] {
  return readLog(path).map((line, i) => {
    const parsed = schema.safeParse(line);
    if (!parsed.success) throw new InputError(`Log "${path}", line ${i + 1}: ${sentenceOf(parsed.error)}`);
    return parsed.data;
  });
}

/** A row as its line gives it back: JSON knows no NaN. */
export const asWritten = (row: MetricsRow): MetricsRow => JSON.parse(JSON.stringify(row)) as MetricsRow;
