import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createOneShotEnv, negativeRootCost } from "../../../../env/index.ts";
import { createRng } from "../../../../env/model/rng.ts";
import { metered } from "../../../../env/sim/evaluator/meter.ts";
import { evaluator } from "../../../../env/sim/objectives/evaluator.ts";
import { anyScenario, diamondScenario, memoryScenario, supportScenario } from "../scenarios.ts";

describe("OneShot", () => {
  test("places all groups in one step and pays minus the cost", () => {
    fc.assert(
      fc.property(anyScenario, fc.nat(), (scenario, seed) => {
        const env = createOneShotEnv({ scenario });
        const { info } = env.reset();
        const action = env.actionSpace.sample(createRng(seed), info.actionMask);
        const step = env.step(action);
        expect(step.terminated).toBe(true);
        expect(step.reward + evaluator(scenario).evaluate(env.plan()).cost).toBe(0);
        expect(Object.is(step.reward, -0)).toBe(false);
        expect([...step.observation.placement]).toEqual([...action]);
      }),
    );
  });

  test("pays the finite penalty, below minus the ceiling, where the plan runs out of memory", () => {
    const env = createOneShotEnv({ scenario: memoryScenario });
    env.reset();
    const { reward, info } = env.step(Int32Array.of(0, 0, 0));
    expect(info.outcome!.feasible).toBe(false);
    expect(info.outcome!.violation).toMatchObject({ device: 0, limitBytes: 700 });
    expect(reward).toBeLessThan(-evaluator(memoryScenario).ceiling);
    expect(Number.isFinite(reward)).toBe(true);
  });

  test("charges one evaluation for an episode and none at reset", () => {
    const meter = metered(evaluator(diamondScenario), { evaluations: 10 });
    const env = createOneShotEnv({ scenario: diamondScenario, evaluator: meter });
    env.reset();
    expect(meter.spent).toBe(0);
    env.step(new Int32Array(4));
    expect(meter.spent).toBe(1);
  });

  test("masks the devices that cannot run a group, and refuses them with a sentence", () => {
    const env = createOneShotEnv({ scenario: supportScenario });
    expect([...env.reset().info.actionMask]).toEqual([1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1]);
    expect(() => env.step(new Int32Array(4))).toThrow(
      'Placement/OneShot-v1: group 2 may not be placed on device 0 ("cpu:0"); info.actionMask says which devices are legal.',
    );
  });

  test("takes the devices as any list of whole numbers, or says what it takes", () => {
    const rewardOf = (action: ArrayLike<number>) => {
      const env = createOneShotEnv({ scenario: diamondScenario });
      env.reset();
      return env.step(action).reward;
    };
    const expected = rewardOf(Int32Array.of(0, 1, 0, 1));
    for (const list of [[0, 1, 0, 1], Uint8Array.of(0, 1, 0, 1), Float32Array.of(0, 1, 0, 1)])
      expect(rewardOf(list)).toBe(expected);
    expect(() => rewardOf([0, 1, 0.5, 1])).toThrow(
      "the action [0,1,0.5,1] is not in MultiDiscrete([2, 2, 2, 2]), given as an Int32Array or any list of whole numbers.",
    );
    expect(() => rewardOf([0, 1])).toThrow("given as an Int32Array or any list of whole numbers");
  });

  test("keeps no hold of the action that it was given", () => {
    const env = createOneShotEnv({ scenario: diamondScenario });
    env.reset();
    const action = Int32Array.of(0, 1, 0, 1);
    env.step(action);
    action.fill(0);
    expect([...env.plan().device]).toEqual([0, 1, 0, 1]);
  });

  test("pays another utility where one is given", () => {
    const env = createOneShotEnv({ scenario: diamondScenario, utility: negativeRootCost });
    env.reset();
    const { reward, info } = env.step(new Int32Array(4));
    expect(reward).toBe(-Math.sqrt(info.outcome!.cost));
  });
});
