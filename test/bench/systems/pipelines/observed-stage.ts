/**
 * A chain of equal stages of which one alone has sizes. These are so far apart that the digits of
 * its peak count the tensors of each kind. So what it keeps is told from what is on its way.
 */
import { parseGraph, testScenario } from "../../../../env/index.ts";
import { runPipeline } from "../../../../env/sim/lower/run.ts";
import { pipelineOf, straightText } from "../../../env/model/plan/chain.ts";
import { range } from "./figures.ts";

/**
 * Bytes of a micro-batch: activations of the stage without its input, its input, its output, the
 * gradients that arrive and leave. Weights are larger than all of them.
 */
const [WEIGHTS, KEPT, INPUT, OUTPUT, ARRIVING, LEAVING] = [1e11, 1e8, 1e6, 1e4, 1e2, 1];

/** Time of the stage before, so long that no input arrives before it is needed. */
const SLOW_US = 1000;

export interface Observed {
  readonly stages: number;
  readonly stage: number;
  /** At most 99, so that digits hold them. */
  readonly microBatches: number;
  readonly schedule: string;
  readonly recompute: boolean;
  /** Whether the backward pass uses the stage's input, which then counts as kept. */
  readonly inputIsUsed: boolean;
  /** Default none: buffers of gradients then do not move the peak. */
  readonly hasWeights?: boolean;
}

/** Tensors at the peak of the stage. */
export interface Held {
  /** Versions of the weights and one buffer of gradients. */
  readonly weights: number;
  readonly kept: number;
  readonly inputs: number;
}

export function heldBy(given: Observed): Held {
  const { stages, stage, microBatches, schedule, recompute } = given;
  const words = recompute ? "again" : "";
  const text = straightText(stages, microBatches, schedule).replaceAll(/@(\d+)/g, `@$1 ${words}`);
  const scenario = observedScenario(given);
  const peak = Math.round(runPipeline(scenario, pipelineOf(scenario, text)).peakBytes[stage]);
  return {
    weights: Math.floor(peak / WEIGHTS),
    kept: Math.floor((peak % WEIGHTS) / KEPT),
    inputs: Math.floor((peak % KEPT) / INPUT),
  };
}

function observedScenario(given: Observed) {
  const { stages, stage, microBatches, inputIsUsed, hasWeights = false } = given;
  const size = (bytes: number, s: number, at: number) => (s === at ? bytes * microBatches : 0);
  const weights = (s: number) => (s === stage && hasWeights ? WEIGHTS : 0);
  const forwards = range(0, stages - 1).map((s) => {
    const sent = size(INPUT, s, stage - 1) + size(OUTPUT, s, stage);
    const kept = size(KEPT, s, stage);
    return `f${s} ${s === stage - 1 ? SLOW_US : 1} ${sent}B,${kept}B params=${weights(s)} group=g${s}${s === 0 ? "" : ` <- f${s - 1}`}`;
  });
  const backwards = range(0, stages - 1)
    .reverse()
    .map((s) => {
      const outputs = hasWeights ? `B,${weights(s)}B` : "B";
      const sent = size(ARRIVING, s, stage + 1) + size(LEAVING, s, stage);
      const gradient = s === stages - 1 ? [] : [`b${s + 1}`];
      const inputs = [...gradient, `f${s}:1`, ...(s === 0 || !inputIsUsed ? [] : [`f${s - 1}`])];
      return `b${s} 2 ${sent}${outputs} role=backward twin=f${s} group=g${s} <- ${inputs.join(" ")}`;
    });
  const updates = range(0, hasWeights ? stages - 1 : -1).map(
    (s) => `u${s} 0 role=update twin=f${s} group=g${s} <- b${s}:1`,
  );
  return testScenario({
    graph: { ...parseGraph([...forwards, ...backwards, ...updates].join("\n")), batch: microBatches },
    devices: stages,
    bytesPerUs: 1e15,
    objective: "iteration",
  });
}
