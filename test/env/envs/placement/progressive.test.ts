import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createProgressiveEnv } from "../../../../env/index.ts";
import { metered } from "../../../../env/sim/evaluator/meter.ts";
import { evaluator } from "../../../../env/sim/objectives/evaluator.ts";
import { play, sumOf } from "../play.ts";
import { anyScenario, diamondScenario, supportScenario } from "../scenarios.ts";

describe("Progressive", () => {
  test.each(["terminal", "dense"] as const)("sums to minus the final cost with %s rewards", (reward) => {
    fc.assert(
      fc.property(anyScenario, fc.nat(), (scenario, seed) => {
        const env = createProgressiveEnv({ scenario, reward });
        const steps = play(env, env.reset(), seed);
        const costs = steps.flatMap((step) => step.info.outcome ?? []);
        const cost = evaluator(scenario).evaluate(env.plan()).cost;
        expect(steps).toHaveLength(scenario.grouping.groupCount);
        if (costs.every((outcome) => outcome.feasible)) expect(sumOf(steps) + cost).toBe(0);
        expect(Math.abs(sumOf(steps) + cost)).toBeLessThanOrEqual(1e-9 * cost);
      }),
    );
  });

  test("pays nothing before the last step by default, and charges one evaluation", () => {
    const meter = metered(evaluator(diamondScenario), { evaluations: 10 });
    const env = createProgressiveEnv({ scenario: diamondScenario, evaluator: meter });
    const steps = play(env, env.reset(), 0);
    expect(steps.slice(0, -1).map((step) => step.reward)).toEqual([0, 0, 0]);
    expect(meter.spent).toBe(1);
  });

  test("charges one evaluation for each step with dense rewards", () => {
    const meter = metered(evaluator(diamondScenario), { evaluations: 10 });
    const env = createProgressiveEnv({ scenario: diamondScenario, evaluator: meter, reward: "dense" });
    const reset = env.reset();
    expect(meter.spent).toBe(0);
    play(env, reset, 0);
    expect(meter.spent).toBe(4);
  });

  test("shows the device of placed groups only, and keeps the others on their default device", () => {
    const env = createProgressiveEnv({ scenario: diamondScenario });
    const reset = env.reset();
    expect([...reset.observation.placement]).toEqual([-1, -1, -1, -1]);
    expect([...env.plan().device]).toEqual([0, 0, 0, 0]);
    const { observation } = env.step(1);
    expect([...observation.placement]).toEqual([1, -1, -1, -1]);
    expect([...env.plan().device]).toEqual([1, 0, 0, 0]);
    expect([0, 1, 1].map((device) => [...env.step(device).observation.placement])).toEqual([
      [1, 0, -1, -1],
      [1, 0, 1, -1],
      [1, 0, 1, 1],
    ]);
    expect([...env.plan().device]).toEqual([1, 0, 1, 1]);
  });

  test("masks by the current group", () => {
    const env = createProgressiveEnv({ scenario: supportScenario });
    const masks = [env.reset().info.actionMask];
    for (const device of [0, 0, 1, 0]) masks.push(env.step(device).info.actionMask);
    expect(masks.map((mask) => [...mask])).toEqual([
      [1, 1, 1],
      [1, 1, 1],
      [0, 1, 1],
      [1, 1, 1],
      [0, 0, 0],
    ]);
  });

  test("refuses an unknown reward mode", () => {
    expect(() => createProgressiveEnv({ scenario: diamondScenario, reward: "sparse" as never })).toThrow(
      'Placement/Progressive-v1: reward is "sparse", expected terminal or dense.',
    );
  });
});
