import { describe, expect, test } from "vitest";
import type { Agent, AgentModule, TrainStep } from "../../../agents/contract.ts";
import { placeto } from "../../../agents/learned/placeto.ts";
import { reinforce } from "../../../agents/learned/reinforce.ts";
import { seq2seq } from "../../../agents/learned/seq2seq.ts";
import { loadTf } from "../../../agents/tensors/tf.ts";
import { createRng, evaluator, metered, type Scenario, testScenario } from "../../../env/index.ts";

// Small nets: the contract is the same at every size.
const agents: readonly (readonly [string, AgentModule, object])[] = [
  ["reinforce", reinforce as AgentModule, {}],
  ["seq2seq", seq2seq as AgentModule, { hidden: 8, attention: 4, embedding: 4 }],
  ["placeto", placeto as AgentModule, { width: 4, rounds: 2, episodes: 2 }],
];

const diamond = testScenario({
  graph: `
    a 100 400B
    b 300 400B <- a
    c 300 400B <- a
    d 100 400B <- b c
    e 50 kinds=GPU <- d
    f 50 kinds=CPU <- d`,
  devices: ["GPU", "GPU", "CPU"],
});

async function start(
  module: AgentModule,
  changes: object,
  scenario: Scenario,
  evaluations: number,
  seed = 1,
) {
  const meter = metered(evaluator(scenario), { evaluations });
  const options = module.options.parse(changes);
  const agent = await module.create({ scenario, evaluator: meter, rng: createRng(seed), options });
  return { agent, meter, options };
}

async function pull(agent: Agent, updates: number): Promise<TrainStep[]> {
  const steps: TrainStep[] = [];
  for await (const step of agent.train()) if (steps.push(step) === updates) break;
  return steps;
}

describe.each(agents)("%s", (_, module, changes) => {
  test("keeps the number of tensors flat across updates and frees all at the end", async () => {
    const { tf } = await loadTf();
    const before = tf.memory().numTensors;
    const { agent } = await start(module, changes, diamond, 1000);
    await pull(agent, 2);
    const early = tf.memory().numTensors;
    await pull(agent, 5);
    await agent.act();
    expect(tf.memory().numTensors).toBe(early);
    agent.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test("goes on from a saved state with the same curve and the same weights", async () => {
    const whole = await start(module, changes, diamond, 1000);
    const first = await start(module, changes, diamond, 1000);
    const curve = await pull(whole.agent, 8);
    const half = await pull(first.agent, 4);
    const saved = JSON.parse(JSON.stringify(await first.agent.save()));
    const second = await start(module, changes, diamond, 1000, 99);
    await second.agent.load(saved);
    const rest = await pull(second.agent, 4);
    expect([...half, ...rest]).toEqual(curve);
    expect(await second.agent.save()).toEqual(await whole.agent.save());
    for (const { agent } of [whole, first, second]) agent.dispose();
  });

  test("leaves the greedy plan's evaluations of the budget, and takes no more", async () => {
    const budget = 64;
    const { agent, meter, options } = await start(module, changes, diamond, budget);
    await pull(agent, Number.POSITIVE_INFINITY);
    const kept = module.actEvaluations(diamond, options);
    expect(meter.remaining).toBeGreaterThanOrEqual(kept);
    const spent = meter.spent;
    await agent.act();
    expect(meter.spent).toBe(spent + kept);
    expect(meter.refused).toBe(null);
    agent.dispose();
  });

  test("repeats itself under one seed and differs under another", async () => {
    const curveOf = async (seed: number) => {
      const { agent } = await start(module, changes, diamond, 1000, seed);
      const curve = await pull(agent, 4);
      agent.dispose();
      return JSON.stringify(curve);
    };
    expect(await curveOf(1)).toBe(await curveOf(1));
    expect(await curveOf(1)).not.toBe(await curveOf(2));
  });

  test("finds the best of few placements, ops bound to their kinds of device", async () => {
    const { agent, meter } = await start(module, changes, diamond, 400);
    await pull(agent, Number.POSITIVE_INFINITY);
    const plan = await agent.act();
    const best = evaluator(diamond).evaluate(meter.best!.plan);
    expect(best.value).toBe(bruteForce(diamond));
    expect(plan.device[4]).toBeLessThan(2);
    expect(plan.device[5]).toBe(2);
    agent.dispose();
  });

  test("refuses a saved state of another scenario with a sentence", async () => {
    const { agent } = await start(module, changes, diamond, 1000);
    const other = await start(module, changes, testScenario({ graph: "a 1 4B\nb 1 <- a" }), 1000);
    const saved = await other.agent.save();
    await expect(agent.load(saved)).rejects.toThrow("another scenario or other options");
    agent.dispose();
    other.agent.dispose();
  });
});

function bruteForce(scenario: Scenario): number {
  const { evaluate } = evaluator(scenario);
  let best = Number.POSITIVE_INFINITY;
  for (let code = 0; code < 3 ** 4 * 2; code++) {
    const device = Int32Array.from([0, 1, 2, 3], (i) => Math.floor(code / 2 / 3 ** i) % 3);
    const outcome = evaluate({ kind: "placement", device: Int32Array.of(...device, code % 2, 2) });
    best = Math.min(best, outcome.cost);
  }
  return best;
}
