import { describe, expect, test } from "vitest";
import type { Agent, Task, Update } from "../../../agents/contract.ts";
import { tapp } from "../../../agents/learned/tapp.ts";
import { oneTask } from "../../../agents/run/tasks.ts";
import { loadTf } from "../../../agents/tensors/tf.ts";
import {
  createRng,
  evaluator,
  metered,
  type PipelinePlan,
  type Scenario,
  stagePlan,
  testScenario,
  validatePlan,
} from "../../../env/index.ts";
import { bestSplit } from "../../bench/systems/pipeline-controls.ts";
import { tinyPipelines, trainingChain } from "../registry/tiny-pipelines.ts";
import { testBackend } from "../tensors/test-backend.ts";
import { chainScenario, layersOf } from "../training/lessons/layer-chains.ts";

const small = { hidden: 8, attention: 4, embedding: 4, partitionHidden: 8 };
const chain = chainScenario(6);

const taskOn = (scenario: Scenario, evaluations = 500): Task => ({
  name: scenario.name,
  scenario,
  evaluator: metered(evaluator(scenario), { evaluations }),
});

async function agentOn(task: Task, changes: object = {}, seed = 1): Promise<Agent> {
  const options = tapp.options.parse({ ...small, ...changes });
  return tapp.create({ backend: testBackend, tasks: oneTask(task), rng: createRng(seed), options });
}

async function pull(agent: Agent, updates: number): Promise<Update[]> {
  const steps: Update[] = [];
  for await (const step of agent.train()) if (steps.push(step) === updates) break;
  return steps;
}

describe("TAPP", () => {
  test("goes on from a saved run with the same curve and the same weights", async () => {
    const whole = await agentOn(taskOn(chain));
    const curve = await pull(whole, 6);
    const first = await agentOn(taskOn(chain));
    const half = await pull(first, 3);
    const second = await agentOn(taskOn(chain), {}, 99);
    await second.loadRun(JSON.parse(JSON.stringify(await first.saveRun())));
    expect([...half, ...(await pull(second, 3))]).toEqual(curve);
    expect(await second.saveRun()).toEqual(await whole.saveRun());
    for (const agent of [whole, first, second]) agent.dispose();
  });

  test("keeps its number of tensors across updates, and frees all at the end", async () => {
    const { tf } = await loadTf(testBackend);
    const before = tf.memory().numTensors;
    const task = taskOn(chain);
    const agent = await agentOn(task);
    await pull(agent, 2);
    const early = tf.memory().numTensors;
    await pull(agent, 4);
    await agent.act(task);
    expect(tf.memory().numTensors).toBe(early);
    agent.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test.each([{}, { contiguous: true }])(
    "finds the best contiguous split of a short chain, %o",
    async (given) => {
      const task = taskOn(chain, 400);
      const agent = await agentOn(task, given);
      const { simulatedUs } = bestSplit(chain);
      for await (const _ of agent.train()) if (task.evaluator.best!.outcome.cost <= simulatedUs) break;
      // Plans with several stages on a device may be shorter than any contiguous one.
      expect(task.evaluator.best!.outcome.cost).toBeLessThanOrEqual(simulatedUs);
      agent.dispose();
    },
  );

  test("moves all of its weights in four updates", async () => {
    const agent = await agentOn(taskOn(chain), { inputFeeding: true });
    type Saved = { weights: Record<string, { data: string }> };
    const before = (await agent.savePolicy()) as Saved;
    await pull(agent, 4);
    const after = (await agent.savePolicy()) as Saved;
    const still = Object.keys(before.weights).filter(
      (name) => before.weights[name].data === after.weights[name].data,
    );
    expect(still).toEqual([]);
    agent.dispose();
  });

  test.each(tinyPipelines.map((scenario) => [scenario.name, scenario] as const))(
    "answers a valid pipeline for one evaluation on %s",
    async (_, scenario) => {
      const agent = await agentOn(taskOn(scenario), { batch: 1, contiguous: true });
      await pull(agent, 1);
      const task = taskOn(scenario, 1);
      const plan = await agent.act(task);
      validatePlan(scenario, plan);
      expect(plan.kind).toBe("pipeline");
      expect(task.evaluator.evaluations).toBe(1);
      agent.dispose();
    },
  );

  test("answers a valid pipeline in mode=paper", async () => {
    const agent = await agentOn(taskOn(chain), { mode: "paper", batch: 2 });
    await pull(agent, 2);
    validatePlan(chain, await agent.act(taskOn(chain, 1)));
    agent.dispose();
  });

  test("compares with a split that no contiguous plan is better than", () => {
    const own = chainScenario(4);
    const stages = (cut: number, first: number) =>
      [
        { from: 0, to: cut, devices: [first], share: "split" },
        { from: cut, to: 4, devices: [1 - first], share: "split" },
      ] as const;
    const all = [0, 1].flatMap((first) =>
      [1, 2, 3, 4].map((cut) =>
        stagePlan(layersOf(own), {
          stages: stages(cut, first).filter(({ from, to }) => to > from),
          microBatches: 2,
          schedule: { name: "pipedream" },
        }),
      ),
    );
    const { evaluate } = evaluator(own);
    expect(bestSplit(own).simulatedUs).toBe(Math.min(...all.map((plan) => evaluate(plan).cost)));
  });

  test("has the sheet's values in mode=paper", () => {
    const { reward, advantages, baselineDecay, learningRate, clipNorm, entropy, contiguous } =
      tapp.options.parse({ mode: "paper" });
    expect({ reward, advantages, baselineDecay, learningRate, clipNorm, entropy, contiguous }).toEqual({
      reward: "seconds",
      advantages: "raw",
      baselineDecay: 0.9,
      learningRate: 0.001,
      clipNorm: 1,
      entropy: 0.01,
      contiguous: false,
    });
  });
});

describe("a trained policy", () => {
  /** More layers of other kinds, and branches; as many devices. */
  const unseen = testScenario({
    name: "unseen",
    graph: `${trainingChain([5, 9, 30, 8, 12, 20, 4, 16, 11])}`,
    devices: 2,
    batch: 4,
    objective: "throughput",
  });

  test("acts on a graph that it never saw, and as it was saved", async () => {
    const agent = await agentOn(taskOn(chain));
    await pull(agent, 3);
    const plan = (await agent.act(taskOn(unseen))) as PipelinePlan;
    validatePlan(unseen, plan);
    const fresh = await agentOn(taskOn(unseen), {}, 7);
    await fresh.loadPolicy(JSON.parse(JSON.stringify(await agent.savePolicy())));
    expect(await fresh.act(taskOn(unseen))).toEqual(plan);
    for (const each of [agent, fresh]) each.dispose();
  });

  test("is refused with a sentence for another number of accelerators", async () => {
    const agent = await agentOn(taskOn(chain));
    await expect(agent.act(taskOn(chainScenario(6, 3)))).rejects.toThrow(
      /^The policy is for 2 accelerators; "chain of 6" has 3\.$/,
    );
    const other = await agentOn(taskOn(chainScenario(6, 3)));
    await expect(other.loadPolicy(await agent.savePolicy())).rejects.toThrow(
      "another scenario or other options",
    );
    for (const each of [agent, other]) each.dispose();
  });

  test("is none where there is no accelerator", async () => {
    const hosted = testScenario({ graph: "a 1", devices: ["CPU"], objective: "iteration" });
    await expect(agentOn(taskOn(hosted))).rejects.toThrow("has no accelerator");
  });
});
