import { beforeAll, describe, expect, test } from "vitest";
import type { Task } from "../../../agents/contract.ts";
import { colocrl } from "../../../agents/learned/colocrl.ts";
import { reinforce } from "../../../agents/learned/reinforce.ts";
import { likeliestRows, logSoftmaxRow, sampleLogits } from "../../../agents/nets/categorical.ts";
import { placerFeatures } from "../../../agents/nets/placers/placer-features.ts";
import { sequenceNetwork } from "../../../agents/nets/sequence-network.ts";
import { oneTask } from "../../../agents/run/tasks.ts";
import { type LoadedTf, loadTf } from "../../../agents/tensors/tf.ts";
import {
  answer,
  answerSimulations,
  type DecodingOptions,
  drawOn,
} from "../../../agents/training/decoding.ts";
import { oneShotTasks } from "../../../agents/training/lessons/one-shot-lesson.ts";
import { constant } from "../../../agents/training/schedule.ts";
import { overBound } from "../../../agents/training/scoring.ts";
import {
  BudgetExhausted,
  createRng,
  evaluator,
  metered,
  placement,
  testScenario,
} from "../../../env/index.ts";
import { testBackend } from "../tensors/test-backend.ts";

let loaded: LoadedTf;
beforeAll(async () => {
  loaded = await loadTf(testBackend);
});

const scenario = testScenario({
  graph: `
    a 100 400B
    b 300 400B <- a
    c 300 400B <- a
    d 100 <- b c`,
  devices: ["GPU", "GPU"],
});
const taskWith = (evaluations: number): Task => ({
  name: scenario.name,
  scenario,
  evaluator: metered(evaluator(scenario), { evaluations }),
});
const SIZE = {
  hidden: 6,
  attention: 4,
  embedding: 4,
  temperature: 1,
  clip: 3,
  bidirectional: true,
  groupInput: true,
  inputFeeding: false,
  projected: false,
  typeEmbedding: 3,
  groupBias: 2,
};
const options = (changes: Partial<DecodingOptions>): DecodingOptions => ({
  decode: "greedy",
  plans: 8,
  decodeTemperature: 1,
  topP: 1,
  ...changes,
});

/** A small untrained sequence policy, and its log-probability of each of the 16 placements. */
async function sequence(seed: number, evaluations = 1000) {
  const task = taskWith(evaluations);
  const network = await oneShotTasks(
    loaded.tf,
    { tasks: oneTask(task) },
    (first) => sequenceNetwork(loaded.tf, first, createRng(seed), SIZE, placerFeatures),
    { rewardOn: (meter) => overBound(meter, "sqrt"), tilt: constant(0) },
  );
  const policy = sequenceNetwork(loaded.tf, scenario, createRng(seed), SIZE, placerFeatures).on(scenario);
  const all = Array.from({ length: 16 }, (_, i) => Int32Array.from({ length: 4 }, (__, g) => (i >> g) & 1));
  const rows = policy.logProbabilities(all, new Float32Array(16 * 2)).dataSync();
  const score = all.map((placement, i) =>
    placement.reduce((sum, device, g) => sum + rows[(i * 4 + g) * 2 + device], 0),
  );
  const ranked = all
    .map((placement, i) => ({ placement, score: score[i] }))
    .sort((x, y) => y.score - x.score);
  return { network, lesson: network.open(task), policy, ranked, task };
}

describe("several starts", () => {
  test("differ in the first groups and go on greedily", async () => {
    const { policy, ranked } = await sequence(5);
    const greedy = [...policy.greedy()];
    const [one, other] = policy.started!(2).map((placement) => [...placement]);
    expect([one[0], other[0]].sort()).toEqual([0, 1]);
    expect([one, other]).toContainEqual(greedy);
    expect(policy.started!(1).map((placement) => [...placement])).toEqual([greedy]);
    const all = policy.started!(16).map((placement) => placement.join());
    expect(all.sort()).toEqual(ranked.map(({ placement }) => placement.join()).sort());
  });
});

describe("beam search", () => {
  test("of full width finds the likeliest placements of all, in order", async () => {
    const { policy, ranked } = await sequence(3);
    const found = policy.beam!(16).map((placement) => [...placement]);
    expect(found).toHaveLength(16);
    expect(found.slice(0, 5)).toEqual(ranked.slice(0, 5).map(({ placement }) => [...placement]));
  });

  test("of width 1 is the greedy placement", async () => {
    for (const seed of [1, 2, 3, 4]) {
      const { policy } = await sequence(seed);
      expect(policy.beam!(1)).toEqual([policy.greedy()]);
    }
  });

  test("over independent rows is exact", () => {
    const logits = Float32Array.of(0, 1, 2, 0.5, 0, -1);
    const rows = [0, 1].map((row) => logSoftmaxRow(logits.subarray(3 * row, 3 * row + 3)));
    const joint = [0, 1, 2].flatMap((a) => [0, 1, 2].map((b) => ({ a, b, score: rows[0][a] + rows[1][b] })));
    joint.sort((x, y) => y.score - x.score);
    expect(likeliestRows(logits, 3, 4).map((chosen) => [...chosen])).toEqual(
      joint.slice(0, 4).map(({ a, b }) => [a, b]),
    );
  });
});

describe("renamings", () => {
  test("the identity alone is the greedy placement", async () => {
    const { policy } = await sequence(2);
    expect(policy.renamed!([Int32Array.of(0, 1)])).toEqual(policy.greedy());
  });

  test("over all renamings a first device that is no better than its twin goes to the first", async () => {
    const { policy } = await sequence(2);
    expect(policy.renamed!([Int32Array.of(0, 1), Int32Array.of(1, 0)])[0]).toBe(0);
  });
});

describe("sampling", () => {
  test("with a small temperature or a small top-p draws the likeliest", () => {
    const logits = Float32Array.of(0, 1, 0.5, 2, 1.9, 0);
    const rng = createRng(1);
    for (const sampling of [
      { temperature: 1e-3, topP: 1 },
      { temperature: 1, topP: 1e-6 },
    ])
      expect([...sampleLogits(logits, 3, rng, sampling)]).toEqual([1, 0]);
  });

  test("with a top-p never draws what is beyond it, and all that is within", () => {
    const logits = Float32Array.of(Math.log(0.5), Math.log(0.3), Math.log(0.2));
    const rng = createRng(1);
    const drawn = Array.from(
      { length: 300 },
      () => sampleLogits(logits, 3, rng, { temperature: 1, topP: 0.7 })[0],
    );
    expect([...new Set(drawn)].sort()).toEqual([0, 1]);
    expect(drawn.filter((column) => column === 0).length).toBeGreaterThan(150);
  });
});

describe("drawing on", () => {
  /** A spent budget is the normal end. */
  const spent = (work: Promise<void>) => expect(work).rejects.toThrow(BudgetExhausted);

  test("improves on the best plan so far, until the budget is spent", async () => {
    const { lesson, task } = await sequence(5, 40);
    const worst = placement([0, 0, 0, 0]);
    const { cost } = task.evaluator.evaluate(worst);
    await spent(drawOn(lesson, options({}), createRng(1)));
    expect(task.evaluator.spent).toBe(40);
    expect(task.evaluator.best!.outcome.cost).toBeLessThan(cost);
  });

  test("samples where a policy has no such decoding", async () => {
    const { lesson, task } = await sequence(5, 40);
    const sampling = Object.create(lesson, { improve: { value: undefined } });
    await drawOn(sampling, options({}), createRng(1));
    expect(task.evaluator.spent).toBe(40);
  });

  test("ends where a policy is sure of every group", async () => {
    const { lesson, task } = await sequence(5, 40);
    const sure = Object.create(lesson, { improve: { value: (): unknown[] => [{}] } });
    await drawOn(sure, options({}), createRng(1));
    expect(task.evaluator.spent).toBe(0);
  });
});

describe("an answer", () => {
  test.each([
    ["greedy", 1],
    ["sample", 8],
    ["beam", 8],
    ["multi-start", 8],
    ["renamings", 1],
    ["active-search", 8],
  ] as const)("by %s charges what it says, and is the best plan met", async (decode, simulations) => {
    const { network, lesson, task } = await sequence(5);
    const plan = answer(loaded.tf, network, lesson, options({ decode }), createRng(1));
    expect(task.evaluator.spent).toBe(simulations);
    expect(answerSimulations(options({ decode }), 1)).toBe(simulations);
    expect(evaluator(scenario).evaluate(plan).cost).toBe(task.evaluator.best!.outcome.cost);
  });

  test("by active search leaves the weights as they were", async () => {
    const { network, lesson } = await sequence(5);
    const before = network.weights.save();
    const { numTensors } = loaded.tf.memory();
    answer(loaded.tf, network, lesson, options({ decode: "active-search", plans: 40 }), createRng(1));
    expect(network.weights.save()).toEqual(before);
    expect(loaded.tf.memory().numTensors).toBe(numTensors);
  });

  test("is refused with a sentence where the policy has no such decoding", async () => {
    const task = taskWith(100);
    const given = reinforce.options.parse({ decode: "renamings" });
    const agent = await reinforce.create({
      backend: testBackend,
      tasks: oneTask(task),
      rng: createRng(1),
      options: given,
    });
    await expect(agent.act(task)).rejects.toThrow(/^decode=renamings is for policies whose plans/);
    agent.dispose();
  });

  test("is an option of the agents", async () => {
    const task = taskWith(100);
    const given = colocrl.options.parse({ hidden: 4, attention: 2, embedding: 2, decode: "beam", plans: 5 });
    expect(colocrl.actEvaluations(scenario, given)).toBe(5);
    const agent = await colocrl.create({
      backend: testBackend,
      tasks: oneTask(task),
      rng: createRng(1),
      options: given,
    });
    await agent.act(task);
    expect(task.evaluator.spent).toBe(5);
    agent.dispose();
  });
});
