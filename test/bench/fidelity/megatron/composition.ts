/**
 * Steps of vTrain's single-node table from the five times that it was composed of
 * (`components_single.csv`): a layer, head, embedding, update of a layer, fixed update.
 *
 * Sends and sums of gradients follow vTrain's own rules, faults included, as the README tells them.
 * A send has twice the bytes of an activation at 800 x 2^30 / 32 bytes per s. A sum takes
 * the table's entry of the nearest MiB. Above the last entry the ring's factor is left out.
 */
import { join } from "node:path";
import type { Step, StepOp } from "../step.ts";
import { readTable } from "../table.ts";
import type { AllReduceTables } from "./all-reduce.ts";
import { activationBytes, layersOfStages, microBatchesOf, type Run } from "./transformer.ts";

/** Seconds. */
export interface Components {
  readonly layer: number;
  readonly head: number;
  readonly embedding: number;
  readonly updateOfLayer: number;
  readonly update: number;
}

/** What the table's rows share; other runs have no components. */
const SEQUENCE = 1024;
const HEADS = 16;
const VOCABULARY = 50_257;
const SEND_BYTES_PER_S = (800 * 2 ** 30) / 8 / 4;
const MIB = 2 ** 20;

type Key = Pick<Run, "tensor" | "hidden" | "microBatch" | "sequence" | "heads">;
const keyOf = ({ tensor, hidden, microBatch, sequence, heads }: Key): string =>
  [tensor, hidden, microBatch, sequence, heads].join(" ");

/** Components by run; `of` answers null where there are none. */
export function readComponents(data: string): { of(run: Key): Components | null } {
  const known = new Map<string, Components>();
  for (const row of readTable(join(data, "vtrain", "components_single.csv"))) {
    const seconds = (column: string) => Number(row.text(column)) / 1000;
    const [tensor, hidden, microBatch] = [row.count("tensor"), row.count("hidden"), row.count("micro_batch")];
    known.set(keyOf({ tensor, hidden, microBatch, sequence: SEQUENCE, heads: HEADS }), {
      layer: seconds("layer_fwd_bwd_ms"),
      head: seconds("head_ms"),
      embedding: seconds("embedding_ms"),
      updateOfLayer: seconds("update_per_layer_ms"),
      update: seconds("update_fixed_ms"),
    });
  }
  return { of: (run) => known.get(keyOf(run)) ?? null };
}

export function composedStep(name: string, run: Run, times: Components, tables: AllReduceTables): Step {
  const counts = layersOfStages(run);
  const last = counts.length - 1;
  const sums = counts.map((layers, k) => gradientSumS(run, stageBytes(run, layers, k), tables));
  const slowest = Math.max(0, ...sums);
  const stages = counts.map((layers, k) => {
    const ops = Array.from({ length: layers }, () => splitOp(times.layer));
    // Fitted embeddings may be a little below 0, so they are part of the first layer.
    if (k === 0) ops[0] = splitOp(times.layer + times.embedding);
    if (k === last) ops.push(splitOp(times.head));
    return { ops, finishS: slowest + layers * times.updateOfLayer + times.update };
  });
  const send = (2 * activationBytes(run)) / SEND_BYTES_PER_S;
  const sendS = new Array<number>(last).fill(send);
  return { name, stages, chunks: 1, microBatches: microBatchesOf(run), sendS };
}

const splitOp = (seconds: number): StepOp => ({ forwardS: seconds / 3, backwardS: (2 * seconds) / 3 });

function stageBytes({ hidden, tensor, pipeline }: Run, layers: number, stage: number): number {
  const words = Math.floor(VOCABULARY / tensor) * hidden;
  const ofLayers = layers * ((12 * hidden ** 2) / tensor + (7 * hidden) / tensor + 6 * hidden);
  const ofFirst = stage === 0 ? words + SEQUENCE * hidden : 0;
  const ofLast = stage === pipeline - 1 ? words : 0;
  return 2 * (ofLayers + ofFirst + ofLast);
}

function gradientSumS({ data }: Run, bytes: number, tables: AllReduceTables): number {
  const table = tables.get(data);
  if (data === 1 || table === undefined) return 0;
  const mib = Math.max(1, Math.round(bytes / MIB));
  const last = table.seconds.length;
  return mib > last ? mib / (table.largestGBps * last) : table.seconds[mib - 1];
}
