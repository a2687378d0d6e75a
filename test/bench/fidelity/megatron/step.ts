/**
 * A Megatron run on nodes of A100 as a step. A layer's time is that of the device model and of the
 * all-reduces of its tensor group. Gradients are summed after the last backward pass.
 *
 * A layer sums its activations twice in each pass, and twice again where it is computed again. With
 * sequence parallelism a sum is a reduce-scatter and an all-gather of the same bytes. The backward
 * pass then gathers its input once more (Korthikanti et al., arXiv 2205.05198), half a sum for each
 * of two.
 */

import type { Step, StepOp } from "../step.ts";
import { a100, type DeviceModel, headS, layerS, updateS } from "./a100.ts";
import { type AllReduceTables, GPUS_A_NODE, gradientSumS, tensorSumS } from "./all-reduce.ts";
import {
  activationBytes,
  embeddingParameters,
  headWork,
  layerParameters,
  layersOfStages,
  layerWork,
  microBatchesOf,
  type Run,
} from "./transformer.ts";

/** One port of 200 Gb/s for each GPU, and the NVLink of a pair. */
const BETWEEN_NODES_BYTES_PER_S = 25e9;
const IN_NODE_BYTES_PER_S = 200e9;
const HALF = 2;

export function megatronStep(
  name: string,
  run: Run,
  tables: AllReduceTables,
  model: DeviceModel = a100,
): Step {
  const layer = layerOp(run, tables, model);
  const head = headOp(run, tables, model);
  const counts = layersOfStages(run);
  const last = counts.length - 1;
  const stages = counts.map((count, k) => {
    const ops = new Array<StepOp>(count).fill(layer);
    const holdsEmbedding = k === 0 || k === last;
    const parameters = count * layerParameters(run) + (holdsEmbedding ? embeddingParameters(run) : 0);
    return {
      ops: k === last ? [...ops, head] : ops,
      finishS: gradientSumS(tables, run, HALF * parameters) + updateS(parameters),
    };
  });
  const sends = new Array<number>(last).fill(sendS(run));
  return { name, stages, chunks: run.chunks, microBatches: microBatchesOf(run), sendS: sends };
}

function layerOp(run: Run, tables: AllReduceTables, model: DeviceModel): StepOp {
  const { all, scores } = layerWork(run);
  const againFlops = { none: 0, selective: scores.flops, full: all.flops }[run.recompute];
  const againBytes = { none: 0, selective: scores.bytes, full: all.bytes }[run.recompute];
  const work = { flops: 3 * all.flops + againFlops, bytes: 3 * all.bytes + againBytes };
  const sumsAgain = run.recompute === "full" ? 2 : 0;
  const gathers = run.sequenceParallel ? 1 : 0;
  const total = layerS(work, run.tensor === 1 ? 0 : 4 + sumsAgain + gathers, model);
  const forward = total * (all.flops / work.flops);
  const sum = tensorSumS(tables, run.tensor, activationBytes(run));
  return {
    forwardS: forward + 2 * sum,
    backwardS: total - forward + (2 + sumsAgain + gathers) * sum,
  };
}

/** The backward pass sums the gradient of its input. */
function headOp(run: Run, tables: AllReduceTables, model: DeviceModel): StepOp {
  const total = headS(headWork(run), Math.floor(run.vocabulary / run.tensor), model);
  const sum = tensorSumS(tables, run.tensor, activationBytes(run));
  return { forwardS: total / 3, backwardS: (2 * total) / 3 + sum };
}

/** Stages are t d ranks apart. */
function sendS(run: Run): number {
  const isInNode = run.tensor * run.data < GPUS_A_NODE || run.gpus <= GPUS_A_NODE;
  const bytes = activationBytes(run) / (run.splitsSends ? run.tensor : 1);
  return bytes / (isInNode ? IN_NODE_BYTES_PER_S : BETWEEN_NODES_BYTES_PER_S);
}
