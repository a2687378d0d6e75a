import { describe, expect, test } from "vitest";
import type { Agent, AgentModule, Task, Update } from "../../../agents/contract.ts";
import { colocrl } from "../../../agents/learned/colocrl.ts";
import { doppler } from "../../../agents/learned/doppler.ts";
import { gdp } from "../../../agents/learned/gdp.ts";
import { hdp } from "../../../agents/learned/hdp.ts";
import { placeto } from "../../../agents/learned/placeto.ts";
import { regal } from "../../../agents/learned/regal.ts";
import { reinforce } from "../../../agents/learned/reinforce.ts";
import { seq2seq } from "../../../agents/learned/seq2seq.ts";
import { spotlight } from "../../../agents/learned/spotlight.ts";
import { oneTask, taskSource } from "../../../agents/run/tasks.ts";
import { loadTf } from "../../../agents/tensors/tf.ts";
import {
  asPlacement,
  createLedger,
  createRng,
  evaluator,
  metered,
  type Scenario,
  testScenario,
  validatePlan,
} from "../../../env/index.ts";
import { drawnFrom } from "../../law-runs.ts";
import { testBackend } from "../tensors/test-backend.ts";

// Small nets: the contract is the same at every size.
const agents: readonly (readonly [string, AgentModule, object])[] = [
  ["reinforce", reinforce as AgentModule, {}],
  ["seq2seq", seq2seq as AgentModule, { hidden: 8, attention: 4, embedding: 4 }],
  ["colocrl", colocrl as AgentModule, { hidden: 8, attention: 4, embedding: 4 }],
  ["hdp", hdp as AgentModule, { groups: 6, hidden: 8, attention: 4, embedding: 4, learningRate: 0.03 }],
  ["spotlight", spotlight as AgentModule, { hidden: 8, attention: 4, embedding: 4, learningRate: 0.01 }],
  [
    "regal",
    regal as AgentModule,
    { width: 4, rounds: 1, budget: 6, population: 4, elite: 0.25, batch: 2, graphs: 1 },
  ],
  ["placeto", placeto as AgentModule, { width: 4, rounds: 2, episodes: 2 }],
  ["gdp", gdp as AgentModule, { width: 8, heads: 2, segment: 4, batch: 10 }],
  [
    "doppler",
    doppler as AgentModule,
    { width: 4, edgeWidth: 2, latent: 4, hidden: 4, batch: 4, imitationUpdates: 2, learningRate: 0.02 },
  ],
  [
    "placeto in steps of two",
    placeto as AgentModule,
    { width: 4, rounds: 1, segment: 2, stride: 2, accept: "all", freeStays: false },
  ],
  ["placeto as published", placeto as AgentModule, { mode: "paper", rounds: 2, episodes: 2 }],
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
  simulations: number,
  seed = 1,
) {
  const meter = metered(evaluator(scenario), { simulations });
  const options = module.options.parse(changes);
  const task = { name: scenario.name, scenario, evaluator: meter };
  const agent = await module.create({
    backend: testBackend,
    tasks: oneTask(task),
    rng: createRng(seed),
    options,
  });
  return { agent, meter, options, task };
}

async function pull(agent: Agent, updates: number): Promise<Update[]> {
  const steps: Update[] = [];
  for await (const step of agent.train()) if (steps.push(step) === updates) break;
  return steps;
}

/** Runs the work once, for all tests that ask for it. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => {
    made ??= work();
    return made;
  };
}

describe.each(agents)("%s", (_, module, changes) => {
  const trained = (updates: number) =>
    once(async () => {
      const { agent, meter } = await start(module, changes, diamond, 1000);
      const curve = await pull(agent, updates);
      const charged = meter.simulations;
      const saved = await agent.saveRun();
      expect(meter.simulations, "a checkpoint charges nothing").toBe(charged);
      agent.dispose();
      return { curve, saved };
    });
  const [whole, half] = [trained(6), trained(3)];

  test("keeps the number of tensors flat across updates and frees all at the end", async () => {
    const { tf } = await loadTf(testBackend);
    const before = tf.memory().numTensors;
    const { agent, task } = await start(module, changes, diamond, 1000);
    await pull(agent, 2);
    const early = tf.memory().numTensors;
    await pull(agent, 3);
    await agent.act(task);
    expect(tf.memory().numTensors).toBe(early);
    agent.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test("goes on from a saved state with the same curve and the same weights", async () => {
    const { curve, saved } = await whole();
    const first = await half();
    const { agent } = await start(module, changes, diamond, 1000, 99);
    await agent.loadRun(JSON.parse(JSON.stringify(first.saved)));
    const rest = await pull(agent, 3);
    expect([...first.curve, ...rest]).toEqual(curve);
    expect(await agent.saveRun()).toEqual(saved);
    agent.dispose();
  });

  test("trains within its budget, and acts with what it says that it needs", async () => {
    const { agent, meter, options } = await start(module, changes, diamond, 40);
    await pull(agent, Number.POSITIVE_INFINITY);
    expect(meter.refused).toBe(null);
    const acting = metered(evaluator(diamond), { simulations: 40 });
    await agent.act({ name: diamond.name, scenario: diamond, evaluator: acting });
    const needs = module.actEvaluations(diamond, options);
    // Moves to the own device may be free, so the need is a limit.
    if ((options as { readonly freeStays?: boolean }).freeStays) expect(acting.spent).toBeLessThan(needs + 1);
    else expect(acting.spent).toBe(needs);
    agent.dispose();
  });

  test("repeats itself under one seed and differs under another", async () => {
    const { curve } = await half();
    expect(curve).toEqual((await whole()).curve.slice(0, 3));
    const { agent } = await start(module, changes, diamond, 1000, 2);
    expect(JSON.stringify(await pull(agent, 3))).not.toBe(JSON.stringify(curve));
    agent.dispose();
  });

  test("finds the best of few placements, ops bound to their kinds of device", async () => {
    const { agent, meter } = await start(module, changes, diamond, 400);
    const least = bruteForce(diamond);
    let updates = 0;
    for await (const _ of agent.train()) if (++updates === 30 || meter.best!.outcome.value === least) break;
    const plan = await agent.act(taskOf("diamond", diamond, 100));
    expect(evaluator(diamond).evaluate(meter.best!.plan).value).toBe(least);
    expect(asPlacement(plan).device[4]).toBeLessThan(2);
    expect(asPlacement(plan).device[5]).toBe(2);
    agent.dispose();
  });

  test("refuses a saved run of an earlier form with a sentence", async () => {
    const { agent } = await start(module, changes, diamond, 1000);
    await expect(agent.loadRun({ update: 3, weights: {} })).rejects.toThrow("of an earlier version");
    agent.dispose();
  });

  test("refuses a saved run of another scenario with a sentence", async () => {
    const { agent } = await start(module, changes, diamond, 1000);
    const other = await start(module, changes, testScenario({ graph: "a 1 4B\nb 1 <- a" }), 1000);
    await pull(other.agent, 1);
    const saved = await other.agent.saveRun();
    await expect(agent.loadRun(saved)).rejects.toThrow("another scenario or other options");
    agent.dispose();
    other.agent.dispose();
  });
});

/** Another graph, with more groups and fewer devices. */
const chain = testScenario({
  graph: `
    a 100 400B
    b 300 400B <- a
    c 300 400B <- a
    d 100 400B <- b c
    e 200 400B <- d
    f 50 400B <- e
    g 50 <- f`,
  devices: 2,
});
/** The sizes of the diamond, other times. */
const uneven = testScenario({
  graph: `
    a 10 900B
    b 30 100B <- a
    c 500 400B <- a
    d 200 400B <- b c
    e 50 kinds=GPU <- d
    f 50 kinds=CPU <- d`,
  devices: ["GPU", "GPU", "CPU"],
});

const taskOf = (name: string, scenario: Scenario, evaluations: number): Task => ({
  name,
  scenario,
  evaluator: metered(evaluator(scenario), { evaluations }),
});

describe("a policy on another scenario", () => {
  test.each([
    ["placeto", placeto as AgentModule, { width: 4, rounds: 2, episodes: 2 }],
    ["gdp", gdp as AgentModule, { width: 8, heads: 2, segment: 4, batch: 10 }],
  ])("of %s acts on a graph and a number of devices that it never saw", async (_, module, changes) => {
    const { agent } = await start(module, changes, diamond, 300);
    await pull(agent, Number.POSITIVE_INFINITY);
    const unseen = taskOf("chain", chain, 100);
    const plan = await agent.act(unseen);
    validatePlan(chain, plan);
    expect(unseen.evaluator.evaluations).toBeLessThanOrEqual(
      module.actEvaluations(chain, module.options.parse(changes)),
    );

    const policy = JSON.parse(JSON.stringify(await agent.savePolicy()));
    const fresh = await start(module, changes, chain, 100, 7);
    await fresh.agent.loadPolicy(policy);
    expect(await fresh.agent.act(fresh.task)).toEqual(plan);
    expect(await fresh.agent.savePolicy()).toEqual(policy);
    agent.dispose();
    fresh.agent.dispose();
  });

  test("of doppler acts on a graph and a number of devices that it never saw", async () => {
    const changes = { width: 4, edgeWidth: 2, latent: 4, hidden: 4, batch: 4, imitationUpdates: 2 };
    const { agent } = await start(doppler as AgentModule, changes, diamond, 100);
    await pull(agent, Number.POSITIVE_INFINITY);
    const unseen = taskOf("chain", chain, 100);
    const plan = await agent.act(unseen);
    validatePlan(chain, plan);
    expect(unseen.evaluator.simulations).toBe(doppler.actEvaluations(chain, doppler.options.parse(changes)));
    const fresh = await start(doppler as AgentModule, changes, chain, 100, 7);
    await fresh.agent.loadPolicy(JSON.parse(JSON.stringify(await agent.savePolicy())));
    expect(await fresh.agent.act(fresh.task)).toEqual(plan);
    agent.dispose();
    fresh.agent.dispose();
  });

  test.each([
    ["reinforce", reinforce as AgentModule, {}],
    ["seq2seq", seq2seq as AgentModule, { hidden: 8, attention: 4, embedding: 4 }],
  ])("of %s is refused with a sentence where the graph has another size", async (_, module, changes) => {
    const { agent } = await start(module, changes, diamond, 300);
    const policy = await agent.savePolicy();
    await expect(agent.act(taskOf("chain", chain, 100))).rejects.toThrow(
      /^The policy is for .* fits no other/,
    );
    const other = await start(module, changes, chain, 300);
    await expect(other.agent.loadPolicy(policy)).rejects.toThrow(
      /^The saved policy is for 6 groups .*on 3 devices and fits no other graph, this one has 7 groups .*\.$/,
    );
    agent.dispose();
    other.agent.dispose();
  });

  test("is refused with a sentence under other options of the network", async () => {
    const small = await start(placeto as AgentModule, { width: 4 }, diamond, 300);
    const large = await start(placeto as AgentModule, { width: 6 }, diamond, 300);
    const before = await large.agent.savePolicy();
    await expect(large.agent.loadPolicy(await small.agent.savePolicy())).rejects.toThrow("other options");
    expect(await large.agent.savePolicy()).toEqual(before);
    small.agent.dispose();
    large.agent.dispose();
  });
});

describe.each(drawnFrom(agents, "several tasks"))("%s on several tasks", (_, module, changes) => {
  async function several(seed = 1) {
    const ledger = createLedger({ evaluations: 2000 });
    const scenarios: Readonly<Record<string, Scenario>> = { diamond, uneven };
    const tasks = taskSource(Object.keys(scenarios), async (name) => ({
      name,
      scenario: scenarios[name],
      evaluator: ledger.meter(evaluator(scenarios[name])),
    }));
    const options = module.options.parse(changes);
    return {
      agent: await module.create({ backend: testBackend, tasks, rng: createRng(seed), options }),
      ledger,
    };
  }

  test("learns on each and goes on from a saved run with the same curve and weights", async () => {
    const whole = await several();
    const first = await several();
    const curve = await pull(whole.agent, 6);
    expect(new Set(curve.flatMap(({ task }) => task.split(",")))).toEqual(new Set(["diamond", "uneven"]));
    const half = await pull(first.agent, 3);
    const saved = JSON.parse(JSON.stringify(await first.agent.saveRun()));
    const second = await several(99);
    await second.agent.loadRun(saved);
    const rest = await pull(second.agent, 3);
    expect([...half, ...rest]).toEqual(curve);
    expect(await second.agent.saveRun()).toEqual(await whole.agent.saveRun());
    for (const { agent } of [whole, first, second]) agent.dispose();
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
