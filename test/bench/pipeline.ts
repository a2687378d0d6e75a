/**
 * How long a pipeline takes to simulate: 64 stages and 256 micro-batches under several schedules,
 * as `evaluator.evaluate` in a warm process, median CPU time. The first plan of a structure of
 * tasks costs more than later ones.
 *
 *     npx tsx test/bench/pipeline.ts
 */
import { evaluator } from "../../env/index.ts";
import { chainScenario, pipelineOf, straightText, uniformLayers } from "../env/model/plan/chain.ts";

const STAGES = 64;
const MICRO_BATCHES = 256;
const RUNS = 21;

const layer = {
  forwardUs: 1000,
  backwardUs: 2000,
  weightBytes: 1e6,
  keptBytes: 4e6,
  outputBytes: 1e6,
};
const scenario = chainScenario({
  layers: uniformLayers(STAGES, layer),
  bytesPerUs: 1e4,
  latencyUs: 1,
  memoryBytes: 1e9,
});

for (const name of ["1f1b", "gpipe", "dapple-pb", "2bw"]) {
  const plan = pipelineOf(scenario, straightText(STAGES, MICRO_BATCHES, name));
  const fresh = median(() => evaluator(scenario).evaluate(plan), 7);
  const { evaluate } = evaluator(scenario);
  evaluate(plan);
  const warm = median(() => evaluate(plan), RUNS);
  console.log(`${name}: ${warm.toFixed(1)} ms, ${fresh.toFixed(1)} ms with a new structure`);
}

/** Median CPU time in ms. */
function median(run: () => unknown, runs: number): number {
  const times = Array.from({ length: runs }, () => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return times.sort((a, b) => a - b)[runs >> 1];
}
