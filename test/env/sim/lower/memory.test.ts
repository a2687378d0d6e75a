/** Memory of pipelines to the byte, on a uniform model: the tables of the papers. */
import { describe, expect, test } from "vitest";
import { runPipeline } from "../../../../env/sim/lower/run.ts";
import { chainScenario, pipelineOf, straightText, uniformLayers } from "../../model/plan/chain.ts";

const d = 4;
const m = 8;
/** Of one micro-batch: activations of a layer, input of a stage. Of a layer: weights. */
const [A, IN, W] = [100, 10, 1000];

/** Four layers, one a stage. A layer keeps A - IN bytes and its input, IN bytes. */
function peaksOf(schedule: string, words = "", optimizerSlots = 0): number[] {
  const layer = {
    forwardUs: m,
    backwardUs: 2 * m,
    weightBytes: W,
    keptBytes: (A - IN) * m,
    outputBytes: IN * m,
  };
  const scenario = chainScenario({
    layers: uniformLayers(d, layer),
    fidelity: { optimizerSlots },
    inputsAreKept: true,
  });
  const text = straightText(d, m, schedule).replaceAll(/@(\d)/g, `@$1 ${words}`);
  return [...runPipeline(scenario, pipelineOf(scenario, text)).peakBytes];
}

/**
 * Copies at the boundaries of a stage while a backward runs: the gradient that it makes and the one
 * that it has received. A third is still being sent, or has come early.
 */
const COPIES = 3 * IN;

/** Stages with two neighbours. */
const inner = (peaks: number[]): number[] => peaks.slice(1, -1);

describe("memory of a stage", () => {
  test("gpipe keeps all micro-batches, 1f1b those in flight", () => {
    const [gpipe, flush] = ["gpipe", "1f1b"].map((name) => peaksOf(name));
    expect(inner(gpipe)).toEqual([1, 2].map(() => 2 * W + m * A + COPIES));
    expect(inner(flush)).toEqual([1, 2].map((s) => 2 * W + (d - s) * A + COPIES));
  });

  test("2bw has two versions of the weights, pipedream one for each micro-batch in flight", () => {
    const flush = peaksOf("1f1b", "", 1);
    const [twice, stashed] = ["2bw", "pipedream"].map((name) => peaksOf(name, "", 1));
    expect(twice.map((bytes, s) => bytes - flush[s])).toEqual([0, 1, 2, 3].map(() => W));
    expect(stashed.map((bytes, s) => bytes - flush[s])).toEqual([3, 2, 1, 0].map((more) => more * W));
  });

  test("recomputation keeps inputs, and the activations of one micro-batch", () => {
    const gpipe = inner(peaksOf("gpipe", "again"));
    const flush = inner(peaksOf("1f1b", "again"));
    // Where recomputation follows, the gradient sent before has left when the next one is made.
    expect(gpipe).toEqual([1, 2].map(() => 2 * W + m * IN + (A - IN) + COPIES - IN));
    expect(flush).toEqual([1, 2].map((s) => 2 * W + (d - s) * IN + (A - IN) + COPIES));
  });
});
