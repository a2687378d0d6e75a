import { describe, expect, test } from "vitest";
import {
  type RanncSetting,
  ranncScenario,
} from "../../../../../agents/exact/stages/rannc/scenario-problem.ts";
import { type EqualDevices, equalDevices } from "../../../../../agents/problems/pipeline/equal-devices.ts";
import { testScenario } from "../../../../../env/index.ts";
import { trainingChain } from "../../../registry/tiny-pipelines.ts";

const setting: RanncSetting = {
  target: 32,
  deviceBytes: Number.POSITIVE_INFINITY,
  mostMicroBatches: 2,
  transferBytesPerUs: (copies) => 10 * copies,
  allReduceBytesPerUs: 5,
};

/** Four layers of 10 us forward and 20 us backward, 40 B of output and 50 B of weights. */
function problemOf(change: Partial<RanncSetting> = {}) {
  const graph = trainingChain([10, 10, 10, 10]).replaceAll(/^u.*$/gm, "");
  const on = equalDevices(testScenario({ graph, devices: 4, batch: 8, fidelity: { optimizerSlots: 2 } }));
  return ranncScenario(on as EqualDevices, { ...setting, ...change });
}

describe("the stage problem of a scenario", () => {
  test("has the times and bytes of a stage, for the samples of each device", () => {
    const { problem } = problemOf();
    expect(problem.blocks).toBe(4);
    // 8 samples on 2 devices: half of the batch. The stage gets 40 B and sends 40 B.
    expect(problem.cost(1, 3, { devices: 2, copies: 1, microBatches: 1 })).toEqual({
      forwardUs: 10,
      backwardUs: 20,
      transferUs: 4,
      bytes: 100 * 3 + 100 + 0.5 * (80 + 2 * 40 + 40),
      allReduceUs: 20,
    });
  });

  test("computes activations again with more than one micro-batch, and keeps inputs of each", () => {
    const { problem } = problemOf();
    // Two samples on each device: a quarter of the batch.
    expect(problem.cost(1, 3, { devices: 1, copies: 2, microBatches: 2 })).toEqual({
      forwardUs: 5,
      backwardUs: 10 + 5,
      transferUs: 1,
      bytes: 100 * 3 + 100 + 0.25 * (80 + 2 * (2 * 40 + 40)),
      allReduceUs: 20,
    });
  });

  test("counts samples that no device can have in part as whole ones", () => {
    const { problem } = problemOf();
    const { forwardUs } = problem.cost(0, 4, { devices: 3, copies: 1, microBatches: 1 });
    expect(forwardUs).toBeCloseTo((40 * 3) / 8, 9);
  });

  test("has more blocks than asked for where larger ones do not fit", () => {
    const blocks = (deviceBytes: number) => problemOf({ target: 1, deviceBytes }).layers.length;
    // A layer has 200 B of states and 5 B of activations for the fewest samples.
    expect([1000, 821, 820, 411, 410].map(blocks)).toEqual([1, 1, 2, 2, 4]);
  });

  test("counts a variable once in a stage, and what a stage gets or sends once", () => {
    const graph = "x 9 4B\nw 1 8B params=8\na 9 4B <- x w\nb 9 4B <- a\nc 9 <- b w x";
    const on = equalDevices(testScenario({ graph, batch: 1 })) as EqualDevices;
    const { problem, layers } = ranncScenario(on, setting);
    expect(layers.map(({ length }) => length)).toEqual([1, 2, 1, 2]);
    const costs = (first: number, end: number) => {
      const { forwardUs, transferUs, bytes } = problem.cost(first, end, {
        devices: 1,
        copies: 1,
        microBatches: 1,
      });
      return { forwardUs, exchanged: transferUs * 10, bytes };
    };
    expect(costs(1, 4)).toEqual({ forwardUs: 1 + 9 + 9 + 9, exchanged: 4, bytes: 8 + 2 * 4 });
    expect(costs(1, 3)).toEqual({ forwardUs: 1 + 9 + 9, exchanged: 8, bytes: 8 + 2 * 4 + 4 });
    expect(costs(3, 4)).toEqual({ forwardUs: 1 + 9, exchanged: 8, bytes: 8 + 2 * 8 });
    expect(costs(0, 2)).toEqual({ forwardUs: 9 + 1 + 9, exchanged: 8, bytes: 8 + 8 });
  });
});
