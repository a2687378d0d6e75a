import { expect, test } from "vitest";
import { choicesOf } from "../../../agents/problems/choices.ts";
import { type Improver, improved, type Standing } from "../../../agents/training/improvement.ts";
import { createRng, testScenario } from "../../../env/index.ts";

const GROUPS = 20;
const DEVICES = 3;
const target = Int32Array.from({ length: GROUPS }, (_, g) => g % DEVICES);
const wrong = (groupDevice: Int32Array) =>
  groupDevice.reduce((sum, d, g) => sum + (d === target[g] ? 0 : 1), 0);
const score = (groupDevice: Int32Array): Standing => ({
  groupDevice,
  outcome: { cost: wrong(groupDevice) },
});
/** A chain of groups, the first of which cannot use device 2. */
const graph = Array.from({ length: GROUPS }, (_, g) =>
  g === 0 ? "o0 1 4B kinds=GPU" : `o${g} 1 4B <- o${g - 1}`,
).join("\n");
const choicesOn = (devices: string[]) => choicesOf(testScenario({ graph, devices }), "all");
const choices = choicesOn(["GPU", "GPU", "CPU"]);
const start = score(new Int32Array(GROUPS));

/** Likes the device of the target by `liking`, and cannot use device 2 for group 0. */
const improver = (liking: number): Improver<Standing> => ({
  choices,
  score,
  logits: () =>
    Float32Array.from({ length: GROUPS * DEVICES }, (_, i) => {
      if (i === 2) return -1e9;
      return i % DEVICES === target[Math.floor(i / DEVICES)] ? liking : 0;
    }),
});
const run = (liking: number, plans: number, ...temperatures: number[]) =>
  improved(
    start,
    improver(liking),
    { plans, temperatures: temperatures.length === 0 ? [1] : temperatures },
    createRng(1),
  );
const runWithMoves = (liking: number, plans: number) =>
  improved(start, improver(liking), { plans, temperatures: [1], moves: true }, createRng(1));
const least = (met: readonly Standing[]) => Math.min(...met.map(({ outcome }) => outcome.cost));

test("scores as many placements as it may, the start first, each other than the best before it", () => {
  const met = run(1, 40);
  expect(met).toHaveLength(40);
  expect(met[0]).toBe(start);
  for (const { groupDevice } of met.slice(1)) expect(groupDevice).not.toBe(start.groupDevice);
});

test("what the policy likes comes sooner, and a high temperature takes that away", () => {
  expect(least(run(4, 30))).toBeLessThan(least(run(0, 30)));
  expect(least(run(4, 30))).toBeLessThan(least(run(4, 30, 1000)));
});

test("with moves of hill climbing beside it a policy that misleads costs little", () => {
  const misled = least(run(-12, 300));
  expect(misled).toBeGreaterThan(0);
  expect(least(runWithMoves(-12, 300))).toBeLessThan(misled);
});

test("never takes a device that is impossible", () => {
  for (const met of [run(0, 300), runWithMoves(0, 300)])
    for (const { groupDevice } of met) expect(groupDevice[0]).not.toBe(2);
});

test("finds the target without a policy too, and the same again with the same stream", () => {
  const met = run(0, 600);
  expect(least(met)).toBe(0);
  expect(run(0, 600)).toEqual(met);
  expect(runWithMoves(0, 600)).toEqual(runWithMoves(0, 600));
});

test("ends where nothing else is possible", () => {
  const single = { ...improver(0), choices: choicesOn(["GPU"]), logits: () => new Float32Array(GROUPS) };
  expect(improved(start, single, { plans: 10, temperatures: [1] }, createRng(1))).toEqual([start]);
});
