import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  createRefineEnv,
  everyGroupVisited,
  negativeLogCost,
  negativeRootCost,
} from "../../../../env/index.ts";
import { groupDevices } from "../../../../env/model/coarsen/grouping.ts";
import { createRng } from "../../../../env/model/rng.ts";
import { testScenario } from "../../../../env/model/test-scenario.ts";
import { metered } from "../../../../env/sim/evaluator/meter.ts";
import { evaluator } from "../../../../env/sim/objectives/evaluator.ts";
import { play, sumOf } from "../play.ts";
import { anyScenario, diamondScenario, maxLoadScenario, supportScenario } from "../scenarios.ts";

const placementOf = (env: { plan(): { device: Int32Array }; scenario: typeof diamondScenario }) => [
  ...groupDevices(env.scenario.grouping, env.plan().device),
];

describe("Refine rewards", () => {
  test("sum to the first cost minus the last one, exactly, for any graph and any actions", () => {
    fc.assert(
      fc.property(anyScenario, fc.nat(), (scenario, seed) => {
        const env = createRefineEnv({ scenario, start: "random" });
        const { info } = env.reset({ seed });
        const steps = play(env, { observation: undefined as never, info }, seed);
        const last = steps[steps.length - 1].info.outcome!;
        const difference = info.outcome!.cost - last.cost;
        if (info.outcome!.feasible && last.feasible) expect(sumOf(steps)).toBe(difference);
        expect(sumOf(steps)).toBeCloseTo(difference, 6);
        expect(evaluator(scenario).evaluate(env.plan()).cost).toBe(last.cost);
      }),
    );
  });

  test("are exactly 0 for a move to the group's own device", () => {
    fc.assert(
      fc.property(anyScenario, fc.nat(), (scenario, seed) => {
        const env = createRefineEnv({ scenario, start: "random" });
        env.reset({ seed });
        for (const device of placementOf(env)) expect(env.step(device).reward).toBe(0);
      }),
    );
  });

  test("are positive for an improvement and negative for the way back", () => {
    const env = createRefineEnv({
      scenario: testScenario({ graph: "a 10\nb 10" }),
      start: [0, 0],
      termination: everyGroupVisited(2),
    });
    env.reset();
    expect([env.step(1).reward, env.step(0).reward, env.step(0).reward, env.step(0).reward]).toEqual([
      10, 0, -10, 0,
    ]);
  });

  test.each([negativeRootCost, negativeLogCost])("telescope under the utility $name", (utility) => {
    const env = createRefineEnv({ scenario: diamondScenario, utility, start: "random" });
    const reset = env.reset({ seed: 5 });
    const steps = play(env, reset, 5);
    const last = steps[steps.length - 1].info.outcome!;
    expect(sumOf(steps)).toBeCloseTo(utility.of(last) - utility.of(reset.info.outcome!), 9);
    expect(env.metadata.returns).toBe("other");
  });
});

describe("Refine episodes", () => {
  test("give every group one action, the last one included", () => {
    fc.assert(
      fc.property(anyScenario, (scenario) => {
        const { groupCount } = scenario.grouping;
        const last = scenario.cluster.devices.length - 1;
        const env = createRefineEnv({ scenario, start: new Int32Array(groupCount) });
        const visited = [env.reset().observation.current];
        for (let g = 0; g < groupCount; g++) {
          const step = env.step(last);
          expect(step.terminated).toBe(g === groupCount - 1);
          visited.push(step.observation.current);
        }
        expect(visited).toEqual([...Array(groupCount).keys(), -1]);
        expect(placementOf(env)).toEqual(Array(groupCount).fill(last));
      }),
    );
  });

  test("charge one evaluation at reset and one for each step", () => {
    const meter = metered(evaluator(diamondScenario), { evaluations: 100 });
    const env = createRefineEnv({ scenario: diamondScenario, evaluator: meter });
    const reset = env.reset();
    expect(meter.spent).toBe(1);
    const steps = play(env, reset, 0);
    expect(meter.spent).toBe(1 + steps.length);
    expect(meter.best!.outcome.cost).toBeLessThanOrEqual(steps[steps.length - 1].info.outcome!.cost);
  });

  test("stay as they were where the budget refuses a step", () => {
    const meter = metered(evaluator(diamondScenario), { evaluations: 2 });
    const env = createRefineEnv({ scenario: diamondScenario, evaluator: meter });
    env.reset();
    env.step(1);
    const before = env.state();
    expect(() => env.step(1)).toThrow("The budget of evaluations is spent.");
    expect(env.state()).toEqual(before);
  });

  test("go on for several sweeps where the termination says so", () => {
    const env = createRefineEnv({ scenario: diamondScenario, termination: everyGroupVisited(3) });
    const steps = play(env, env.reset(), 1);
    expect(steps).toHaveLength(12);
    expect(steps[6].observation.current).toBe(3);
  });
});

describe("Refine with an evaluation every few steps", () => {
  const every = fc.integer({ min: 1, max: 5 });

  test("pays the same sum, and 0 where nothing was scored", () => {
    fc.assert(
      fc.property(anyScenario, every, fc.nat(), (scenario, evaluateEvery, seed) => {
        const meter = metered(evaluator(scenario), {});
        const env = createRefineEnv({ scenario, evaluator: meter, start: "random", evaluateEvery });
        const reset = env.reset({ seed });
        const steps = play(env, reset, seed);
        const last = steps[steps.length - 1].info.outcome!;
        expect(sumOf(steps)).toBeCloseTo(reset.info.outcome!.cost - last.cost, 6);
        expect(evaluator(scenario).evaluate(env.plan()).cost).toBe(last.cost);
        expect(meter.evaluations).toBe(1 + Math.ceil(steps.length / evaluateEvery));
        for (const { info, reward } of steps) if (info.outcome === undefined) expect(reward).toBe(0);
      }),
    );
  });

  test("takes the last move back where the budget refuses its evaluation", () => {
    const meter = metered(evaluator(diamondScenario), { evaluations: 2 });
    const env = createRefineEnv({ scenario: diamondScenario, evaluator: meter, evaluateEvery: 3 });
    env.reset();
    for (let step = 0; step < 3; step++) env.step(1);
    const before = env.state();
    expect(() => env.step(1)).toThrow("The budget of evaluations is spent.");
    expect(env.state()).toEqual(before);
  });

  test("refuses a number below 1 with a sentence", () => {
    expect(() => createRefineEnv({ scenario: diamondScenario, evaluateEvery: 0 })).toThrow(
      "evaluateEvery is 0, expected a whole number of at least 1.",
    );
  });
});

describe("Refine that accepts improving moves alone", () => {
  test("takes others back, pays 0 for them, and telescopes", () => {
    fc.assert(
      fc.property(anyScenario, fc.nat(), (scenario, seed) => {
        const env = createRefineEnv({ scenario, start: "random", accept: "improving" });
        const reset = env.reset({ seed });
        const steps = play(env, reset, seed);
        for (const { reward } of steps) expect(reward).toBeGreaterThanOrEqual(0);
        const last = evaluator(scenario).evaluate(env.plan()).cost;
        expect(sumOf(steps)).toBeCloseTo(reset.info.outcome!.cost - last, 6);
      }),
    );
  });

  test("tells what the move that it took back came to", () => {
    const scenario = testScenario({ graph: "a 10\nb 10" });
    const env = createRefineEnv({ scenario, start: [0, 1], accept: "improving" });
    env.reset();
    const { reward, info, observation } = env.step(1);
    expect([reward, info.outcome!.cost]).toEqual([0, 20]);
    expect([...observation.placement]).toEqual([0, 1]);
  });

  test("refuses another word, and several steps to an evaluation", () => {
    const given = { scenario: diamondScenario, accept: "some" as "all" };
    expect(() => createRefineEnv(given)).toThrow('accept is "some", expected all or improving.');
    const both = { scenario: diamondScenario, accept: "improving", evaluateEvery: 2 } as const;
    expect(() => createRefineEnv(both)).toThrow("need evaluateEvery 1");
  });
});

test("Refine with free stays charges the moves alone and pays the same", () => {
  fc.assert(
    fc.property(anyScenario, fc.nat(), (scenario, seed) => {
      const meter = metered(evaluator(scenario), {});
      const env = createRefineEnv({ scenario, evaluator: meter, start: "random", freeStays: true });
      const plain = createRefineEnv({ scenario, start: "random" });
      const rewards = [env, plain].map((each) => play(each, each.reset({ seed }), seed));
      expect(rewards[0].map(({ reward }) => reward)).toEqual(rewards[1].map(({ reward }) => reward));
      const moves = rewards[0].filter(({ info }) => info.outcome !== undefined).length;
      expect(meter.evaluations).toBe(1 + moves);
      expect(env.plan()).toEqual(plain.plan());
    }),
  );
});

describe("Refine in a given order", () => {
  test("visits every group once a sweep, in that order", () => {
    const env = createRefineEnv({
      scenario: diamondScenario,
      order: [2, 0, 3, 1],
      termination: everyGroupVisited(2),
    });
    const { observation } = env.reset();
    const seen = [observation.current];
    for (let step = 0; step < 8; step++) seen.push(env.step(0).observation.current);
    expect(seen).toEqual([2, 0, 3, 1, 2, 0, 3, 1, -1]);
  });

  test.each([[[0, 1, 2]], [[0, 1, 2, 2]], [[0, 1, 2, 4]]])("refuses the order %j", (order) => {
    expect(() => createRefineEnv({ scenario: diamondScenario, order })).toThrow(
      "expected each of the groups 0..3 once.",
    );
  });
});

describe("Refine starts", () => {
  const startOf = (options: object, seed: number) => {
    const env = createRefineEnv({ scenario: supportScenario, ...options });
    return [...env.reset({ seed }).observation.placement];
  };

  test("are one fixed random placement by default, whatever the seed", () => {
    expect(startOf({}, 1)).toEqual(startOf({}, 2));
  });

  test("differ between episodes and repeat from the seed where they are random", () => {
    const starts = [1, 2, 3, 4, 5, 6].map((seed) => startOf({ start: "random" }, seed));
    expect(new Set(starts.map(String)).size).toBeGreaterThan(1);
    expect(startOf({ start: "random" }, 3)).toEqual(starts[2]);
  });

  test("put all that one device can run on it", () => {
    expect(startOf({ start: "single-device" }, 0)).toEqual([1, 1, 1, 1]);
    const cpuOnly = testScenario({
      graph: "a 1 kinds=GPU\nb 1 kinds=CPU\nc 1\nd 1",
      devices: ["CPU", "GPU", "GPU"],
    });
    const env = createRefineEnv({ scenario: cpuOnly, start: "single-device" });
    expect([...env.reset().observation.placement]).toEqual([1, 0, 0, 0]);
  });

  test("are the best placement seen where that is asked for", () => {
    const env = createRefineEnv({ scenario: diamondScenario, start: "best" });
    const costs: number[] = [];
    for (let episode = 0; episode < 5; episode++) {
      const reset = env.reset();
      const best = Math.min(reset.info.outcome!.cost, ...costs);
      expect(reset.info.outcome!.cost).toBe(best);
      costs.push(best, ...play(env, reset, episode).map((step) => step.info.outcome!.cost));
    }
  });

  test("can be given for one episode", () => {
    const env = createRefineEnv({ scenario: diamondScenario });
    expect([...env.reset({ options: { start: [1, 1, 0, 1] } }).observation.placement]).toEqual([1, 1, 0, 1]);
    expect([...env.reset({ options: { start: "single-device" } }).observation.placement]).toEqual([
      0, 0, 0, 0,
    ]);
  });

  test("are refused with a sentence where they are no placement", () => {
    const start = (value: unknown) => () =>
      createRefineEnv({ scenario: supportScenario, start: value as never });
    expect(start("rando")).toThrow(/start is "rando", expected fixed-random, random, single-device, best/);
    expect(start([0, 0])).toThrow("The start placement has 2 entries for 4 groups.");
    expect(start([0, 0, 3, 0])).toThrow("puts group 2 on device 3, expected 0..2");
    expect(start([0, 0, 0, 0])).toThrow(`puts group 2 on "cpu:0", which cannot run it`);
  });
});

describe("Refine observations", () => {
  test("give start times relative to the current group's, over the latest start", () => {
    const scenario = testScenario({ graph: "a 10 0B\nb 30 0B <- a\nc 10 <- b" });
    const env = createRefineEnv({ scenario, start: [0, 0, 0] });
    const column = (groups: Float32Array) => [0, 1, 2].map((g) => groups[g * 6 + 5]);
    expect(column(env.reset().observation.groups)).toEqual([0, 0.25, 1]);
    expect(column(env.step(0).observation.groups)).toEqual([-0.25, 0, 0.75]);
    expect(column(env.step(0).observation.groups)).toEqual([-1, -0.75, 0]);
  });

  test("count a group as started with its first op", () => {
    const scenario = testScenario({ graph: "a 10 0B group=g\nb 30 0B <- a\nc 10 group=g <- b" });
    const { groups } = createRefineEnv({ scenario, start: [0, 0] }).reset().observation;
    expect([groups[5], groups[6 + 5]]).toEqual([0, 1]);
  });

  test("have no start times under the max-load objective, which simulates no step", () => {
    const env = createRefineEnv({ scenario: maxLoadScenario, start: "random" });
    const steps = play(env, env.reset(), createRng(1).int(9));
    for (const { observation } of steps)
      expect(observation.groups.filter((_, i) => i % 6 === 5).every((value) => value === 0)).toBe(true);
  });
});
