import { describe, expect, test } from "vitest";
import { runPipeline } from "../../../../env/sim/lower/run.ts";
import { batchesOf } from "../../../../env/sim/lower/steady.ts";
import { chainScenario, pipelineOf, uniformLayers } from "../../model/plan/chain.ts";

const layers = [3, 5, 4].map((us) => ({ forwardUs: us, backwardUs: 2 * us, updateUs: 1, weightBytes: 6 }));
const scenario = chainScenario({ layers, devices: 6 });

describe("how many batches are run", () => {
  test("one where each batch ends with a flush", () => {
    expect(batchesOf(pipelineOf(scenario, "0-2@0 x8 gpipe"))).toEqual({ iterations: 1, first: 0, window: 1 });
  });

  test("a window in which each replica has had its turns", () => {
    for (const M of [1, 2, 3, 4, 6]) {
      const { window, first } = batchesOf(
        pipelineOf(scenario, `0@0,1 dealt | 1@2-4 dealt | 2@5 x${M} pipedream`),
      );
      expect((window * M) % 6).toBe(0);
      expect(first * M).toBeGreaterThanOrEqual(12);
    }
  });

  test("few where the turns of replicas have no short common multiple", () => {
    const many = chainScenario({ layers, devices: 64 });
    const plan = pipelineOf(many, "0@0-12 dealt | 1@13-29 dealt | 2@30-48 dealt x1 pipedream");
    expect(batchesOf(plan).iterations).toBeLessThan(1500);
  });
});

describe("the steady state", () => {
  test("has the pace of the slowest stage, updates included", () => {
    const us = (text: string) => runPipeline(scenario, pipelineOf(scenario, text)).iterationUs;
    expect(us("0@0 | 1@1 | 2@2 x1 pipedream")).toBeCloseTo(15 + 1, 9);
    expect(us("0@0 | 1@1 | 2@2 x3 2bw")).toBeCloseTo(15 + 1, 9);
    // The slow stage has two replicas in turn. The last one is now the slowest.
    expect(us("0@0 | 1@1,3 dealt | 2@2 x1 pipedream")).toBeCloseTo(12 + 1, 9);
  });

  test("does not depend on how many batches are measured", () => {
    const free = chainScenario({ layers: uniformLayers(3, layers[0]), devices: 3, bytesPerUs: 0.5 });
    for (const M of [3, 6, 12]) {
      const { iterationUs } = runPipeline(free, pipelineOf(free, `0@0 | 1@1 | 2@2 x${M} 2bw`));
      expect(iterationUs).toBeCloseTo(9 + 1, 9);
    }
  });
});
