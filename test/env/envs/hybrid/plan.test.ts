/** Episodes of `Hybrid/Plan-v1`: what actions make, masks, payment, states; its replays. */
import { describe, expect, test } from "vitest";
import { alpa } from "../../../../agents/planners/pipeline/alpa.ts";
import { gpipe } from "../../../../agents/planners/pipeline/gpipe/gpipe.ts";
import { piper } from "../../../../agents/planners/pipeline/piper.ts";
import { methods } from "../../../../agents/registry/registry.ts";
import { tensorGrid } from "../../../../agents/search/pipelines/tensor-grid.ts";
import {
  checkEnv,
  createHybridEnv,
  evaluator,
  hybridReplay,
  metered,
  stagePlan,
} from "../../../../env/index.ts";
import { ranksOf } from "../../../../env/model/plan/inside.ts";
import type { PipelinePlan } from "../../../../env/model/plan/pipeline.ts";
import type { Scenario } from "../../../../env/model/scenario.ts";
import { runPlanner } from "../../../agents/planners/run-planner.ts";
import { drawnFrom } from "../../../law-runs.ts";
import { blockScenario } from "../../sim/lower/inside/blocks.ts";
import { machines } from "../../sim/lower/machines.ts";
import { chainIn, chainScenario, hostedScenario } from "../pipeline/chains.ts";

const divided: Scenario = {
  ...blockScenario(4, machines([4, 4], { latencyUs: 1 }), { optimizerSlots: 2 }),
  objective: "iteration",
};

const [SCHEDULE, NUMBER] = [0, 2];
/** Numbers of treatments: with 1, 2, 4 and 8 ranks, undivided and divided state, kept or again. */
const treatment = (degree: number, zero: boolean, recompute: boolean): number =>
  4 * Math.log2(degree) + 2 * Number(zero) + Number(recompute);

function playing(scenario: Scenario, actions: readonly number[], options: Record<string, unknown> = {}) {
  const env = createHybridEnv({ scenario });
  let last = env.reset({ options });
  const rewards: number[] = [];
  for (const action of actions) {
    const step = env.step(action);
    rewards.push(step.reward);
    last = step;
  }
  return { env, last, rewards };
}

describe("an episode", () => {
  const layers = chainIn(divided).count;
  const cut = (length: number, devices: number) => [...new Array<number>(length - 1).fill(0), devices];
  const actions = [
    ...[SCHEDULE, NUMBER],
    ...[...cut(2, 4), treatment(2, false, true)],
    ...[...cut(layers - 2, 4), treatment(1, true, false)],
  ];

  test("makes the stages of the actions, each divided by its treatment", () => {
    const { env } = playing(divided, actions);
    const { stages, microBatches, recompute, schedule } = env.plan();
    expect([schedule.name, microBatches]).toEqual(["1f1b", 4]);
    expect(stages.map(({ devices, inside }) => [devices, inside])).toEqual([
      [[0, 1, 2, 3], { axes: [{ name: "tensor", size: 2 }] }],
      [
        [4, 5, 6, 7],
        {
          axes: [
            { name: "data", size: 4 },
            { name: "tensor", size: 1 },
          ],
          zero: 1,
        },
      ],
    ]);
    const stageOf = env.plan().stageOf;
    expect(recompute!.every((flag, v) => flag === 0 || stageOf[v] === 0)).toBe(true);
    expect(recompute).toContain(1);
  });

  test("pays in the last step alone, for one evaluation", () => {
    const meter = metered(evaluator(divided), { evaluations: 5 });
    const env = createHybridEnv({ scenario: divided, evaluator: meter });
    env.reset();
    const rewards = actions.map((action) => env.step(action).reward);
    const { cost } = evaluator(divided).evaluate(env.plan());
    expect(rewards.slice(0, -1).every((reward) => reward === 0)).toBe(true);
    expect(rewards.at(-1)).toBe(-cost);
    expect(meter.spent).toBe(1);
  });

  test("masks ranks that do not divide the devices, state without replicas, and too many devices", () => {
    const { last } = playing(divided, [SCHEDULE, NUMBER, 3]);
    const legal = [...last.info.actionMask].flatMap((flag, action) => (flag === 1 ? [action] : []));
    expect(legal).toEqual([0, 1, 2, 3]);
    const alone = playing(divided, [SCHEDULE, NUMBER, 2]).last;
    expect(alone.info.actionMask[treatment(2, false, false)]).toBe(1);
    expect(alone.info.actionMask[treatment(2, true, false)]).toBe(0);
    const rest = playing(divided, [SCHEDULE, NUMBER, 7, 0]).last;
    expect([...rest.info.actionMask].slice(0, 3)).toEqual([1, 0, 0]);
  });

  test("shows what an action decides, and how layers are divided", () => {
    const { last } = playing(divided, [SCHEDULE, NUMBER, ...cut(2, 4), treatment(2, false, false)]);
    expect(last.observation.decision).toBe(2);
    expect([...last.observation.tensorRanks]).toEqual([2, 2, ...new Array(layers - 2).fill(0)]);
    expect([...last.observation.devices]).toEqual([4, 4, ...new Array(layers - 2).fill(0)]);
    expect(last.observation.current).toBe(2);
  });

  test("offers no ranks where ops say nothing of their dimensions", () => {
    const { last } = playing(chainScenario, [SCHEDULE, NUMBER, 2]);
    expect(last.observation.treatments.length).toBe(2 * 3);
  });
});

test.each([
  ["a stack of blocks", divided],
  ["a chain without dimensions", chainScenario],
  ["a chain with a host", hostedScenario],
])("checkEnv finds no fault on %s", (_, scenario) => {
  const { checks } = checkEnv(() => createHybridEnv({ scenario }));
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
});

/** Cost of the episode that makes the plan. */
function replayed(scenario: Scenario, plan: PipelinePlan): number {
  const replay = hybridReplay(chainIn(scenario), plan);
  if (typeof replay === "string") throw new Error(replay);
  const { last } = playing(scenario, replay.actions, replay.options as Record<string, unknown>);
  return last.info.outcome!.cost;
}

describe("replays of", () => {
  test("the grid of hybrids cost the same", () => {
    const chain = chainIn(divided);
    const grid = tensorGrid(chain, [1, 2, 4], 1);
    expect(grid.some(({ plan }) => plan.stages.some((stage) => ranksOf(stage) > 1))).toBe(true);
    for (const { plan } of grid.filter((_, i) => i % 9 === 0)) {
      const full = stagePlan(chain, plan);
      expect(replayed(divided, full)).toBe(evaluator(divided).evaluate(full).cost);
    }
  });

  const best = methods.find(({ card }) => card.id === "best")!;
  test.each([alpa, gpipe, piper, best].map((module) => [module.card.id, module] as const))(
    "the plan of %s costs the same, or it is said why there is none",
    async (id, module) => {
      if (module.kind !== "planner") throw new Error(`${id} is a planner`);
      for (const scenario of drawnFrom([divided, chainScenario], `replays of ${id}`)) {
        const { best: found } = await runPlanner(module as typeof best & { kind: "planner" }, scenario, {
          evaluations: 40,
        });
        if (found === null || found.plan.kind !== "pipeline") continue;
        const replay = hybridReplay(chainIn(scenario), found.plan);
        if (typeof replay === "string") expect(id === "piper" && /deals|treated/.test(replay)).toBe(true);
        else expect(replayed(scenario, found.plan)).toBe(found.outcome.cost);
      }
    },
    30_000,
  );
});
