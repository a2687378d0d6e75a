/** Wrappers that change observations, rewards or actions leave everything else as it was. */
import { expect, test } from "vitest";
import {
  box,
  checkEnv,
  discrete,
  flattenObservation,
  frameOf,
  makeEnv,
  transformAction,
  transformObservation,
  transformReward,
} from "../../../env/index.ts";
import { diamondScenario } from "../envs/scenarios.ts";

const make = () => makeEnv("Placement/Refine-v1", { scenario: diamondScenario, start: "single-device" });
const flip = { space: discrete(2), transform: (action: number) => 1 - action };

test("the observation is what the function makes of it", () => {
  const env = transformObservation(make(), {
    space: box({ shape: [1], low: -1, high: 99 }),
    transform: ({ current }) => Float32Array.of(current),
  });
  expect(env.reset().observation).toEqual(Float32Array.of(0));
  expect(env.step(0).observation).toEqual(Float32Array.of(1));
  expect(env.observationSpace.describe()).toMatch(/^Box/);
});

test("a flat observation follows its frame", () => {
  const { parts } = frameOf(make().observationSpace);
  const { observation } = flattenObservation(make()).reset();
  const { offset, length } = parts.find(({ name }) => name === "placement")!;
  expect([...observation.subarray(offset, offset + length)]).toEqual([
    ...make().reset().observation.placement,
  ]);
});

test("rewards are changed, and no longer sum to the score", () => {
  const [plain, env] = [make(), transformReward(make(), (reward) => reward / 2)];
  plain.reset();
  env.reset();
  expect(env.step(1).reward).toBe(plain.step(1).reward / 2);
  expect(env.metadata.returns).toBe("other");
});

test("actions are taken back to the env's own, masks into the new space", () => {
  const reversed = (mask: Uint8Array) => mask.toReversed();
  const [plain, env] = [make(), transformAction(make(), { ...flip, mask: reversed })];
  expect(env.reset().info.actionMask).toEqual(reversed(plain.reset().info.actionMask));
  expect(env.step(1).reward).toBe(plain.step(0).reward);
  const [copy, saved] = [env.clone(), JSON.parse(JSON.stringify(env.state()))];
  const other = transformAction(make(), flip);
  other.restore(saved);
  expect([copy.step(0).reward, other.step(0).reward]).toEqual([plain.step(1).reward, env.step(0).reward]);
});

test.each([
  ["observation", () => flattenObservation(make())],
  ["reward", () => transformReward(make(), Math.sign)],
  ["action", () => transformAction(make(), flip)],
])("keep the contract of an env: %s", (_, create) => {
  expect(checkEnv(create as never).checks.filter(({ ok }) => !ok)).toEqual([]);
});
