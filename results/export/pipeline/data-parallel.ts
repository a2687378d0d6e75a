/**
 * A pipeline on a grid of processes, as DeepSpeed and Megatron-LM have it. Each stage has equally
 * many replicas, and every pipeline runs whole micro-batches of its own.
 */
import type { OpGraph } from "../../../env/model/graph/graph.ts";
import type { PipelinePlan } from "../../../env/model/plan/pipeline.ts";

export interface Grid {
  /** Replicas of every stage; the least where they differ. */
  readonly replicas: number;
  /** Samples of a micro-batch on one device, null where the batch is unknown or indivisible. */
  readonly microBatchSize: number | null;
  readonly globalBatchSize: number | null;
  /** Micro-batches of one pipeline in a batch. */
  readonly accumulation: number;
  readonly notes: readonly string[];
}

export function gridOf(format: string, { batch }: OpGraph, { stages, microBatches }: PipelinePlan): Grid {
  const counts = stages.map(({ devices }) => devices.length);
  const replicas = Math.min(...counts);
  const notes: string[] = [];
  if (counts.some((each) => each !== replicas))
    notes.push(
      `The format ${format} has equally many replicas in every stage, and the plan ${[...new Set(counts)].join(", ")}; ${replicas} are written.`,
    );
  const isSplit = stages.every(({ share }) => share === "split");
  const isDealt = stages.every(({ share }) => share === "dealt");
  if (replicas > 1 && !isSplit && !isDealt)
    notes.push(
      `The format ${format} runs one pipeline for each replica, and the plan mixes both ways to share.`,
    );
  const accumulation = isDealt ? microBatches / replicas : microBatches;
  const size = batch === null ? null : batch / replicas / accumulation;
  const divides = Number.isInteger(accumulation) && size !== null && Number.isInteger(size);
  if (batch === null) notes.push("The batch is not known, so that no sizes of batches are written.");
  else if (!divides)
    notes.push(
      `The batch of ${batch} does not divide into ${microBatches} micro-batches on ${replicas} replicas; sizes of batches are left out.`,
    );
  return {
    replicas,
    microBatchSize: divides ? size : null,
    globalBatchSize: divides ? batch : null,
    accumulation: Number.isInteger(accumulation) ? accumulation : microBatches,
    notes,
  };
}
