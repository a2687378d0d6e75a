import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  checkEnv,
  createRng,
  type Env,
  evaluator,
  makeEnv,
  negativeRootCost,
  noisyTimes,
  testScenario,
} from "../../../env/index.ts";
import { diamondScenario } from "../envs/scenarios.ts";

const ids = ["Placement/Refine-v1", "Placement/Progressive-v1", "Placement/OneShot-v1"] as const;
const make = (id: (typeof ids)[number], noise = 0.05) =>
  noisyTimes(makeEnv(id, { scenario: diamondScenario }) as Env<unknown, unknown>, { noise });

/** Plays to the end; the rewards, and the measured cost of the first and the last score. */
function played(env: Env<unknown, unknown>, seed: number) {
  const rng = createRng(seed);
  const costs: number[] = [];
  const rewards: number[] = [];
  let last = env.reset({ seed });
  for (;;) {
    if (last.info.measuredCost !== undefined) costs.push(last.info.measuredCost as number);
    const step = env.step(env.actionSpace.sample(rng, last.info.actionMask));
    rewards.push(step.reward);
    last = step;
    if (!step.terminated) continue;
    costs.push(step.info.measuredCost as number);
    return { costs, rewards, exact: step.info.outcome!.cost };
  }
}
const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);

describe("noisyTimes", () => {
  test.each(ids)("keeps every law of %s", (id) => {
    const broken = checkEnv(() => make(id)).checks.filter(({ ok }) => !ok);
    expect(broken).toEqual([]);
  });

  test.each(ids)("pays what was measured, within its share of the exact time, on %s", (id) => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e6 }),
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        (seed, noise) => {
          const { costs, rewards, exact } = played(make(id, noise), seed);
          const measured = costs[costs.length - 1];
          expect(Math.abs(measured - exact)).toBeLessThanOrEqual(noise * exact * (1 + 1e-9));
          const first = id === "Placement/Refine-v1" ? costs[0] : 0;
          expect(sum(rewards)).toBeCloseTo(first - measured, 6);
        },
      ),
      { numRuns: 50 },
    );
  });

  test("gives the same noise for the same seed, other noise for another, and none for a share of 0", () => {
    const rewards = (noise: number, seed: number) => played(make("Placement/Refine-v1", noise), seed).rewards;
    expect(rewards(0.05, 1)).toEqual(rewards(0.05, 1));
    expect(rewards(0.05, 1)).not.toEqual(rewards(0.05, 2));
    const plain = makeEnv("Placement/Refine-v1", { scenario: diamondScenario });
    plain.reset({ seed: 1 });
    const still = make("Placement/Refine-v1", 0);
    still.reset({ seed: 1 });
    expect(still.step(1).reward).toBe(plain.step(1).reward);
  });

  test("goes on alike in a copy and in an env that restores its state", () => {
    const env = make("Placement/Refine-v1");
    env.reset({ seed: 5 });
    env.step(1);
    const [copy, other] = [env.clone(), make("Placement/Refine-v1")];
    other.restore(JSON.parse(JSON.stringify(env.state())));
    const next = env.step(0);
    expect(copy.step(0)).toEqual(next);
    expect(other.step(0)).toEqual(next);
  });

  test("measures under the utility of the env inside, which it has to be told", () => {
    const inner = () =>
      makeEnv("Placement/OneShot-v1", { scenario: diamondScenario, utility: negativeRootCost });
    expect(() => noisyTimes(inner(), { noise: 0.1 })).toThrow("needs the utility of the env inside");
    const env = noisyTimes(inner(), { noise: 0.1, utility: negativeRootCost });
    env.reset({ seed: 1 });
    const { reward, info } = env.step(Int32Array.from([0, 1, 0, 1]));
    expect(reward).toBeCloseTo(-Math.sqrt(info.measuredCost as number), 9);
  });

  test("never makes a plan that does not fit look better than one that fits", () => {
    const scenario = testScenario({
      graph: "a 10 4B params=900\nb 10 4B params=900 <- a",
      memoryBytes: 1200,
    });
    const env = noisyTimes(makeEnv("Placement/OneShot-v1", { scenario }), { noise: 0.5 });
    const cost = (device: number[]) => {
      env.reset();
      const { info } = env.step(Int32Array.from(device));
      expect(info.outcome!.feasible).toBe(device[0] !== device[1]);
      return info.measuredCost as number;
    };
    const apart = Array.from({ length: 50 }, () => cost([0, 1]));
    expect(Math.max(...apart)).toBeLessThan(cost([0, 0]));
    expect(cost([0, 0])).toBe(cost([0, 0]));
    expect(evaluator(scenario).ceiling * 1.5).toBeLessThanOrEqual(cost([0, 0]));
  });

  test("refuses noise that makes no sense", () => {
    const env = makeEnv("Placement/OneShot-v1", { scenario: diamondScenario });
    expect(() => noisyTimes(env, { noise: 0.6 })).toThrow(
      "The noise is 0.6, expected a share from 0 to 0.5.",
    );
    const bytes = testScenario({ graph: "a 1", objective: "peak-memory" });
    expect(() => noisyTimes(makeEnv("Placement/OneShot-v1", { scenario: bytes }), { noise: 0.1 })).toThrow(
      /counts bytes/,
    );
  });
});
