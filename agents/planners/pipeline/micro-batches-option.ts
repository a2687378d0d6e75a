/** The option of planners of pipelines that choose the number of micro-batches by an estimate. */
import { z } from "zod";

export const microBatchesOption = z
  .int()
  .min(0)
  .default(0)
  .describe("Micro-batches of a batch; 0 takes the number of least estimate.");
