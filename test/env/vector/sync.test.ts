import { describe, expect, test } from "vitest";
import { type AutoresetMode, createRefineEnv, syncVector } from "../../../env/index.ts";
import { diamondScenario, supportScenario } from "../envs/scenarios.ts";

const make = () => createRefineEnv({ scenario: diamondScenario, start: "random" });
const vector = (autoreset: AutoresetMode, size = 2) =>
  syncVector(
    Array.from({ length: size }, () => make),
    { autoreset },
  );
const zeros = [0, 0];

describe("seeds", () => {
  test("are named children, so an env's episode depends on its place and not on the number of its neighbours", () => {
    const placements = (size: number) =>
      vector("disabled", size)
        .reset({ seed: 7 })
        .observations.map((observation) => [...observation.placement]);
    expect(placements(6).slice(0, 3)).toEqual(placements(3));
    expect(new Set(placements(6).map(String)).size).toBeGreaterThan(1);
    const alone = make();
    expect([...alone.reset({ seed: "7/env-1" }).observation.placement]).toEqual(placements(2)[1]);
  });
});

describe("next-step autoreset", () => {
  test("ends an episode in one step and begins the next in the following one, whose action it ignores", () => {
    const env = vector("next-step");
    env.reset({ seed: 1 });
    for (let i = 0; i < 3; i++) expect([...env.step(zeros).terminated]).toEqual([0, 0]);
    const last = env.step(zeros);
    expect([...last.terminated]).toEqual([1, 1]);
    expect(last.observations[0].current).toBe(-1);
    const first = env.step([99, 99]);
    expect([...first.terminated]).toEqual([0, 0]);
    expect([...first.rewards]).toEqual([0, 0]);
    expect(first.observations[0].current).toBe(0);
    expect(env.step(zeros).observations[0].current).toBe(1);
  });
});

describe("a reset of the whole vector", () => {
  test("is not followed by the autoresets that were due before it", () => {
    const env = vector("next-step");
    env.reset({ seed: 1 });
    for (let i = 0; i < 4; i++) env.step(zeros);
    env.reset();
    expect(env.step(zeros).observations.map((observation) => observation.current)).toEqual([1, 1]);
  });
});

describe("same-step autoreset", () => {
  test("answers the next episode's observation and keeps the last one in info", () => {
    const env = vector("same-step");
    env.reset({ seed: 1 });
    for (let i = 0; i < 3; i++) env.step(zeros);
    const last = env.step(zeros);
    expect([...last.terminated]).toEqual([1, 1]);
    expect(last.observations[0].current).toBe(0);
    expect(last.infos[0].finalObservation).toMatchObject({ current: -1 });
    expect(last.infos[0].finalInfo).toMatchObject({ outcome: { feasible: true } });
    expect([...last.infos[0].actionMask]).toEqual([1, 1]);
    expect(env.step(zeros).observations[0].current).toBe(1);
  });
});

describe("disabled autoreset", () => {
  test("leaves ended envs to the caller", () => {
    const env = vector("disabled");
    env.reset({ seed: 1 });
    for (let i = 0; i < 4; i++) env.step(zeros);
    expect(() => env.step(zeros)).toThrow(/the episode has ended; call reset/);
    env.resetEnv(0);
    env.resetEnv(1);
    expect(env.step(zeros).observations[1].current).toBe(1);
    expect(() => env.resetEnv(2)).toThrow("The vector env has no env 2, expected 0..1.");
  });
});

describe("the vector env", () => {
  test.each(["next-step", "same-step"] as const)(
    "plays the same episodes as its envs alone (%s)",
    (autoreset) => {
      const env = vector(autoreset);
      env.reset({ seed: 3 });
      const alone = [0, 1].map((i) => {
        const single = make();
        single.reset({ seed: `3/env-${i}` });
        return single;
      });
      const rewards = [0, 1, 2, 3].map((t) => [...env.step([t % 2, 1]).rewards]);
      expect(rewards).toEqual(
        [0, 1, 2, 3].map((t) => [alone[0].step(t % 2).reward, alone[1].step(1).reward]),
      );
    },
  );

  test("goes on from its saved state as it would have", () => {
    const env = vector("next-step");
    env.reset({ seed: 5 });
    for (let i = 0; i < 4; i++) env.step(zeros);
    const copy = vector("next-step");
    copy.restore(JSON.parse(JSON.stringify(env.state())));
    for (let i = 0; i < 7; i++) expect(copy.step([1, 0])).toEqual(env.step([1, 0]));
    expect(() => copy.restore({})).toThrow("The saved state is not one of a vector of 2 envs.");
  });

  test("refuses what does not fit together", () => {
    expect(() => syncVector([])).toThrow("A vector env needs at least one env.");
    expect(() => syncVector([make], { autoreset: "later" as never })).toThrow(
      /autoreset is "later", expected next-step/,
    );
    expect(() => syncVector([make, () => createRefineEnv({ scenario: supportScenario })])).toThrow(
      "The envs of a vector must share one action space, but have Discrete(2) and Discrete(3).",
    );
    const env = vector("disabled");
    env.reset();
    expect(() => env.step([0])).toThrow("The vector env was given 1 actions for 2 envs.");
    env.close();
    expect(() => env.step(zeros)).toThrow(/closed/);
  });
});
