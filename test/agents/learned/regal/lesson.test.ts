import { beforeAll, describe, expect, test } from "vitest";
import type { Task } from "../../../../agents/contract.ts";
import { RegalLesson, type RegalRules } from "../../../../agents/learned/regal/lesson.ts";
import { type RegalSize, regalNetwork } from "../../../../agents/learned/regal/network.ts";
import { regal } from "../../../../agents/learned/regal.ts";
import { choicesOf } from "../../../../agents/problems/choices.ts";
import { oneTask } from "../../../../agents/run/tasks.ts";
import { createEvolution, plainDistributions } from "../../../../agents/search/keys/evolution.ts";
import { orderedDecoder } from "../../../../agents/search/keys/random-keys.ts";
import { loadTf } from "../../../../agents/tensors/tf.ts";
import type { Tensor, Tf } from "../../../../agents/tensors/types.ts";
import { GREEDY, SAMPLE } from "../../../../agents/training/contract.ts";
import { constant } from "../../../../agents/training/schedule.ts";
import {
  createRng,
  evaluator,
  type MeteredEvaluator,
  metered,
  type Objective,
  type Placement,
  type Plan,
  testScenario,
} from "../../../../env/index.ts";
import { testBackend } from "../../tensors/test-backend.ts";

let tf: Tf;
beforeAll(async () => {
  tf = (await loadTf(testBackend)).tf;
});

const graph = `
    a 100 400B
    b 300 400B <- a
    c 300 900B <- a
    d 100 400B <- b c
    e 200 100B <- a
    f 50 kinds=CPU <- d e`;
const devices = ["GPU", "GPU", "CPU"];
const sizes = { population: 10, elite: 0.2, mutants: 0.15 };
const size: RegalSize = {
  devices: 3,
  width: 4,
  rounds: 1,
  together: "mean",
  head: "ordinal",
  spread: 2,
  settings: "all",
  critic: false,
};

function taskOf(objective: Objective = "makespan", simulations = 10_000): Task {
  const scenario = testScenario({ graph, devices, objective });
  return { name: "task", scenario, evaluator: metered(evaluator(scenario), { simulations }) };
}

function lessonOf(task: Task, changes: Partial<RegalRules> = {}, shape: Partial<RegalSize> = {}) {
  const network = regalNetwork(tf, { ...size, ...shape }, createRng("weights"));
  const rules: RegalRules = {
    ...sizes,
    pool: "accelerators",
    budget: 60,
    order: true,
    improves: false,
    expert: () => 40,
    runs: 1,
    seeds: 2,
    tilt: constant(0),
    actBudget: () => 100,
    isAlone: false,
    training: { hasBegun: false },
    ...changes,
  };
  return { lesson: new RegalLesson(tf, task, network, rules), network };
}

/** Best cost of plain BRKGA. */
function plainCost({ scenario }: MeteredEvaluator, seed: string, chromosomes: number) {
  const score = evaluator(scenario);
  const decoder = orderedDecoder(choicesOf(scenario, "accelerators"), { pass() {} });
  const plain = plainDistributions(decoder.length, 0.7);
  const evolution = createEvolution(decoder, score, createRng(seed), sizes, plain);
  for (let i = 0; i < chromosomes; i++) evolution.next();
  return { cost: evolution.bestCost, plan: evolution.bestPlan };
}

describe("a lesson of REGAL", () => {
  test("under an untrained ordinal head is plain BRKGA, plan and order included", () => {
    const task = taskOf();
    const { lesson } = lessonOf(task);
    const [{ plan, outcome }] = lesson.rollOut(1, GREEDY, 0, createRng(3));
    const plain = plainCost(task.evaluator, "3", 50);
    expect(plan).toEqual(plain.plan);
    expect(outcome.cost).toBe(plain.cost);
    expect(plan).toHaveProperty("opPriority");
  });

  test("rewards the logarithm of plain BRKGA's cost over its own, seed by seed", () => {
    const scenario = testScenario({ graph, devices });
    const score = evaluator(scenario);
    const costs: number[] = [];
    const recorded = Object.create(score, {
      evaluate: {
        value: (plan: Plan) => {
          const outcome = score.evaluate(plan);
          costs.push(outcome.cost);
          return outcome;
        },
      },
    });
    const task = { name: "task", scenario, evaluator: metered(recorded, { simulations: 10_000 }) };
    const { lesson } = lessonOf(task, { runs: 2, tilt: constant(3) });
    const rollouts = lesson.rollOut(2, SAMPLE, 0, createRng(1));
    const bestOfRuns = Array.from({ length: costs.length / 30 }, (_, run) =>
      Math.min(...costs.slice(run * 30, run * 30 + 30)),
    );
    const plain = ["1/seed 0", "1/seed 1"].map((seed) => plainCost(task.evaluator, seed, 30).cost);
    expect(lesson.save()).toEqual({ plain });
    // The first rollout runs plain BRKGA before each of its own runs.
    expect([bestOfRuns[0], bestOfRuns[2]]).toEqual(plain);
    const own = [
      [bestOfRuns[1], bestOfRuns[3]],
      [bestOfRuns[4], bestOfRuns[5]],
    ];
    rollouts.forEach(({ rewards, outcome }, i) => {
      const expected = own[i].reduce((sum, cost, seed) => sum + Math.log(plain[seed] / cost) / 2, 0);
      expect(rewards.length).toBe(1);
      expect(rewards[0]).toBeCloseTo(expected, 12);
      expect(outcome.cost).toBe(Math.min(...own[i]));
    });
  });

  test("charges each rollout's runs, and plain BRKGA once for each seed", () => {
    const task = taskOf();
    const { lesson } = lessonOf(task, { runs: 2 });
    lesson.rollOut(3, SAMPLE, 0, createRng(1));
    expect(task.evaluator.simulations).toBe(2 * 60 + 3 * 2 * 60);
    lesson.rollOut(1, SAMPLE, 1, createRng(2));
    expect(task.evaluator.simulations).toBe(2 * 60 + 4 * 2 * 60);
    expect(lesson.simulationsPerRollout).toBe(120);
    const { lesson: resumed } = lessonOf(task, { runs: 2 });
    resumed.load(JSON.parse(JSON.stringify(lesson.save())));
    resumed.rollOut(1, SAMPLE, 2, createRng(3));
    expect(task.evaluator.simulations).toBe(2 * 60 + 5 * 2 * 60);
  });

  test("rolls out what the budget leaves after plain BRKGA, and nothing where that is too little", () => {
    const some = taskOf("makespan", 60 + 2 * 60 + 50);
    expect(lessonOf(some).lesson.rollOut(8, SAMPLE, 0, createRng(1)).length).toBe(2);
    const few = taskOf("makespan", 110);
    expect(lessonOf(few).lesson.rollOut(8, SAMPLE, 0, createRng(1))).toEqual([]);
    expect(few.evaluator.simulations).toBe(0);
  });

  test("has no priority keys where the rules say so, and a simulation for each chromosome", () => {
    const task = taskOf("max-load");
    const { lesson } = lessonOf(task, { order: false });
    const [{ plan }] = lesson.rollOut(1, SAMPLE, 0, createRng(1));
    expect(plan).not.toHaveProperty("opPriority");
    expect(task.evaluator.evaluations).toBe(120);
    // Five groups on two accelerators, one on the CPU, three settings each.
    const [{ taken }] = lesson.replay([lesson.rollOut(1, SAMPLE, 0, createRng(2))[0]]).decisions;
    expect(taken.length).toBe((5 * 2 + 1) * 3);
  });

  test("improves on a plan, each try charged, and has no such decoding where the rules do not say so", () => {
    const task = taskOf();
    const { lesson } = lessonOf(task, { order: false, improves: true });
    const [{ plan, outcome }] = lesson.rollOut(1, SAMPLE, 0, createRng(1));
    const before = task.evaluator.simulations;
    const met = lesson.improve?.({ plans: 20, temperatures: [1, 4] }, createRng(2), plan as Placement) ?? [];
    expect(met.length).toBe(20);
    expect(task.evaluator.simulations).toBe(before + 20);
    expect(met[0].plan).toEqual(plan);
    expect(met[0].outcome.cost).toBe(outcome.cost);
    for (const { plan: tried, outcome: scored } of met)
      expect(evaluator(task.scenario).evaluate(tried).cost).toBe(scored.cost);
    expect(lessonOf(task).lesson.improve).toBe(undefined);
  });

  test("replays the decisions it took, each with its probability among 16", () => {
    const { lesson } = lessonOf(taskOf(), {}, { head: "free" });
    const rollouts = lesson.rollOut(2, SAMPLE, 0, createRng(1));
    const { decisions, values } = lesson.replay(rollouts);
    expect(values).toBe(undefined);
    const [{ logProbabilities, taken, rollout }] = decisions;
    const rows = (5 * 2 + 1 + 6) * 3;
    expect(logProbabilities.shape).toEqual([2 * rows, 16]);
    expect([rollout[0], rollout[rows - 1], rollout[rows]]).toEqual([0, 0, 1]);
    const sums = tf.sum(tf.exp(logProbabilities), 1).dataSync();
    for (const sum of sums) expect(sum).toBeCloseTo(1, 4);
    expect([...taken].every((bin) => bin >= 0 && bin < 16)).toBe(true);
  });

  test("credits a tilt by the density of the weights that it drew, and moves these alone", () => {
    const { lesson, network } = lessonOf(taskOf(), { tilt: constant(0.5) });
    const rollouts = lesson.rollOut(3, SAMPLE, 0, createRng(1));
    const [bins, tilts] = lesson.replay(rollouts).decisions;
    expect(bins.rollout.at(-1)).toBe(2);
    expect(tilts.logProbabilities.shape).toEqual([3, 1]);
    rollouts.forEach(({ tilted }, i) => {
      const squares = tilted!.reduce((sum, weight) => sum + (weight / 0.5) ** 2, 0);
      expect(tilts.logProbabilities.dataSync()[i]).toBeCloseTo(-squares / 2, 2);
    });
    const linear = network.weights.list.filter(({ shape }) => shape[0] === 13 && shape[1] === 12);
    const gradientOf = (loss: () => Tensor) =>
      tf.variableGrads(() => tf.sum(loss()) as never, [...network.weights.list]).grads;
    const own = gradientOf(() => lesson.replay(rollouts).decisions[1].logProbabilities.slice([0, 0], [1, 1]));
    const gradient = linear
      .map(({ name }) => [...own[name].dataSync()])
      .find((values) => values.some((g) => g !== 0))!;
    const gain = 10;
    gradient.forEach((g, i) => {
      expect(g / gain).toBeCloseTo(rollouts[0].tilted![i] / 0.25, 3);
    });
  });

  test("learns means alone where told: the other settings stay plain whatever the weights", () => {
    const { lesson, network } = lessonOf(taskOf(), { tilt: constant(0) }, { settings: "means", spread: 0.1 });
    const linear = network.weights.list.find(({ name, shape }) => shape[0] === 13 && name !== "");
    linear!.assign(tf.fill(linear!.shape, 0.3) as never);
    const [{ bins }] = lesson.rollOut(1, GREEDY, 0, createRng(1));
    const of = (setting: number) => new Set([...bins].filter((_, row) => row % 3 === setting));
    expect([of(1), of(2)]).toEqual([new Set([2]), new Set([10])]);
    expect(of(0).size).toBeGreaterThan(1);
  });

  test("alone, learns again from settings that spell its best plan, and does not run them", () => {
    const task = taskOf();
    const { lesson, network } = lessonOf(task, { isAlone: true });
    const first = lesson.rollOut(2, SAMPLE, 0, createRng(1));
    const { lesson: resumed } = lessonOf(task, { isAlone: true });
    resumed.load(JSON.parse(JSON.stringify(lesson.save())));
    const before = task.evaluator.simulations;
    const second = lesson.rollOut(1, SAMPLE, 1, createRng(2));
    expect(second.length).toBe(2);
    expect(task.evaluator.simulations - before).toBeLessThanOrEqual(2 * 60);
    const best = first.reduce((a, b) => (b.outcome.cost < a.outcome.cost ? b : a));
    expect(second[1].plan).toEqual(best.plan);
    const { device } = best.plan as { device: Int32Array };
    task.scenario.grouping.groupOf.forEach((g, v) => {
      const meanOf = (d: number) => second[1].bins[g * network.rowsPerNode + d * 3];
      expect(meanOf(device[v])).toBe(13);
    });
    const [, again] = resumed.rollOut(1, SAMPLE, 1, createRng(2));
    const { plan, bins, rewards } = second[1];
    expect(again).toMatchObject({ plan, bins, rewards });
  });

  test("alone, gives each group offsets of its own", () => {
    const { lesson, network } = lessonOf(taskOf(), { isAlone: true }, { spread: 0.1 });
    const places = network.weights.list.find(({ shape }) => shape[0] === 512)!;
    const values = new Float32Array(places.size);
    values[network.rowsPerNode] = -2 / 300;
    places.assign(tf.tensor(values, places.shape) as never);
    const [{ bins }] = lesson.rollOut(1, GREEDY, 0, createRng(1));
    expect([bins[0], bins[network.rowsPerNode], bins[2 * network.rowsPerNode]]).toEqual([8, 6, 8]);
  });

  test("expects one reward of a graph where it has a critic", () => {
    const { lesson } = lessonOf(taskOf(), {}, { critic: true });
    const rollouts = lesson.rollOut(2, SAMPLE, 0, createRng(1));
    const { values, decisions } = lesson.replay(rollouts);
    expect(values!.shape).toEqual([decisions[0].taken.length]);
    expect(new Set(values!.dataSync()).size).toBe(1);
  });
});

describe("the policy's own plan", () => {
  const small = { budget: 60, width: 4, rounds: 1, population: 10, batch: 2 };

  test.each([
    ["all that is left where nothing was learned", {}, 400, 400],
    ["the simulations that it is told", { actBudget: 130 }, 400, 130],
  ])("takes %s", async (_, changes, simulations, expected) => {
    const task = taskOf("peak-memory", simulations);
    const options = regal.options.parse({ ...small, ...changes });
    const agent = await regal.create({
      backend: testBackend,
      tasks: oneTask(task),
      rng: createRng(1),
      options,
    });
    await agent.act(task);
    expect(task.evaluator.simulations).toBe(expected);
    agent.dispose();
  });

  test("is refused with a sentence where the number of devices is another", async () => {
    const task = taskOf();
    const options = regal.options.parse(small);
    const agent = await regal.create({
      backend: testBackend,
      tasks: oneTask(task),
      rng: createRng(1),
      options,
    });
    const scenario = testScenario({ graph: "a 1 4B\nb 1 <- a", devices: 2 });
    const other = { name: "other", scenario, evaluator: metered(evaluator(scenario), { simulations: 100 }) };
    await expect(agent.act(other)).rejects.toThrow(/^The policy is for 3 devices .* "[^"]*" has 2\.$/);
    agent.dispose();
  });

  test("needs at least as many seeds as runs", async () => {
    const options = regal.options.parse({ ...small, runs: 5 });
    const making = regal.create({
      backend: testBackend,
      tasks: oneTask(taskOf()),
      rng: createRng(1),
      options,
    });
    await expect(making).rejects.toThrow('"seeds" is 4, expected at least the 5 of "runs"');
  });
});
