/** What a row must hold to be a run; each mistake is one sentence. */
import { InputError } from "../../../../env/index.ts";
import { microBatchesOf, type Run } from "./transformer.ts";

/** Returns the run. `where`: the row, for the sentence. */
export function checkedRun(run: Run, where: string): Run {
  const { gpus, tensor, data, pipeline, chunks, layers, microBatch, batch } = run;
  if (tensor * data * pipeline !== gpus)
    throw new InputError(
      `${where}: tensor ${tensor} x data ${data} x pipeline ${pipeline} is not the ${gpus} GPUs of the row.`,
    );
  if (layers < pipeline * chunks)
    throw new InputError(`${where}: ${layers} layers are fewer than the ${pipeline * chunks} stages.`);
  const microBatches = microBatchesOf(run);
  if (!Number.isInteger(microBatches))
    throw new InputError(
      `${where}: a batch of ${batch} is no whole number of micro-batches of ${microBatch} on ${data} replicas.`,
    );
  if (chunks > 1 && microBatches % pipeline !== 0)
    throw new InputError(
      `${where}: interleaving needs a multiple of ${pipeline} micro-batches, not ${microBatches}.`,
    );
  return run;
}
