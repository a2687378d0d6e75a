import { expect, test } from "vitest";
import { runPipeline } from "../../../../env/sim/lower/run.ts";
import { chainScenario, pipelineOf, straightText, uniformLayers } from "../../model/plan/chain.ts";

test("quick", () => {
  for (const name of ["gpipe", "1f1b", "2bw", "pipedream", "dapple-pa", "dapple-pb"]) {
    const scenario = chainScenario({
      layers: uniformLayers(4, { forwardUs: 8, backwardUs: 16, keptBytes: 80, weightBytes: 10 }),
    });
    const run = runPipeline(scenario, pipelineOf(scenario, straightText(4, 8, name)));
    console.log(name, run.iterationUs, [...run.peakBytes], run.iterations);
  }
});
