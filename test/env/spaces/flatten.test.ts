/** Flat observations: every entry at its place in the frame, and inside the flat space. */
import { expect, test } from "vitest";
import {
  box,
  createRng,
  dict,
  discrete,
  frameOf,
  makeEnv,
  multiDiscrete,
  namesSpace,
  type Space,
} from "../../../env/index.ts";
import { diamondScenario } from "../envs/scenarios.ts";

test("lays the parts one after the other and leaves out what never changes", () => {
  const space = dict({
    a: box({ shape: [2, 2], low: 0, high: 1 }),
    names: namesSpace(["x", "y"]),
    b: dict({ c: discrete(4, { start: -1 }), d: multiDiscrete([3, 2]) }),
  });
  const { parts, length, flatten, space: flat } = frameOf(space);
  expect(parts).toEqual([
    { name: "a", offset: 0, length: 4, shape: [2, 2] },
    { name: "b.c", offset: 4, length: 1, shape: [] },
    { name: "b.d", offset: 5, length: 2, shape: [2] },
  ]);
  expect(length).toBe(7);
  const observation = {
    a: Float32Array.of(0, 0.5, 1, 0),
    names: ["x", "y"],
    b: { c: -1, d: Int32Array.of(2, 1) },
  };
  expect(flatten(observation)).toEqual(Float32Array.of(0, 0.5, 1, 0, -1, 2, 1));
  expect([...flat.low]).toEqual([0, 0, 0, 0, -1, 0, 0]);
  expect([...flat.high]).toEqual([1, 1, 1, 1, 2, 2, 1]);
});

test("samples of a space are in its flat space", () => {
  const { observationSpace } = makeEnv("Placement/Refine-v1", { scenario: diamondScenario });
  const { space, flatten } = frameOf(observationSpace);
  for (let seed = 0; seed < 20; seed++)
    expect(space.contains(flatten(observationSpace.sample(createRng(seed))))).toBe(true);
});

test("a space of another kind is a sentence", () => {
  const odd = { kind: "Odd", describe: () => "Odd()" } as unknown as Space<number>;
  expect(() => frameOf(odd)).toThrow("kind Odd cannot be flattened: Odd().");
});
