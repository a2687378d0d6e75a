import { expect, test } from "vitest";
import { createEpisodes } from "../../../../../../cli/commands/tools/serve/transport/episodes.ts";
import { makeEnv } from "../../../../../../env/envs/registry.ts";
import { testScenario } from "../../../../../../env/model/test-scenario.ts";

const scenario = testScenario({ graph: "a 10 40B\nb 20 8B <- a" });
const make = (id: string) => () => makeEnv(id, { scenario });

test("an episode that was idle is forgotten, one that was used is not", () => {
  let now = 0;
  const seconds = () => now;
  const episodes = createEpisodes({
    make: make("Placement/Refine-v1"),
    sessions: 4,
    idleSeconds: 10,
    seconds,
  });
  episodes.reset({ episode_id: "idle" });
  episodes.reset({ episode_id: "used" });
  now = 9;
  episodes.step({ episode_id: "used", action: 0 });
  now = 11;
  expect(() => episodes.state("idle")).toThrow('no episode "idle"');
  expect(episodes.state("used")).toMatchObject({ step_count: 1 });
});

test("an action of several components is a list", () => {
  const parts = { make: make("Placement/OneShot-v1"), sessions: 1, idleSeconds: 10, seconds: () => 0 };
  const episodes = createEpisodes(parts);
  episodes.reset({});
  for (const action of [[0], ["0", "1"], [0, 0.5], [null, 1]])
    expect(() => episodes.step({ action })).toThrow("is not in MultiDiscrete");
  expect(episodes.step({ action: { action: [0, 1] } })).toMatchObject({ done: true, reward: -34 }); // 10 us, 40 B at 10 B/us, 20 us
});

test("the oldest episode makes room for a new one, and a reset that is refused ends none", () => {
  const parts = { make: make("Placement/Refine-v1"), sessions: 2, idleSeconds: 10, seconds: () => 0 };
  const episodes = createEpisodes(parts);
  episodes.reset({ episode_id: "a" });
  episodes.reset({ episode_id: "b" });
  expect(() => episodes.reset({ episode_id: "c", options: { start: "nowhere" } })).toThrow("nowhere");
  expect(() => episodes.state("c")).toThrow('no episode "c"');
  expect(episodes.state("a")).toMatchObject({ step_count: 0 });
  episodes.reset({ episode_id: "c" });
  expect(() => episodes.state("a")).toThrow('no episode "a"');
});
