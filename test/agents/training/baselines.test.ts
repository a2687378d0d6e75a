import { beforeAll, describe, expect, test } from "vitest";
import { loadTf } from "../../../agents/tensors/tf.ts";
import type { Tensor1D, Tf } from "../../../agents/tensors/types.ts";
import { type AdvantageShape, advantagesOver, returnsOf } from "../../../agents/training/advantages.ts";
import type { Baseline } from "../../../agents/training/baselines/baseline.ts";
import { batchMean } from "../../../agents/training/baselines/batch-mean.ts";
import { critic } from "../../../agents/training/baselines/critic.ts";
import { greedyRollout } from "../../../agents/training/baselines/greedy-rollout.ts";
import { movingAverage } from "../../../agents/training/baselines/moving-average.ts";
import { perStep } from "../../../agents/training/baselines/per-step.ts";
import { runningMean } from "../../../agents/training/baselines/running-mean.ts";
import { zeroBaseline } from "../../../agents/training/baselines/zero.ts";
import type { Lesson, Rollout } from "../../../agents/training/contract.ts";
import { constant, exponential, linear } from "../../../agents/training/schedule.ts";
import { testBackend } from "../tensors/test-backend.ts";
import { bandit, banditTasks } from "./bandit.ts";

let tf: Tf;
beforeAll(async () => {
  tf = (await loadTf(testBackend)).tf;
});

const of = (...values: number[]) => values.map((value) => Float64Array.of(value));
const noLesson = null as unknown as Lesson;
const expected = (baseline: Baseline, ...values: number[]) =>
  baseline.expected(of(...values), [], noLesson).map(([value]) => value);

describe("baselines", () => {
  test("the moving average expects the first batch of itself, then forgets by its decay", () => {
    const baseline = movingAverage(0.5);
    expect(expected(baseline, -10, -12)).toEqual([-11, -11]);
    expect(expected(baseline, -1, -1)).toEqual([-11, -11]);
    expect(expected(baseline, 0)).toEqual([-6]);
  });

  test("the moving average may begin with a failing signal", () => {
    expect(expected(movingAverage(0.9, -10), -1)).toEqual([-10]);
  });

  test("the running mean is that of all earlier rollouts", () => {
    const baseline = runningMean();
    expect(expected(baseline, 1, 3)).toEqual([2, 2]);
    expect(expected(baseline, 8)).toEqual([2]);
    expect(expected(baseline, 0)).toEqual([4]);
  });

  test("the one of zeros expects nothing, whatever was paid", () => {
    const baseline = zeroBaseline();
    expect(expected(baseline, 5, 7)).toEqual([0, 0]);
    expect(expected(baseline, 5, 7)).toEqual([0, 0]);
  });

  test("the batch mean leaves out the rollout itself", () => {
    expect(expected(batchMean(), 1, 2, 6)).toEqual([4, 3.5, 1.5]);
    expect(expected(batchMean(), 5)).toEqual([0]);
  });

  test("the one per step compares each step with its own past of a window", () => {
    const baseline = perStep(2);
    const episodes = (...steps: number[][]) => steps.map((episode) => Float64Array.from(episode));
    baseline.expected(episodes([100, 1], [200, 3]), [], noLesson);
    expect(baseline.expected(episodes([0, 0]), [], noLesson).map((row) => [...row])).toEqual([[150, 2]]);
    expect(baseline.expected(episodes([0, 0]), [], noLesson).map((row) => [...row])).toEqual([[100, 1.5]]);
  });

  test("the greedy rollout is charged and worth what the likeliest arm pays", () => {
    const { tasks } = banditTasks(["a"], 2);
    const task = tasks.get("a")!;
    const lesson = bandit(tf, 2, (_, arm) => 5 + arm).open(task);
    expect(
      greedyRollout()
        .expected(of(1, 2), [], lesson)
        .map(([value]) => value),
    ).toEqual([5, 5]);
    expect(task.evaluator.spent).toBe(1);
  });

  test.each([
    ["moving average", () => movingAverage(0.9)],
    ["running mean", () => runningMean()],
    ["per step", () => perStep(3)],
  ])("the %s goes on from what it saved", (_, make) => {
    const [whole, half, rest] = [make(), make(), make()];
    for (const baseline of [whole, half]) expected(baseline, 3, 5);
    rest.load(JSON.parse(JSON.stringify(half.save())));
    expect(expected(rest, 9)).toEqual(expected(whole, 9));
    expect(rest.save()).toEqual(whole.save());
  });

  test("a critic with lambda 1 leaves returns less values, with lambda 0 the surprise of one step", () => {
    const values = [2, 4, 1];
    const rollout: Rollout = {
      plan: null as never,
      outcome: null as never,
      rewards: Float64Array.of(1, 0, 5),
    };
    const lesson = {
      replay: () => ({
        decisions: [{ rollout: Int32Array.of(0, 0, 0), step: Int32Array.of(0, 1, 2) }],
        values: tf.tensor1d(values) as Tensor1D,
      }),
    } as unknown as Lesson;
    const returns = [returnsOf(rollout.rewards, 1)];
    const whole = critic(tf, 1, 1).expected(returns, [rollout], lesson)[0];
    expect([...whole]).toEqual(values);
    const short = critic(tf, 1, 0).expected(returns, [rollout], lesson)[0];
    expect([...short].map((value, step) => returns[0][step] - value)).toEqual([1 + 4 - 2, 0 + 1 - 4, 5 - 1]);
  });
});

describe("advantages", () => {
  const rollouts = (...rewards: number[]): Rollout[] =>
    rewards.map((reward) => ({
      plan: null as never,
      outcome: null as never,
      rewards: Float64Array.of(reward),
    }));
  const once = (shape: AdvantageShape, ...rewards: number[]) =>
    advantagesOver({ baseline: movingAverage(0.9), shape })
      .of(rollouts(...rewards), noLesson)
      .advantages.map(([value]) => value);

  test("are raw differences, or have mean 0 and spread 1 over the batch", () => {
    expect(once("raw", 1, 3)).toEqual([-1, 1]);
    expect(once("batch", 1, 5)).toEqual([-1, 1]);
    expect(once("moving", 1, 5)).toEqual([-1, 1]);
  });

  test("over their size keep their sign and what was 0", () => {
    const { advantages } = advantagesOver({ baseline: zeroBaseline(), shape: "size" }).of(
      rollouts(3, 0, 4, 0),
      noLesson,
    );
    expect(advantages.map(([value]) => value)).toEqual([3, 0, 4, 0].map((value) => Math.fround(value / 2.5)));
  });

  test("equal rewards give no advantage and no division by zero", () => {
    for (const shape of ["raw", "batch", "size", "moving"] as const)
      expect(once(shape, -3, -3)).toEqual([0, 0]);
  });

  test("better than the past is good, under every shape", () => {
    const advantages = advantagesOver({ baseline: movingAverage(0.9), shape: "moving" });
    advantages.of(rollouts(-10, -12), noLesson);
    const [[better], [worse]] = advantages.of(rollouts(-5, -20), noLesson).advantages;
    expect(better).toBeGreaterThan(0);
    expect(worse).toBeLessThan(0);
  });

  test("returns are discounted sums from each step on", () => {
    expect([...returnsOf(Float64Array.of(1, 2, 4), 0.5)]).toEqual([3, 4, 4]);
  });
});

describe("schedules", () => {
  test("are constant, straight to a last value, or fall by a factor from an update on", () => {
    const at = (schedule: (update: number) => number) => [0, 5, 10, 20].map(schedule);
    expect(at(constant(2))).toEqual([2, 2, 2, 2]);
    expect(at(linear(1, 0, 10))).toEqual([1, 0.5, 0, 0]);
    expect(at(exponential(1, 0.5, 5, 5))).toEqual([1, 1, 0.5, 0.125]);
  });
});
