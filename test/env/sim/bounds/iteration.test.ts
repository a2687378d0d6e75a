/** Bounds and ceiling of `iteration` and `throughput` on random pipelines, and what they say. */
import { expect, test } from "vitest";
import { evaluator, placement } from "../../../../env/index.ts";
import { drawn } from "../../../law-runs.ts";
import { chainScenario, pipelineOf, uniformLayers } from "../../model/plan/chain.ts";
import { drawnSchedules } from "../lower/drawn-pipelines.ts";
import { anySwitches, checkBounds } from "./pipeline-values.ts";

// 10,000 plans are in iteration.slow.test.ts.
test("no pipeline of any schedule is below a bound or above the ceiling", () => {
  const { scored, schedules, below, above, nearest } = checkBounds(0, drawn(800), anySwitches);
  expect(schedules.size).toBe(drawnSchedules.length);
  expect(scored).toBeGreaterThan(drawn(700));
  expect([below, above]).toEqual([[], []]);
  console.log(`the nearest of ${scored} pipelines is at ${nearest.toFixed(3)} times its bound`);
});

test("the work bound is met by a pipeline without bubble", () => {
  const scenario = chainScenario({ layers: uniformLayers(3, { forwardUs: 1, backwardUs: 2 }) });
  const { evaluate, bound } = evaluator(scenario);
  const { value } = evaluate(pipelineOf(scenario, "0@0 | 1@1 | 2@2 x6 2bw"));
  expect(value).toBeCloseTo(3, 9);
  const best = bound(["pipeline"]);
  expect(best.argument).toBe("work of all samples");
  expect(best.value).toBeCloseTo(3, 9);
});

test("throughput is the iteration for each sample; a batch of unknown size has none", () => {
  const layers = uniformLayers(2, { forwardUs: 4, backwardUs: 4 });
  const scenario = chainScenario({ layers, batch: 8, objective: "throughput" });
  const [perSample, whole] = [scenario, { ...scenario, objective: "iteration" as const }].map(evaluator);
  for (const plan of [
    placement(scenario.graph.names.map(() => 0)),
    pipelineOf(scenario, "0@0 | 1@1 x4 1f1b"),
  ])
    expect(perSample.evaluate(plan).value).toBe(whole.evaluate(plan).value! / 8);
  expect(perSample.ceiling).toBe(whole.ceiling / 8);
  expect(() => evaluator(chainScenario({ layers, objective: "throughput" }))).toThrow(/how many samples/);
});
