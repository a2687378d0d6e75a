import { beforeAll, describe, expect, test } from "vitest";
import { placeto } from "../../../../agents/learned/placeto.ts";
import { oneTask } from "../../../../agents/run/tasks.ts";
import type { LoadedTf } from "../../../../agents/tensors/tf.ts";
import { loadTf } from "../../../../agents/tensors/tf.ts";
import type { Tensor2D } from "../../../../agents/tensors/types.ts";
import { GREEDY, SAMPLE } from "../../../../agents/training/contract.ts";
import { SweepLesson } from "../../../../agents/training/sweeps/sweep-lesson.ts";
import {
  type SweepRollout,
  type SweepRules,
  sweepEvaluations,
} from "../../../../agents/training/sweeps/sweep-rules.ts";
import { sweepUtility } from "../../../../agents/training/sweeps/sweep-utility.ts";
import { createRng, evaluator, metered, testScenario } from "../../../../env/index.ts";
import type { PlacementObservation } from "../../../../env/parts/observation.ts";
import { fixedRandomPlacement } from "../../../../env/parts/start.ts";
import { testBackend } from "../../tensors/test-backend.ts";

let loaded: LoadedTf;
beforeAll(async () => {
  loaded = await loadTf(testBackend);
});

const scenario = testScenario({
  graph: "a 10 40B\nb 20 80B <- a\nc 30 80B <- a\nd 30 40B <- b c\ne 10 <- d",
  devices: 2,
});
const GROUPS = 5;
const plain: SweepRules = {
  seed: 1,
  start: "fixed-random",
  order: "topological",
  accept: "all",
  freeStays: false,
  stride: 1,
  sweeps: 1,
  segment: 0,
  reward: "dense",
  utilityOn: (meter) =>
    sweepUtility(meter, { time: "cost", scale: "linear", memoryPenalty: 0, memoryLimit: 0, capSeconds: 1 }),
  greedySweeps: 1,
  answer: "last",
};

/** Prefers device 1 by `bias`; sees the number of the group alone. */
function lessonOf(
  changes: Partial<SweepRules> = {},
  bias = 0,
  logits = (seen: readonly number[]) => seen.flatMap(() => [0, bias]),
  budget: Parameters<typeof metered>[1] = {},
) {
  const meter = metered(evaluator(scenario), budget);
  const { tf } = loaded;
  const policy = {
    see: ({ current }: PlacementObservation) => current,
    logits: (seen: readonly number[]) => tf.tensor2d(logits(seen), [seen.length, 2]),
  };
  const task = { name: "t", scenario, evaluator: meter };
  return { lesson: new SweepLesson(tf, task, policy, { ...plain, ...changes }), meter };
}

const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0);
const roll = ({ lesson }: ReturnType<typeof lessonOf>, count = 1, seed = 3) =>
  lesson.rollOut(count, SAMPLE, 0, createRng(seed));
const visited = ({ seen }: SweepRollout<number>) => [...seen];

describe("a rollout of a whole episode", () => {
  test("acts on every group once, the last one included", () => {
    const [rollout] = roll(lessonOf());
    expect(visited(rollout)).toEqual([0, 1, 2, 3, 4]);
    expect(rollout.actions).toHaveLength(GROUPS);
    expect([...rollout.rewardOf]).toEqual([0, 1, 2, 3, 4]);
  });

  test("ends at the plan of its actions, and is paid the drop in cost from its start", () => {
    const started = lessonOf();
    const first = started.lesson.rollOut(1, SAMPLE, 0, createRng(1))[0];
    expect([...first.plan.device]).toEqual([...first.actions]);
    const bound = started.meter.bound().value;
    const fixedStart = (first.outcome.cost + sum(first.rewards) * bound) / bound;
    for (const { rewards, outcome } of roll(started, 4, 9))
      expect((outcome.cost + sum(rewards) * bound) / bound).toBeCloseTo(fixedStart, 9);
  });

  test("charges what the lesson says, in all strides and sweeps", () => {
    for (const changes of [
      {},
      { stride: 2 },
      { sweeps: 3, stride: 4 },
      { segment: 3 },
      { segment: 7 },
      { freeStays: true, segment: 3 },
    ]) {
      const started = lessonOf(changes);
      for (let i = 0; i < 6; i++) {
        const before = started.meter.simulations;
        roll(started, 2, i);
        const spent = started.meter.simulations - before;
        expect(spent).toBeLessThanOrEqual(2 * started.lesson.simulationsPerRollout);
      }
    }
    expect(sweepEvaluations(5, 2, 3)).toBe(9);
  });

  test("pays for all groups of a stride by one reward", () => {
    const [rollout] = roll(lessonOf({ stride: 2 }));
    expect([...rollout.rewardOf]).toEqual([0, 0, 1, 1, 2]);
    expect(rollout.rewards).toHaveLength(3);
  });
});

describe("a rollout of a segment", () => {
  test("goes on where the last one stopped, and begins again after an episode", () => {
    const started = lessonOf({ segment: 3 });
    expect(Array.from({ length: 4 }, () => visited(roll(started)[0]))).toEqual([
      [0, 1, 2],
      [3, 4, 0],
      [1, 2, 3],
      [4, 0, 1],
    ]);
  });

  test.each(["all", "improving"] as const)("goes on after a save and a load, accepting %s", (accept) => {
    const rules = { segment: 3, start: "best", order: "random", accept } as const;
    const whole = lessonOf(rules);
    const first = lessonOf(rules);
    roll(whole, 2, 1);
    roll(first, 2, 1);
    const second = lessonOf(rules);
    second.lesson.load(JSON.parse(JSON.stringify(first.lesson.save())));
    for (let i = 0; i < 4; i++) expect(roll(second, 2, i)).toEqual(roll(whole, 2, i));
  });

  test("begins at the best placement of all episodes where asked to", () => {
    const started = lessonOf({ start: "best" });
    roll(started, 3, 5);
    const { cost } = started.meter.best!.outcome;
    const bound = started.meter.bound().value;
    for (const { rewards, outcome } of roll(started, 1, 6))
      expect(outcome.cost + sum(rewards) * bound).toBeCloseTo(cost, 9);
  });
});

test("under `improving` a plan never gets worse, and moves that were taken back pay 0", () => {
  const started = lessonOf({ accept: "improving", sweeps: 3 });
  const bound = started.meter.bound().value;
  const [{ rewards, outcome, plan, charged }] = roll(started);
  expect(rewards.every((reward) => reward >= 0)).toBe(true);
  expect(rewards.some((reward) => reward === 0)).toBe(true);
  expect([...charged]).toEqual(Array(3 * GROUPS).fill(1));
  expect(outcome.cost).toBe(started.meter.best!.outcome.cost);
  expect(evaluator(scenario).evaluate(plan).cost).toBe(outcome.cost);
  expect(outcome.cost + sum(rewards) * bound).toBeCloseTo(started.meter.curve[0].cost, 9);
});

test("an answer keeps moves that training takes back", () => {
  // On one device the step is longer than from the random start.
  const answers = (accept: "all" | "improving") =>
    lessonOf({ accept }, 50).lesson.rollOut(1, GREEDY, 0, createRng(1))[0];
  expect([...answers("improving").plan.device]).toEqual([1, 1, 1, 1, 1]);
  expect(answers("improving").outcome.cost).toBe(answers("all").outcome.cost);
});

describe("a rehearsal", () => {
  test("leads a sweep of an answer to the best plan so far and charges it", () => {
    const { lesson, meter } = lessonOf({ accept: "improving", sweeps: 3 });
    const costs = lesson.rollOut(4, SAMPLE, 0, createRng(3)).map(({ outcome }) => outcome.cost);
    const before = meter.evaluations;
    const [rehearsed] = lesson.rehearse();
    expect(rehearsed.outcome.cost).toBe(Math.min(...costs));
    expect(rehearsed.seen).toEqual([0, 1, 2, 3, 4]);
    expect(meter.evaluations - before).toBe(sweepEvaluations(GROUPS, 1, 1));
  });

  test("names the devices of the plan as the start does where that agrees more", () => {
    const { lesson } = lessonOf();
    lesson.rollOut(8, SAMPLE, 0, createRng(3));
    const start = fixedRandomPlacement(scenario);
    const [{ plan }] = lesson.rehearse();
    const agreeing = [...plan.device].filter((device, g) => device === start[g]).length;
    expect(agreeing).toBeGreaterThanOrEqual(GROUPS / 2);
  });

  test("is none before there is a plan, and where the budget leaves no sweep", () => {
    const { lesson } = lessonOf();
    expect(lesson.rehearse()).toEqual([]);
    const short = lessonOf({}, 0, undefined, { evaluations: GROUPS + 3 }).lesson;
    short.rollOut(1, SAMPLE, 0, createRng(3));
    expect(short.rehearse()).toEqual([]);
  });
});

test("free stays charge nothing, pay 0, and a rollout of them ends all the same", () => {
  const lazy = lessonOf({ freeStays: true, start: "single-device", segment: 3, sweeps: 2 }, -40);
  const [stays] = roll(lazy);
  expect([...stays.rewards]).toEqual(Array(12).fill(0));
  expect([...stays.charged]).toEqual(Array(12).fill(0));
  expect(lazy.meter.evaluations).toBe(2);
  const busy = lessonOf({ freeStays: true, start: "single-device", segment: 3, sweeps: 2 }, 40);
  const [moves] = roll(busy);
  expect(busy.meter.evaluations).toBe(4);
  expect([...moves.rewardOf]).toEqual([0, 1, 2]);
});

describe("a greedy rollout", () => {
  test("takes the likeliest device of each group and leaves training where it was", () => {
    const started = lessonOf({ segment: 3 }, 1);
    roll(started);
    const before = started.lesson.save().episodes;
    const [{ plan }] = started.lesson.rollOut(1, GREEDY, 0, createRng(1));
    expect([...plan.device]).toEqual([1, 1, 1, 1, 1]);
    expect(started.lesson.save().episodes).toEqual(before);
  });

  test("answers the best of its plans where asked to", () => {
    const last = lessonOf({ answer: "last" }, 1).lesson.rollOut(1, GREEDY, 0, createRng(1))[0];
    const best = lessonOf({ answer: "best" }, 1).lesson.rollOut(1, GREEDY, 0, createRng(1))[0];
    expect(best.outcome.cost).toBeLessThan(last.outcome.cost);
    expect(evaluator(scenario).evaluate(best.plan).cost).toBe(best.outcome.cost);
  });

  test("of several begins the others at random placements", () => {
    const rollouts = lessonOf({ answer: "best" }, 0).lesson.rollOut(3, GREEDY, 0, createRng(1));
    expect(new Set(rollouts.map(({ outcome }) => outcome.cost)).size).toBeGreaterThan(1);
  });
});

describe("decodings of sweeps", () => {
  /** Prefers device 1 where the number of the group is odd, more so for later groups. */
  const learned = (seen: readonly number[]) =>
    seen.flatMap((group) => [0, (group % 2 === 1 ? 1 : -1) * (0.2 + 0.1 * group)]);
  const startedWith = (changes: Partial<SweepRules> = {}) => lessonOf(changes, 0, learned);

  test("a beam of one is the greedy sweep", () => {
    const started = startedWith();
    const [greedy] = started.lesson.rollOut(1, GREEDY, 0, createRng(1));
    const [beam] = started.lesson.beam(1);
    expect(beam.plan).toEqual(greedy.plan);
    expect(beam.rewards).toEqual(greedy.rewards);
  });

  test("a beam finds the likeliest sweeps in order and charges each of its lines", () => {
    const started = startedWith();
    const sweeps = started.lesson.beam(4).map(({ actions }) => [...actions]);
    expect(started.meter.evaluations).toBe(1 + 2 + 4 * (GROUPS - 1));
    const likelihood = (actions: readonly number[]) =>
      actions.reduce((sum, device, group) => {
        const logit = learned([group])[1];
        return sum + device * logit - Math.log(1 + Math.exp(logit));
      }, 0);
    const all = Array.from({ length: 2 ** GROUPS }, (_, code) =>
      Array.from({ length: GROUPS }, (__, group) => (code >> group) & 1),
    );
    all.sort((a, b) => likelihood(b) - likelihood(a));
    expect(sweeps).toEqual(all.slice(0, 4));
  });

  test("averaging over a renaming and none of a policy that names devices is undecided", () => {
    const { lesson } = startedWith();
    const [greedy] = lesson.rollOut(1, GREEDY, 0, createRng(1));
    expect(lesson.renamed([Int32Array.of(0, 1)]).plan).toEqual(greedy.plan);
    const both = lesson.renamed([Int32Array.of(0, 1), Int32Array.of(1, 0)]);
    expect([...both.actions]).toEqual([0, 0, 0, 0, 0]);
  });

  test("samples of an answer are whole sweeps, and training stays where it was", () => {
    const started = startedWith({ segment: 3 });
    const rollouts = started.lesson.solve(3, SAMPLE, createRng(2));
    expect(rollouts.map(({ actions }) => actions.length)).toEqual([GROUPS, GROUPS, GROUPS]);
    expect(started.lesson.save().episodes).toEqual([]);
  });

  test.each(["greedy", "sample", "beam", "renamings", "active-search"] as const)(
    "the agent answers by decode=%s within what it says that it needs",
    async (decode) => {
      const options = placeto.options.parse({ width: 2, rounds: 1, decode, plans: 4 });
      const needs = placeto.actEvaluations(scenario, options);
      const meter = metered(evaluator(scenario), { evaluations: needs });
      const task = { name: "t", scenario, evaluator: meter };
      const agent = await placeto.create({
        backend: testBackend,
        tasks: oneTask(task),
        rng: createRng(1),
        options,
      });
      const plan = await agent.act(task);
      const { cost } = evaluator(scenario).evaluate(plan);
      // The best plan that a beam met may be one of a line that it gave up.
      if (decode === "beam") expect(cost).toBeGreaterThanOrEqual(meter.best!.outcome.cost);
      else expect(cost).toBe(meter.best!.outcome.cost);
      agent.dispose();
    },
  );
});

test("a replay in parts holds the rows of the whole", () => {
  const { lesson } = lessonOf({ sweeps: 2 });
  const rollouts = roll({ lesson } as ReturnType<typeof lessonOf>, 2);
  const [whole] = lesson.replay(rollouts).decisions;
  const parts = lesson.parts(rollouts).flatMap((part) => part().decisions);
  const joined = (key: "taken" | "rollout" | "step") => parts.flatMap((part) => [...part[key]]);
  for (const key of ["taken", "rollout", "step"] as const) expect(joined(key)).toEqual([...whole[key]]);
  expect((whole.logProbabilities as Tensor2D).shape).toEqual([20, 2]);
});

test("a saved lesson of another size is refused with a sentence", () => {
  const { lesson } = lessonOf();
  expect(() => lesson.load({ ...lesson.save(), groups: 9 })).toThrow("another scenario or other options");
});

describe("improvement", () => {
  test("charges one evaluation for each plan, begins where answers do and ends better", () => {
    const { lesson, meter } = lessonOf();
    const met = lesson.improve({ plans: 30, temperatures: [1] }, createRng(1));
    expect(meter.simulations).toBe(30);
    expect([...met[0].plan.device]).toEqual([...fixedRandomPlacement(scenario)]);
    const costs = met.map(({ outcome }) => outcome.cost);
    expect(Math.min(...costs)).toBeLessThan(costs[0]);
  });

  test("begins on one device where answers do", () => {
    const { lesson } = lessonOf({ start: "single-device" });
    expect([...lesson.improve({ plans: 1, temperatures: [1] }, createRng(1))[0].plan.device]).toEqual(
      new Array(GROUPS).fill(0),
    );
  });
});

describe("imitation", () => {
  const labels = { labels: 1, simulations: () => 40 };

  test("is not offered without labels", () => {
    expect(lessonOf().lesson.demonstrate).toBeUndefined();
  });

  test("shows groups of states and takes the devices of the label, which go on in a saved run", () => {
    const first = lessonOf({ labels });
    const shown = first.lesson.demonstrate!(3, createRng(1));
    expect(first.meter.simulations).toBe(40 + 3);
    for (const { seen, actions, rewardOf } of shown) {
      expect([...seen].sort()).toEqual([0, 1, 2, 3, 4]);
      expect([actions.length, rewardOf.length]).toEqual([GROUPS, GROUPS]);
    }
    const second = lessonOf({ labels });
    second.lesson.load(JSON.parse(JSON.stringify(first.lesson.save())));
    second.lesson.demonstrate!(1, createRng(1));
    expect(second.meter.simulations).toBe(1);
  });
});
