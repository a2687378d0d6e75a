/** Which plans an objective scores, and what happens to others. */
import { describe, expect, test } from "vitest";
import {
  asPlacement,
  copyPlan,
  equalPlans,
  evaluator,
  InputError,
  objectivesFor,
  type Plan,
  placement,
  planFromJson,
  planToJson,
  simulate,
  testScenario,
} from "../../../../env/index.ts";

const scenario = testScenario({ graph: "a 1 4B\nb 2 <- a", devices: 2, batch: 2 });
const pipeline: Plan = {
  kind: "pipeline",
  stageOf: Int32Array.of(0, 1),
  stages: [
    { devices: [0], share: "split" },
    { devices: [1], share: "split" },
  ],
  microBatches: 2,
  schedule: { name: "gpipe" },
};

describe("an objective that scores placements", () => {
  test.each(objectivesFor("placement"))("refuses a pipeline in one sentence: %s", (objective) => {
    const score = evaluator({ ...scenario, objective });
    if (score.accepts.includes("pipeline")) return;
    const sentence = new InputError(
      `The objective ${objective} scores plans of kind ${score.accepts.join(" or ")}, not pipeline.`,
    );
    expect(() => score.evaluate(pipeline)).toThrow(sentence);
    expect(() => score.batch([placement([0, 1]), pipeline])).toThrow(sentence);
    expect(score.around(pipeline)).toBeNull();
  });
});

test("what knows placements alone names the kind that it was given", () => {
  const sentence = new InputError("The plan is of kind pipeline, expected a placement.");
  expect(() => asPlacement(pipeline)).toThrow(sentence);
  expect(() => simulate(scenario, pipeline)).toThrow(sentence);
});

test("a pipeline is copied, compared, written and read by its kind", () => {
  expect(copyPlan(pipeline)).toEqual(pipeline);
  expect(equalPlans(pipeline, copyPlan(pipeline))).toBe(true);
  expect(equalPlans(pipeline, { ...pipeline, microBatches: 3 })).toBe(false);
  expect(equalPlans(pipeline, placement([0, 1]))).toBe(false);
  expect(planFromJson(scenario, planToJson(pipeline), "p.json")).toEqual(pipeline);
});
