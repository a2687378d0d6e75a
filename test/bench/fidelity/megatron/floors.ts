/**
 * Closed forms of the READMEs that the simulator is held to, with the constants that were fitted
 * there on the visible rows. They share no time with the device model.
 *
 * - (iii) arithmetic at one efficiency, the bubble, all-reduces;
 * - (iv) the same with memory traffic and a floor for each layer.
 */
import { type AllReduceTables, GPUS_A_NODE, gradientSumS, tensorSumS } from "./all-reduce.ts";
import {
  activationBytes,
  embeddingParameters,
  headWork,
  layerParameters,
  layerWork,
  microBatchesOf,
  type Run,
} from "./transformer.ts";

const PEAK = 312e12;
const BANDWIDTH = 1.555e12;

/** Fitted constants of (iv). */
export interface Roofline {
  readonly efficiency: number;
  readonly traffic: number;
  readonly floorS: number;
}

export function efficiencyFloorS(run: Run, tables: AllReduceTables, efficiency: number): number {
  const { layers, pipeline } = run;
  const perRank = PEAK * efficiency;
  const layer = bodyWork(run).flops / perRank + sumsOf(run) * sum(run, tables);
  const head = headWork(run).flops / (pipeline * perRank);
  const { microBatches, bubble } = shape(run);
  const body = ((layers / pipeline) * layer + head + sendS(run)) * microBatches * bubble;
  return body + gradientSumS(tables, run, 2 * parametersOf(run));
}

export function rooflineFloorS(run: Run, tables: AllReduceTables, constants: Roofline): number {
  const { efficiency, traffic, floorS } = constants;
  const seconds = ({ flops, bytes }: { flops: number; bytes: number }) =>
    flops / (PEAK * efficiency) + (traffic * bytes) / BANDWIDTH;
  const layer = Math.max(floorS, seconds(bodyWork(run))) + sumsOf(run) * sum(run, tables);
  const head = Math.max(0.2 * floorS, seconds(headWork(run)));
  const stage = (run.layers / run.pipeline) * layer + sendS(run);
  const { microBatches, bubble } = shape(run);
  const end = gradientSumS(tables, run, 2 * parametersOf(run)) + (20 * parametersOf(run)) / BANDWIDTH;
  return microBatches * (stage * bubble + head) + end;
}

function shape(run: Run): { readonly microBatches: number; readonly bubble: number } {
  const microBatches = microBatchesOf(run);
  return { microBatches, bubble: 1 + (run.pipeline - 1) / (run.chunks * microBatches) };
}

/** Four forward passes' work of a layer; with selective recomputation three and the scores. */
function bodyWork(run: Run): { readonly flops: number; readonly bytes: number } {
  const { all, scores } = layerWork(run);
  if (run.recompute !== "selective") return { flops: 4 * all.flops, bytes: 4 * all.bytes };
  return { flops: 3 * all.flops + scores.flops, bytes: 3 * all.bytes + scores.bytes };
}

const sumsOf = ({ recompute }: Run): number => (recompute === "selective" ? 5 : 6);

const sum = (run: Run, tables: AllReduceTables): number =>
  tensorSumS(tables, run.tensor, activationBytes(run));

function sendS(run: Run): number {
  if (run.pipeline === 1) return 0;
  const bytes = (2 * run.chunks * activationBytes(run)) / (run.splitsSends ? run.tensor : 1);
  const isBetween = run.tensor * run.data >= GPUS_A_NODE && run.gpus > GPUS_A_NODE;
  return bytes / (isBetween ? 25e9 : 200e9);
}

const parametersOf = (run: Run): number =>
  (run.layers / run.pipeline) * layerParameters(run) + embeddingParameters(run);
