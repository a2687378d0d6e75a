import { beforeAll, describe, expect, test } from "vitest";
import type { Agent, Update } from "../../../agents/contract.ts";
import { type LoadedTf, loadTf } from "../../../agents/tensors/tf.ts";
import { advantagesOver } from "../../../agents/training/advantages.ts";
import { ppo } from "../../../agents/training/algorithms/ppo.ts";
import { reinforceAlgorithm } from "../../../agents/training/algorithms/reinforce.ts";
import { batchMean } from "../../../agents/training/baselines/batch-mean.ts";
import { movingAverage } from "../../../agents/training/baselines/moving-average.ts";
import { createLearner, type LearnerSpec } from "../../../agents/training/learner.ts";
import { constant } from "../../../agents/training/schedule.ts";
import { createRng } from "../../../env/index.ts";
import { testBackend } from "../tensors/test-backend.ts";
import { type Bandit, bandit, banditTasks, type Pull } from "./bandit.ts";

let loaded: LoadedTf;
beforeAll(async () => {
  loaded = await loadTf(testBackend);
});

const plain: LearnerSpec<Pull> = {
  batch: 8,
  algorithm: reinforceAlgorithm,
  advantages: () => advantagesOver({ baseline: batchMean(), shape: "batch" }),
  learningRate: constant(0.1),
  clipNorm: 10,
};

interface Started {
  readonly agent: Agent;
  readonly network: Bandit;
  readonly updates: (count: number) => Promise<Update[]>;
}

function start(
  network: Bandit,
  spec: Partial<LearnerSpec<Pull>> = {},
  names = ["a"],
  evaluations = 1000,
): Started {
  const arms = network.logits.shape[1] as number;
  const { source } = banditTasks(names, arms, evaluations);
  const agent = createLearner(loaded, { tasks: source, rng: createRng(1) }, network, { ...plain, ...spec });
  const updates = async (count: number) => {
    const seen: Update[] = [];
    for await (const update of agent.train()) if (seen.push(update) === count) break;
    return seen;
  };
  return { agent, network, updates };
}

/** The network, whose lessons rehearse the expert's arm. */
const rehearsing = (network: Bandit): Bandit => ({
  ...network,
  open(task) {
    const lesson = network.open(task);
    return { ...lesson, rehearse: () => lesson.demonstrate!(1, createRng(1)) };
  },
});

const best = ({ logits }: Bandit) => {
  const row = [...logits.dataSync()];
  return row.indexOf(Math.max(...row));
};

describe("the learner", () => {
  test.each([
    ["REINFORCE", () => reinforceAlgorithm],
    ["PPO with a clip", () => ppo({ epochs: 3, clip: constant(0.2), minibatch: 4 })],
    ["PPO with a penalty", () => ppo({ epochs: 3, kl: { target: 0.02, weight: 1 } })],
  ])("finds the best arm by %s", async (_, algorithm) => {
    const { network, updates } = start(
      bandit(loaded.tf, 4, (__, arm) => [0, 1, 3, 2][arm]),
      {
        algorithm: algorithm(),
      },
    );
    await updates(60);
    expect(best(network)).toBe(2);
  });

  test("trains no longer than its budget has whole rollouts, and the last batch is smaller", async () => {
    const { updates } = start(
      bandit(loaded.tf, 2, () => 0),
      {},
      ["a"],
      20,
    );
    expect(await updates(100)).toHaveLength(3);
  });

  test("learns on several tasks at once, each compared with its own past", async () => {
    // Arm 1 is better on both tasks; task b pays a hundred times as much whatever the arm.
    const payoff = (task: string, arm: number) => (task === "a" ? arm : 100 + arm);
    const spec = {
      tasksPerUpdate: 2,
      advantages: () => advantagesOver({ baseline: movingAverage(0.9), shape: "raw" as const }),
    };
    const { network, updates } = start(bandit(loaded.tf, 2, payoff), spec, ["a", "b"]);
    const [first] = await updates(20);
    expect(first.task.split(",").sort()).toEqual(["a", "b"]);
    expect(best(network)).toBe(1);
  });

  test("learns on the tasks that it drew first where its budget is for so many", async () => {
    const names = ["a", "b", "c", "d", "e"];
    const spec = { tasksPerUpdate: 2, mostTasks: () => 3 };
    const { updates } = start(
      bandit(loaded.tf, 2, () => 0),
      spec,
      names,
    );
    const drawn = (await updates(40)).map(({ task }) => task.split(","));
    expect(new Set(drawn.flat()).size).toBe(3);
    for (const each of drawn) expect(new Set(each).size).toBe(2);
  });

  test("imitates an expert for as many updates as it is told, whatever that pays", async () => {
    const { network, updates } = start(
      bandit(loaded.tf, 3, (_, arm) => -arm),
      { imitation: 10 },
    );
    await updates(10);
    expect(best(network)).toBe(2);
    await updates(60);
    expect(best(network)).toBe(0);
  });

  test("rehearses the best plan every so many updates, in so many steps", async () => {
    // Rewards say arm 0, the rehearsed episode takes the last arm.
    const { network, updates } = start(rehearsing(bandit(loaded.tf, 3, (_, arm) => -arm)), {
      rehearsal: { every: 2, steps: 20 },
    });
    await updates(20);
    expect(best(network)).toBe(2);
  });

  test("learns as without rehearsal where a lesson has no plan to rehearse", async () => {
    const { network, updates } = start(
      bandit(loaded.tf, 3, (_, arm) => -arm),
      { rehearsal: { every: 2, steps: 20 } },
    );
    await updates(20);
    expect(best(network)).toBe(0);
  });

  test("from its late filter on learns nothing from plans that do not fit", async () => {
    // The arm that does not fit pays best.
    const network = bandit(loaded.tf, 2, (_, arm) => arm, [1]);
    const { updates } = start(network, { lateFilter: 5 });
    const seen = await updates(12);
    expect(network.observed.slice(0, 5)).toEqual([8, 8, 8, 8, 8]);
    expect(Math.max(...network.observed.slice(5))).toBeLessThan(8);
    expect(seen[11].metrics.feasible).toBeLessThan(1);
  });

  test("refuses a policy of another size with a sentence", async () => {
    const network = { ...bandit(loaded.tf, 2, () => 0), fits: "2 arms" };
    const { agent } = start(network);
    const saved = { ...((await agent.savePolicy()) as object), fits: "3 arms" };
    await expect(agent.loadPolicy(saved)).rejects.toThrow(/is for 3 arms and fits no other/);
  });

  test("goes on from a saved run with the same bytes, penalty weight and order of batches included", async () => {
    const spec = () => ({ algorithm: ppo({ epochs: 2, minibatch: 2, kl: { target: 1e-3, weight: 1 } }) });
    const make = () =>
      start(
        bandit(loaded.tf, 3, (_, arm) => arm),
        spec(),
        ["a", "b"],
      );
    const whole = make();
    const curve = await whole.updates(6);
    const half = make();
    const first = await half.updates(3);
    const rest = make();
    await rest.agent.loadRun(JSON.parse(JSON.stringify(await half.agent.saveRun())));
    expect([...first, ...(await rest.updates(3))]).toEqual(curve);
    expect(await rest.agent.saveRun()).toEqual(await whole.agent.saveRun());
  });
});
