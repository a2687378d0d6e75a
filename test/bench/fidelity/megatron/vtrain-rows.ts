/** Rows of vTrain's two tables as runs. */

import { readTable } from "../table.ts";
import { checkedRun } from "./check-run.ts";
import type { Run } from "./transformer.ts";

export interface VtrainRow {
  readonly name: string;
  readonly run: Run;
  readonly measuredS: number;
}

/** What the tables do not say. */
type Unsaid = Pick<Run, "vocabulary" | "recompute">;

export function readVtrainRows(file: string, unsaid: Unsaid): readonly VtrainRow[] {
  return readTable(file).map((row) => {
    const run: Run = {
      ...unsaid,
      gpus: row.count("# GPUs"),
      batch: row.count("global batch"),
      microBatch: row.count("micro batch"),
      hidden: row.count("hidden size"),
      heads: row.count("attention heads"),
      layers: row.count("# layers"),
      sequence: row.count("sequence length"),
      tensor: row.count("tensor parallelism"),
      data: row.count("data parallelism"),
      pipeline: row.count("pipeline parallelism"),
      chunks: 1,
      sequenceParallel: false,
      splitsSends: false,
    };
    return {
      name: row.has("row") ? `row ${row.text("row")}` : `line ${row.line}`,
      run: checkedRun(run, row.where),
      measuredS: row.number("iteration time (ms)") / 1000,
    };
  });
}
