/** DOPPLER's modes, stages and switches, on tiny graphs. */
import { describe, expect, test } from "vitest";
import type { AgentModule, Update } from "../../../agents/contract.ts";
import { doppler } from "../../../agents/learned/doppler.ts";
import { oneTask } from "../../../agents/run/tasks.ts";
import {
  asPlacement,
  createRng,
  evaluator,
  metered,
  type Scenario,
  testScenario,
} from "../../../env/index.ts";
import { testBackend } from "../tensors/test-backend.ts";

const SMALL = { width: 4, edgeWidth: 2, latent: 4, hidden: 4 };

/** Equal ops between a source and a sink: list scheduling is optimal, one device is far from it. */
const fan = testScenario({
  graph: [
    "s 1 4B",
    ...Array.from({ length: 8 }, (_, i) => `w${i} 100 4B <- s`),
    "t 1 <- w0 w1 w2 w3 w4 w5 w6 w7",
  ].join("\n"),
  devices: 2,
  bytesPerUs: 1000,
});

async function trained(changes: object, simulations: number, scenario: Scenario = fan, seed = 1) {
  const module = doppler as AgentModule;
  const meter = metered(evaluator(scenario), { simulations });
  const task = { name: "fan", scenario, evaluator: meter };
  const options = module.options.parse({ ...SMALL, ...changes });
  const agent = await module.create({
    backend: testBackend,
    tasks: oneTask(task),
    rng: createRng(seed),
    options,
  });
  const updates: Update[] = [];
  for await (const update of agent.train()) updates.push(update);
  const plan = await agent.act({ ...task, evaluator: metered(evaluator(scenario), {}) });
  const saved = JSON.stringify(await agent.saveRun());
  agent.dispose();
  return {
    updates,
    plan,
    us: evaluator(scenario).evaluate(plan).value!,
    best: meter.best!.outcome.cost,
    saved,
  };
}

describe("doppler", () => {
  test("acts like list scheduling after imitation alone", async () => {
    const { us } = await trained({ imitationUpdates: 60 }, 2 * 2 * 60);
    expect(us).toBeLessThan(420);
  });

  test("plans the order of its choices, and devices alone where it is told to", async () => {
    expect(asPlacement((await trained({}, 40)).plan).opPriority).toBeDefined();
    expect(asPlacement((await trained({ order: false }, 40)).plan).opPriority).toBeUndefined();
  });

  test("has every option of the paper in mode=paper, and what is given over it", () => {
    const given = doppler.options.parse({ mode: "paper", batch: 3 });
    expect(given).toMatchObject({
      imitationUpdates: 2000,
      order: false,
      width: 128,
      discount: 0.99,
      batch: 3,
    });
    expect(doppler.options.parse({})).toMatchObject({ mode: "tuned", order: true, width: 32, discount: 1 });
  });

  test.each([
    ["the paper's rules", { mode: "paper", imitationUpdates: 5, updates: 20 }],
    ["topological order", { select: false, imitationUpdates: 3 }],
    ["an encoding for each step", { encode: "step", imitationUpdates: 3, batch: 2 }],
    ["no imitation", { imitation: false }],
  ])("trains with %s, the same for the same seed", async (_, changes) => {
    const one = await trained({ ...changes, ...SMALL }, 60);
    const two = await trained({ ...changes, ...SMALL }, 60);
    expect(one.updates.length).toBeGreaterThan(2);
    for (const { metrics } of one.updates)
      for (const value of Object.values(metrics)) expect(Number.isFinite(value)).toBe(true);
    expect(two.saved).toBe(one.saved);
  });

  test("learns in stage 2 without an expert: its plan beats one device by a third", async () => {
    const { us, best } = await trained({ imitation: false, learningRate: 0.02 }, 800);
    expect(best).toBeLessThan(540);
    expect(us).toBeLessThan(540);
  });
});
