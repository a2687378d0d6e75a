import { expect, test } from "vitest";
import { taso } from "../../../../agents/planners/rewriting/taso.ts";
import {
  checkEnv,
  createGraphEnv,
  createRng,
  evaluator,
  metered,
  rewritingReplay,
  testScenario,
} from "../../../../env/index.ts";
import { planFromJson, planToJson } from "../../../../env/model/plan/plan.ts";
import type { RewritingPlan } from "../../../../env/model/plan/rewriting.ts";
import { dense } from "../../../../scenarios/workloads/layers/dense-layers.ts";
import { convUnit } from "../../../../scenarios/workloads/vision/parts/image-layers.ts";
import { runPlanner } from "../../../agents/planners/run-planner.ts";
import { inferenceScenario } from "../../model/graph/rewriting/inference-scenario.ts";

const tower = inferenceScenario((tape) => {
  let x = tape.feed("images", [1, 4, 6, 6]);
  for (const name of ["a", "b"]) x = convUnit(tape, x, name, { filters: 4, kernel: [3, 3], padding: [1, 1] });
});

test("keeps the laws", () => {
  const unit = inferenceScenario((tape) => {
    const x = tape.feed("images", [1, 2, 3, 3]);
    convUnit(tape, x, "unit", { filters: 2, kernel: [1, 1] });
  });
  const make = () => createGraphEnv({ scenario: unit, places: 1, rewrites: 2 });
  expect(checkEnv(make).checks.filter(({ ok }) => !ok)).toEqual([]);
});

test("random episodes lead to graphs that can be scored, joins with weights among them", () => {
  const products = inferenceScenario((tape) => {
    let x = tape.feed("rows", [3, 4]);
    for (const name of ["a", "b"]) x = dense(tape, x, name, 4);
  });
  const score = evaluator(products);
  for (let seed = 0; seed < 20; seed++) {
    const env = createGraphEnv({ scenario: products, rewrites: 12 });
    const rng = createRng(seed);
    let { info } = env.reset({ seed });
    for (let ended = false; !ended; ) {
      const step = env.step(env.actionSpace.sample(rng, info.actionMask));
      ({ info } = step);
      ended = step.terminated;
    }
    expect(score.evaluate(env.plan()).cost).toBe(info.outcome!.cost);
  }
});

test("TASO's plan is the plan of an episode at the same score, and comes back from its file", async () => {
  const { best } = await runPlanner(taso, tower, { evaluations: 2 });
  const plan = best!.plan as RewritingPlan;
  expect(plan.rewrites.length).toBeGreaterThan(0);
  const actions = rewritingReplay(plan);
  expect(actions).not.toBeTypeOf("string");
  const meter = metered(evaluator(tower), { evaluations: 1 });
  const env = createGraphEnv({ scenario: tower, evaluator: meter });
  env.reset();
  let cost = 0;
  for (const action of actions as readonly number[]) cost = env.step(action).info.outcome?.cost ?? 0;
  expect(cost).toBe(best!.outcome.cost);
  expect(planToJson(env.plan())).toEqual(planToJson(plan));
  expect(planFromJson(tower, JSON.parse(JSON.stringify(planToJson(plan))), "The plan")).toEqual(plan);
});

test("an episode ends after so many rewrites, and illegal places are refused", () => {
  const env = createGraphEnv({ scenario: tower, rewrites: 1 });
  const { actionMask } = env.reset().info;
  const first = actionMask.indexOf(1, 1);
  const { info } = env.step(first);
  expect(info.actionMask.reduce((sum, each) => sum + each, 0)).toBe(1);
  expect(() => env.step(first)).toThrow(/has no place/);
});

test("other objectives are refused in one sentence", () => {
  const scenario = testScenario({ graph: "a 1" });
  expect(() => createGraphEnv({ scenario })).toThrow(/does not score; take rewritten\.$/);
});
