import { describe, expect, test } from "vitest";
import {
  checkEnv,
  type Env,
  evaluator,
  makeEnv,
  noisyTimes,
  slowDevices,
  withSlowerDevices,
} from "../../../env/index.ts";
import { diamondScenario } from "../envs/scenarios.ts";

const [{ name: slow }] = diamondScenario.cluster.devices;
const ids = ["Placement/Refine-v1", "Placement/Progressive-v1", "Placement/OneShot-v1"] as const;
const make = (id: (typeof ids)[number]) =>
  slowDevices({
    scenario: diamondScenario,
    speeds: { [slow]: 0.5 },
    make: (options) => makeEnv(id, options) as Env<unknown, unknown>,
  });

describe("slowDevices", () => {
  test.each(ids)("keeps every law of %s, alone and under noise", (id) => {
    const broken = (env: () => Env<unknown, unknown>) => checkEnv(env).checks.filter(({ ok }) => !ok);
    expect(broken(() => make(id))).toEqual([]);
    expect(broken(() => noisyTimes(make(id), { noise: 0.03 }))).toEqual([]);
  });

  test("scores by the true speed and shows the believed one", () => {
    const env = make("Placement/Progressive-v1");
    const believed = makeEnv("Placement/Progressive-v1", { scenario: diamondScenario });
    expect(env.reset({ seed: 2 }).observation).toEqual(believed.reset({ seed: 2 }).observation);
    const truth = withSlowerDevices(diamondScenario, { [slow]: 0.5 });
    expect(env.scenario).toEqual(truth);
    for (const device of [0, 1, 0]) env.step(device);
    const { info, reward } = env.step(1);
    expect(info.outcome!.cost).toBe(evaluator(truth).evaluate(env.plan()).cost);
    expect(reward).toBe(-info.outcome!.cost);
    expect(info.outcome!.cost).toBeGreaterThan(evaluator(diamondScenario).evaluate(env.plan()).cost);
  });
});
