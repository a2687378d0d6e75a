import { beforeAll, describe, expect, test } from "vitest";
import type { LoadedTf } from "../../../../agents/tensors/tf.ts";
import { loadTf } from "../../../../agents/tensors/tf.ts";
import type { Tensor2D } from "../../../../agents/tensors/types.ts";
import { GREEDY, SAMPLE } from "../../../../agents/training/contract.ts";
import {
  SweepLesson,
  type SweepRollout,
  type SweepRules,
  sweepEvaluations,
} from "../../../../agents/training/sweeps/sweep-lesson.ts";
import { sweepUtility } from "../../../../agents/training/sweeps/sweep-utility.ts";
import { createRng, evaluator, metered, testScenario } from "../../../../env/index.ts";
import type { PlacementObservation } from "../../../../env/parts/observation.ts";

let loaded: LoadedTf;
beforeAll(async () => {
  loaded = await loadTf();
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
function lessonOf(changes: Partial<SweepRules> = {}, bias = 0) {
  const meter = metered(evaluator(scenario), {});
  const { tf } = loaded;
  const policy = {
    see: ({ current }: PlacementObservation) => current,
    logits: (seen: readonly number[]) =>
      tf.tensor2d(
        seen.flatMap(() => [0, bias]),
        [seen.length, 2],
      ),
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
    for (const changes of [{}, { stride: 2 }, { sweeps: 3, stride: 4 }, { segment: 3 }, { segment: 7 }]) {
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

  test("goes on after a save and a load as if there had been none", () => {
    const whole = lessonOf({ segment: 3, start: "best", order: "random" });
    const first = lessonOf({ segment: 3, start: "best", order: "random" });
    roll(whole, 2, 1);
    roll(first, 2, 1);
    const second = lessonOf({ segment: 3, start: "best", order: "random" });
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
