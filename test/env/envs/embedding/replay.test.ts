import { expect, test } from "vitest";
import { createRng, createTablesEnv, tablesReplay } from "../../../../env/index.ts";
import { resolveScenario } from "../../../../scenarios/index.ts";

const scenario = await resolveScenario("dlrm-kaggle/4xP100?batch=64", { objective: "iteration" });

test("every plan of an episode is its own replay, at equal cost", () => {
  const env = createTablesEnv({ scenario });
  const rng = createRng("tables");
  for (let episode = 0; episode < 5; episode++) {
    const taken: number[] = [];
    let { info } = env.reset();
    let cost = Number.NaN;
    for (const _ of env.tables) {
      const action = env.actionSpace.sample(rng, info.actionMask);
      taken.push(action);
      ({ info } = env.step(action));
      cost = info.outcome?.cost ?? cost;
    }
    expect(tablesReplay(scenario, env.plan())).toEqual(taken);
    env.reset();
    expect(taken.map((action) => env.step(action)).at(-1)!.info.outcome!.cost).toBe(cost);
  }
});

test("is a sentence where the plan is no such episode", () => {
  const env = createTablesEnv({ scenario });
  env.reset();
  const plan = env.plan();
  const [table] = env.tables;
  const split = plan.split.map((own, v) => (v === table.op ? null : own));
  expect(tablesReplay(scenario, { ...plan, split })).toMatch(/in a way that no action does/);
  expect(tablesReplay(scenario, { ...plan, collective: "tree" })).toMatch(/^Beside its tables/);
});
