/** The timeline of a pipeline against the evaluator, closed forms and sums that must hold. */
import { describe, expect, test } from "vitest";
import { InputError } from "../../../../../env/model/errors.ts";
import type { PipelinePlan } from "../../../../../env/model/plan/pipeline.ts";
import type { Scenario } from "../../../../../env/model/scenario.ts";
import type { Outcome } from "../../../../../env/sim/evaluator/contract.ts";
import { evaluator } from "../../../../../env/sim/objectives/evaluator.ts";
import type { PipelineTimeline } from "../../../../../env/sim/timeline/pipeline/contract.ts";
import { idleShares, pipelineLosses } from "../../../../../env/sim/timeline/pipeline/losses.ts";
import { pipelineTimeline } from "../../../../../env/sim/timeline/pipeline/pipeline-timeline.ts";
import { idleShareOf } from "../../../../../env/sim/timeline/pipeline/stage-facts.ts";
import { chainScenario, pipelineOf, straightText, uniformLayers } from "../../../model/plan/chain.ts";
import { drawnPipeline } from "../../lower/drawn-pipelines.ts";

const sum = (values: Iterable<number>): number => [...values].reduce((all, value) => all + value, 0);

/** Equal stages without transfers or updates. */
function uniform(stages: number, microBatches: number, schedule: string): PipelineTimeline {
  const layers = uniformLayers(stages, { forwardUs: microBatches, backwardUs: 2 * microBatches });
  const scenario = chainScenario({ layers });
  return pipelineTimeline(scenario, pipelineOf(scenario, straightText(stages, microBatches, schedule)));
}

describe("a schedule with a flush", () => {
  test.each([
    ["gpipe", 4, 8],
    ["1f1b", 4, 8],
    ["1f1b", 7, 3],
    ["gpipe", 1, 5],
  ])("%s of %i equal stages and %i micro-batches is idle (K - 1) / (M + K - 1)", (schedule, K, M) => {
    const told = uniform(K, M, schedule);
    for (const { idleShare } of told.stages) expect(idleShare).toBeCloseTo((K - 1) / (M + K - 1), 12);
    expect(idleShares(told).bubble).toBeCloseTo((K - 1) / (M + K - 1), 12);
    expect(told.window).toEqual({ fromUs: 0, toUs: told.iterationUs, batches: 1 });
    expect(told.stages.every(({ forwardUs, backwardUs }) => forwardUs === 1 && backwardUs === 2)).toBe(true);
    expect(pipelineLosses(told)).toMatchObject({ stage: 0, parts: { imbalance: 0, recompute: 0, sync: 0 } });
  });

  test("has a forward and a backward block for each stage and micro-batch", () => {
    const { blocks } = uniform(3, 4, "1f1b");
    const names = blocks.map(({ stage, microBatch, work }) => `${work}:${stage}.${microBatch}`);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => name.startsWith("0:"))).toHaveLength(12);
    expect(names.filter((name) => name.startsWith("1:"))).toHaveLength(12);
  });
});

describe("a schedule without a flush", () => {
  test("PipeDream's stages hold and age weights by their distance from the end", () => {
    const layers = uniformLayers(4, { forwardUs: 8, backwardUs: 16, updateUs: 1, weightBytes: 10 });
    const scenario = chainScenario({ layers });
    const told = pipelineTimeline(scenario, pipelineOf(scenario, straightText(4, 8, "pipedream")));
    expect(told.asynchronous).toBe(true);
    expect(told.stages.map(({ weightVersions }) => weightVersions)).toEqual([4, 3, 2, 1]);
    expect(told.stages.map(({ staleness }) => staleness)).toEqual([3, 2, 1, 0]);
    expect(told.peakParts.slice(0, 4).map(({ versions }) => versions)).toEqual([30, 20, 10, 0]);
    expect((told.window.toUs - told.window.fromUs) / told.window.batches).toBe(told.iterationUs);
  });

  test("equal stages are never idle in the steady state of 2BW", () => {
    for (const { idleShare } of uniform(4, 8, "2bw").stages) expect(idleShare).toBeCloseTo(0, 12);
  });
});

const DRAWS = 50;

test("the timelines of 40 random pipelines have the evaluator's value and peaks, and add up", () => {
  let checked = 0;
  for (let seed = 0; seed < DRAWS; seed++) {
    const { scenario, plan } = drawnPipeline(seed, { networks: ["pairs", "egress", "hub"] });
    const outcome = outcomeOf({ ...scenario, objective: "iteration" }, plan);
    if (outcome === null) continue;
    checked++;
    const told = pipelineTimeline(scenario, plan);
    expect(told.iterationUs).toBe(outcome.value);
    expect(told.peakBytes).toEqual(outcome.peakBytes);
    const most = Math.max(1, told.iterationUs);
    for (const time of told.deviceTimes) {
      expect(Math.abs(sum(Object.values(time)) - told.iterationUs) / most).toBeLessThan(1e-12);
      expect(Math.min(...Object.values(time))).toBeGreaterThanOrEqual(0);
      expect(idleShareOf(time)).toBeLessThanOrEqual(1);
    }
    const { parts } = pipelineLosses(told);
    expect(Math.abs(sum(Object.values(parts)) - told.iterationUs) / most).toBeLessThan(1e-12);
    told.peakParts.forEach((own, d) => {
      expect(sum(Object.values(own))).toBeCloseTo(told.peakBytes[d], 6);
    });
  }
  expect(checked).toBeGreaterThanOrEqual(40);
});

/** Null where stages that share devices would wait for each other for ever. */
function outcomeOf(scenario: Scenario, plan: PipelinePlan): Outcome | null {
  try {
    return evaluator(scenario).evaluate(plan);
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}
