import { describe, expect, test } from "vitest";
import type { Env } from "../../../env/contract.ts";
import {
  createProgressiveEnv,
  createRefineEnv,
  episodeStatistics,
  normaliseReward,
  timeLimit,
} from "../../../env/index.ts";
import { createRng } from "../../../env/model/rng.ts";
import { play, sumOf } from "../envs/play.ts";
import { diamondScenario } from "../envs/scenarios.ts";

const bare = () => createRefineEnv({ scenario: diamondScenario, start: "random" });

describe("every wrapper", () => {
  test("passes on what it does not change", () => {
    const inner = bare();
    const env = normaliseReward(episodeStatistics(timeLimit(inner, 9)));
    env.reset({ seed: 1 });
    expect(env.unwrapped).toBe(inner);
    expect(env.scenario).toBe(diamondScenario);
    expect(env.actionSpace).toBe(inner.actionSpace);
    expect(env.plan()).toEqual(inner.plan());
    expect(env.render()).toBe(inner.render());
    expect(env.metadata.id).toBe("Placement/Refine-v1");
  });

  test("refuses the saved state of another wrapper, and a damaged one of its own", () => {
    const limited = timeLimit(bare(), 3);
    const counted = episodeStatistics(bare());
    expect(() => counted.restore(limited.state())).toThrow(
      "The saved state is one of timeLimit, expected episodeStatistics.",
    );
    const saved = limited.state() as object;
    expect(() => limited.restore({ ...saved, own: { steps: -1 } })).toThrow(/damaged at "own\.steps"/);
  });
});

describe("timeLimit", () => {
  test("truncates after its steps and refuses more", () => {
    const env = timeLimit(bare(), 2);
    const steps = play(env, env.reset(), 0);
    expect(steps.map(({ terminated, truncated }) => [terminated, truncated])).toEqual([
      [false, false],
      [false, true],
    ]);
    expect([...steps[1].info.actionMask]).toEqual([0, 0]);
    expect(() => env.step(0)).toThrow(
      "The episode was cut off after 2 steps; call reset before the next step.",
    );
    env.reset();
    expect(env.step(0).truncated).toBe(false);
  });

  test("leaves the end by the env's own rules visible", () => {
    const env = timeLimit(bare(), 4);
    expect(play(env, env.reset(), 0)[3]).toMatchObject({ terminated: true, truncated: true });
    const longer = timeLimit(bare(), 5);
    expect(play(longer, longer.reset(), 0)[3]).toMatchObject({ terminated: true, truncated: false });
  });

  test("refuses a limit below one step", () => {
    expect(() => timeLimit(bare(), 0)).toThrow(
      "The time limit is 0 steps, expected a whole number of at least 1.",
    );
  });
});

describe("episodeStatistics", () => {
  test("tells return and length with the last step only, afresh for each episode", () => {
    const env = episodeStatistics(bare());
    for (const seed of [1, 2]) {
      const steps = play(env, env.reset({ seed }), seed);
      expect(steps.slice(0, -1).every((step) => step.info.episode === undefined)).toBe(true);
      expect(steps[3].info.episode).toEqual({ return: sumOf(steps), length: 4 });
    }
  });
});

describe("normaliseReward", () => {
  const unit = (env: Env<unknown, number>) => normaliseReward(env, { discount: 0.5 });

  test("divides by the running deviation of the discounted return", () => {
    const plain = createProgressiveEnv({ scenario: diamondScenario });
    const rewards = Array.from({ length: 300 }, (_, i) => sumOf(play(plain, plain.reset(), i)));
    const env = unit(createProgressiveEnv({ scenario: diamondScenario }) as Env<unknown, number>);
    const scaled = rewards.map((_, i) => sumOf(play(env, env.reset(), i)));

    // Returns are 0, 0, 0, r for each episode, so the deviation is known.
    const returns = rewards.flatMap((reward) => [0, 0, 0, reward]);
    const mean = returns.reduce((a, b) => a + b) / returns.length;
    const deviation = Math.sqrt(returns.reduce((sum, r) => sum + (r - mean) ** 2, 0) / returns.length);
    expect(scaled[299]).toBeCloseTo(rewards[299] / deviation, 4);
  });

  test("keeps signs and zeros", () => {
    const [plain, env] = [bare(), unit(bare() as Env<unknown, number>)];
    for (let seed = 0; seed < 20; seed++) {
      const raw = play(plain, plain.reset({ seed }), seed).map((step) => Math.sign(step.reward));
      expect(play(env, env.reset({ seed }), seed).map((step) => Math.sign(step.reward))).toEqual(raw);
    }
  });

  test("carries its moments over episodes, clones and saved states", () => {
    const env = unit(bare() as Env<unknown, number>);
    play(env, env.reset({ seed: 1 }), 1);
    const saved = JSON.parse(JSON.stringify(env.state()));
    const clone = env.clone();
    const restored = unit(bare() as Env<unknown, number>);
    restored.restore(saved);
    const next = [env, clone, restored].map((e) => play(e, e.reset(), 2).map((step) => step.reward));
    expect(next[1]).toEqual(next[0]);
    expect(next[2]).toEqual(next[0]);
    const fresh = unit(bare() as Env<unknown, number>);
    expect(play(fresh, fresh.reset({ seed: 9 }), 2).map((step) => step.reward)).not.toEqual(next[0]);
    expect(createRng(1).next()).toBe(createRng(1).next());
  });
});
