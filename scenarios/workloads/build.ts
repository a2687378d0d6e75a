/**
 * The op graph of a workload and its options. The description is recorded once, in single
 * precision. Precision, phase and granularity are applied to that record.
 */
import type { OpGraph } from "../../env/model/graph/graph.ts";
import { layerGraph } from "./layers/layer-graph.ts";
import { inferenceGraph, trainingGraph } from "./tape/backward.ts";
import { mixedPrecision, type Optimizer } from "./tape/optimizers.ts";
import { forInference, inPrecision } from "./tape/retape.ts";
import type { Precision } from "./tape/tape.ts";
import type { Workload } from "./workload.ts";

/** `training` is one step: forward, backward and update. */
export const phases = ["training", "inference"] as const;
export type Phase = (typeof phases)[number];

export interface BuildOptions {
  /** Bits of the numbers; 16 is mixed precision with master weights of 32 bits. */
  readonly precision?: Precision;
  readonly phase?: Phase;
  /** One op for each kernel, or for each layer and role. */
  readonly granularity?: "op" | "layer";
}

export function buildWorkload(
  workload: Workload,
  values: Readonly<Record<string, number>>,
  { precision = 32, phase = "training", granularity = "op" }: BuildOptions = {},
): OpGraph {
  const tape = inPrecision(workload.forward(values), precision);
  const graph =
    phase === "training"
      ? trainingGraph(tape, optimizerIn(workload.optimizer, precision))
      : inferenceGraph(forInference(tape));
  const batched = { ...graph, batch: values.batch ?? null };
  return granularity === "layer" ? layerGraph(batched) : batched;
}

/**
 * Bytes of state for each byte of weights. Half precision includes master weights; inference has no
 * state.
 */
export function optimizerSlots(
  { optimizer }: Workload,
  { precision = 32, phase = "training" }: BuildOptions = {},
): number {
  return phase === "training" ? optimizerIn(optimizer, precision).slots : 0;
}

const optimizerIn = (optimizer: Optimizer, precision: Precision): Optimizer =>
  precision === 16 ? mixedPrecision(optimizer) : optimizer;
