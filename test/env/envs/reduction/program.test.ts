import { describe, expect, test } from "vitest";
import { STOP } from "../../../../env/envs/reduction/program-state.ts";
import {
  checkEnv,
  createProgramEnv,
  evaluator,
  metered,
  type Scenario,
  type ShardingPlan,
  testScenario,
} from "../../../../env/index.ts";
import { programText, stepText } from "../../../../env/model/layout/reductions/steps.ts";
import { validatePlan } from "../../../../env/model/plan/plan.ts";
import { machines } from "../../sim/lower/machines.ts";
import { mlp } from "../../sim/lower/sharding/numbered-graph.ts";
import { shardedScenario } from "../../sim/lower/sharding/sharded.ts";

const scenario = shardedScenario(mlp({ b: 8, k: 4, h: 8, n: 4 }), machines([2, 2]));

/** The action that runs an instruction, by its text. */
const actionOf = (env: ReturnType<typeof createProgramEnv>, text: string): number =>
  1 + env.instructions.findIndex((step) => stepText(step) === text);

/** The batch over axis 0 and, of the same op, another dimension over axis 1. */
const twoSums: ShardingPlan = {
  kind: "sharding",
  mesh: {
    axes: [
      { name: "data", size: 2 },
      { name: "model", size: 2 },
    ],
    devices: [0, 1, 2, 3],
  },
  split: scenario.graph.names.map((name) => (name === "z" ? [[0], [1], []] : null)),
};

describe("Reduction/Program", () => {
  test("keeps the laws on one axis, on two, and on a plan of its own", () => {
    for (const options of [{}, { mesh: "2x2", collective: "tree" }, { plan: twoSums }] as const)
      expect(
        checkEnv(() => createProgramEnv({ scenario, ...options })).checks.filter(({ ok }) => !ok),
      ).toEqual([]);
  });

  test("three instructions are the program of the plan; the last one pays minus its cost", () => {
    const meter = metered(evaluator(scenario), { evaluations: 5 });
    const env = createProgramEnv({ scenario, evaluator: meter });
    env.reset();
    const program = ["reduce-scatter 1..2", "all-reduce 0..1", "all-gather 1..2"];
    const steps = program.map((text) => env.step(actionOf(env, text)));
    expect(steps.map(({ reward, terminated }) => [reward, terminated])).toEqual([
      [0, false],
      [0, false],
      [-steps[2].info.outcome!.cost, true],
    ]);
    expect(meter.spent).toBe(1);
    const plan = env.plan();
    validatePlan(scenario, plan);
    expect(plan.reductions!.map(({ levels, steps: of }) => [levels, programText(of)])).toEqual([
      [[2, 2], program.join(", ")],
    ]);
    expect(env.render()).toContain("reduce-scatter 1..2, all-reduce 0..1, all-gather 1..2");
  });

  test("stopping leaves the sum to the plan's algorithm, and is no action behind an instruction", () => {
    const env = createProgramEnv({ scenario });
    env.reset();
    const { info } = env.step(STOP);
    const { reductions, ...plan } = env.plan();
    expect(reductions).toEqual([]);
    expect(info.outcome!.cost).toBe(evaluator(scenario).evaluate(plan).cost);
    env.reset();
    env.step(actionOf(env, "reduce-scatter 1..2"));
    expect(() => env.step(STOP)).toThrow("to stop is not legal now");
  });

  test("the observation has who holds what; an instruction that adds twice is masked", () => {
    const env = createProgramEnv({ scenario });
    const { observation, info } = env.reset();
    // At the start member m holds its own contribution to all 4 chunks.
    expect(observation.contexts.reduce((sum, bit) => sum + bit, 0)).toBe(16);
    expect([...observation.sum]).toEqual([1, 1, 1]);
    expect([...observation.levels]).toEqual([1 / 3, 0.1, 1 / 3, 1].map(Math.fround));
    const again = actionOf(env, "all-reduce 1..2");
    expect(info.actionMask[again]).toBe(1);
    const after = env.step(again);
    expect(after.observation.contexts.reduce((sum, bit) => sum + bit, 0)).toBe(32);
    expect(after.info.actionMask[again]).toBe(0);
    expect(() => env.step(again)).toThrow("all-reduce 1..2 is not legal now");
  });

  test("every state that the mask leads to can be completed within five instructions", () => {
    const env = createProgramEnv({ scenario });
    for (let seed = 0; seed < 40; seed++) {
      let { info } = env.reset();
      let terminated = false;
      let length = 0;
      for (; !terminated; length++) {
        const legal = [...info.actionMask.keys()].filter(
          (action) => action > 0 && info.actionMask[action] === 1,
        );
        ({ info, terminated } = env.step(legal[(seed * 7 + length * 13) % legal.length]));
      }
      expect(length).toBeLessThanOrEqual(5);
    }
  });

  test("several sums come one after the other, each on its own levels", () => {
    const env = createProgramEnv({ scenario, plan: twoSums });
    expect(env.reset().observation.current).toBe(0);
    const across = actionOf(env, "all-reduce 0..1");
    const inside = actionOf(env, "all-reduce 1..2");
    const first = env.reset().info.actionMask;
    expect([first[across], first[inside]].sort()).toEqual([0, 1]);
    const { observation, terminated } = env.step(first[across] === 1 ? across : inside);
    expect([observation.current, terminated]).toEqual([1, false]);
  });

  test("has nothing to decide where ops do not say what they iterate over", () => {
    const dark = testScenario({ graph: "a 10 40B\nb 20 <- a", objective: "iteration" });
    const env = createProgramEnv({ scenario: dark });
    expect([...env.reset().info.actionMask].filter((legal) => legal === 1)).toEqual([1]);
    expect(env.step(STOP).terminated).toBe(true);
  });

  test("refuses objectives that score no sharding, plans of other kinds, and a plan beside a mesh", () => {
    const make =
      (options: object, on: Scenario = scenario) =>
      () =>
        createProgramEnv({ scenario: on, ...options });
    expect(make({}, { ...scenario, objective: "makespan" })).toThrow(/does not score; take iteration/);
    expect(make({ plan: twoSums, mesh: "4" })).toThrow(/give the plan alone/);
    expect(make({ plan: { kind: "placement", device: scenario.graph.names.map(() => 0) } })).toThrow(
      /the plan is a placement, expected a sharding/,
    );
  });
});
