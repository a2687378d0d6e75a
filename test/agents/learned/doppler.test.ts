/** DOPPLER's modes and switches on a tiny graph; doppler.slow.test.ts has what its stages learn. */
import { describe, expect, test } from "vitest";
import type { Agent } from "../../../agents/contract.ts";
import { doppler } from "../../../agents/learned/doppler.ts";
import { asPlacement, type MeteredEvaluator } from "../../../env/index.ts";
import { SMALL, started, trained } from "./doppler-training.ts";

describe("doppler", () => {
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

  test("fine-tunes a trained policy without stage 1, also after a resume", async () => {
    const changes = { imitationUpdates: 3, imitationBatch: 1, batch: 4 };
    const charges = async (agent: Agent, meter: MeteredEvaluator, updates: number) => {
      const before = meter.simulations;
      const train = agent.train();
      for (let i = 0; i < updates; i++) await train.next();
      return (meter.simulations - before) / updates;
    };
    const fresh = await started(changes, 1000);
    expect(await charges(fresh.agent, fresh.meter, 3)).toBe(2);
    expect(await charges(fresh.agent, fresh.meter, 1)).toBe(8);

    const tuned = await started(changes, 1000);
    await tuned.agent.loadPolicy(await fresh.agent.savePolicy());
    expect(await charges(tuned.agent, tuned.meter, 2)).toBe(8);

    const resumed = await started(changes, 1000);
    await resumed.agent.loadRun(await tuned.agent.saveRun());
    expect(await charges(resumed.agent, resumed.meter, 2)).toBe(8);
    for (const { agent } of [fresh, tuned, resumed]) agent.dispose();
  });
});
