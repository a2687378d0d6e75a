/** The bubble of equal stages for every K and M of the sheets, on the engine itself. */
import { expect, test } from "vitest";
import { createPipelineRunner } from "../../../../env/sim/lower/run.ts";
import { chainScenario, pipelineOf, straightText, uniformLayers } from "../../model/plan/chain.ts";

test.each(["gpipe", "1f1b"])("%s is idle for (K - 1) of M + K - 1 slots, K 1..16, M 1..64", (name) => {
  for (const [f, b] of [
    [1, 1],
    [1, 2],
    [2, 3],
    [3, 1],
  ])
    for (let K = 1; K <= 16; K++) {
      const scenario = chainScenario({ layers: uniformLayers(K, { forwardUs: f, backwardUs: b }) });
      const runner = createPipelineRunner(scenario);
      for (let M = 1; M <= 64; M++) {
        const { iterationUs } = runner.run(pipelineOf(scenario, straightText(K, M, name)));
        expect(Math.abs(1 - (f + b) / iterationUs - (K - 1) / (M + K - 1))).toBeLessThanOrEqual(1e-12);
      }
    }
});
