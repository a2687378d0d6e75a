import { describe, expect, test } from "vitest";
import { checkEnv, createTablesEnv, evaluator, metered, testScenario } from "../../../../env/index.ts";
import { validatePlan } from "../../../../env/model/plan/plan.ts";
import { resolveScenario } from "../../../../scenarios/index.ts";

const scenario = await resolveScenario("dlrm-kaggle/4xP100?batch=64", { objective: "iteration" });
const [RANKS, ROWS, COLUMNS, COPIED] = [4, 4, 5, 6];

/** The same on devices of so many bytes. */
const within = (memoryBytes: number) => ({
  ...scenario,
  cluster: {
    ...scenario.cluster,
    devices: scenario.cluster.devices.map((device) => ({ ...device, memoryBytes })),
  },
});

describe("Embedding/Tables", () => {
  test("keeps the laws, with memory and without", () => {
    for (const on of [scenario, within(9e8)])
      expect(checkEnv(() => createTablesEnv({ scenario: on })).checks.filter(({ ok }) => !ok)).toEqual([]);
  });

  test("places all tables, then pays minus the cost of the plan", () => {
    const meter = metered(evaluator(scenario), { evaluations: 2 });
    const env = createTablesEnv({ scenario, evaluator: meter });
    let { actionMask } = env.reset().info;
    const steps = env.tables.map((_, i) => {
      const wanted = [i % RANKS, ROWS, COLUMNS, COPIED][i % 4];
      // The smallest tables have fewer rows than there are ranks.
      const step = env.step(actionMask[wanted] === 1 ? wanted : COPIED);
      ({ actionMask } = step.info);
      return step;
    });
    expect(steps.slice(0, -1).every(({ reward, terminated }) => reward === 0 && !terminated)).toBe(true);
    const last = steps[steps.length - 1];
    expect([last.reward, last.terminated, meter.spent]).toEqual([-last.info.outcome!.cost, true, 1]);
    validatePlan(scenario, env.plan());
    expect(env.plan().owners).toHaveLength(7);
    expect(env.render()).toContain("rows");
  });

  test("the mask leaves out what does not fit beside the tables so far", () => {
    // Three tables have 648, 534 and 450 MB; a device has 900 MB.
    const env = createTablesEnv({ scenario: within(9e8) });
    const first = env.reset();
    expect([...first.info.actionMask]).toEqual([1, 1, 1, 1, 1, 1, 1]);
    const { observation, info } = env.step(0);
    expect([...info.actionMask]).toEqual([0, 1, 1, 1, 1, 1, 0]);
    expect(observation.ranks[0]).toBeGreaterThan(0.7);
    expect(() => env.step(0)).toThrow("the table may not be whole on rank 0 now");
  });

  test("where nothing fits all is legal, and the plan costs the penalty", () => {
    const tiny = within(1e6);
    const env = createTablesEnv({ scenario: tiny });
    let { info } = env.reset();
    expect([...info.actionMask]).toEqual([1, 1, 1, 1, 1, 1, 1]);
    for (const _ of env.tables) ({ info } = env.step(0));
    expect(info.outcome!.feasible).toBe(false);
  });

  test("a network without tables has one step", () => {
    const plain = testScenario({ graph: "a 10 40B\nb 20 <- a", objective: "iteration" });
    const env = createTablesEnv({ scenario: plain });
    const { info } = env.reset();
    expect([...info.actionMask].filter((legal) => legal === 1)).toEqual([1]);
    expect(env.step(info.actionMask.indexOf(1)).terminated).toBe(true);
  });

  test("refuses objectives that score no sharding", () => {
    expect(() => createTablesEnv({ scenario: { ...scenario, objective: "makespan" } })).toThrow(
      /take iteration/,
    );
  });
});
