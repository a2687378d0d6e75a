import { expect, test } from "vitest";
import {
  ReplayMemory,
  type Transition,
} from "../../../../../agents/training/algorithms/rainbow/replay-memory.ts";
import { createRng } from "../../../../../env/index.ts";

const SIZE = { capacity: 4, stateBytes: 2, actions: 3, alpha: 1 };

const numbered = (i: number): Transition => ({
  state: Uint8Array.of(i, 1),
  action: i % 3,
  reward: i / 10,
  next: Uint8Array.of(i, 2),
  nextMask: Uint8Array.of(1, 0, 1),
  discount: i % 2,
});

function filled(count: number, size = SIZE): ReplayMemory {
  const memory = new ReplayMemory(size);
  for (let i = 0; i < count; i++) memory.add(numbered(i));
  return memory;
}

test("holds the last transitions as they were given", () => {
  const memory = filled(6);
  expect(memory.count).toBe(4);
  expect([0, 1, 2, 3].map((i) => memory.at(i))).toEqual([4, 5, 2, 3].map(numbered));
});

test("draws in proportion to priorities, and weighs against them", () => {
  const memory = filled(4);
  memory.learned(Int32Array.of(0, 1, 2, 3), [1, 2, 3, 4]);
  const counts = new Array<number>(4).fill(0);
  const rng = createRng("draws");
  for (let i = 0; i < 1000; i++) for (const index of memory.draw(4, 1, rng).indices) counts[index]++;
  counts.forEach((count, i) => {
    expect(count / 4000).toBeCloseTo((i + 1) / 10, 1);
    expect(memory.shareOf(i)).toBeCloseTo((i + 1) / 10, 5);
  });
  const { indices, weights } = memory.draw(64, 1, rng);
  indices.forEach((i, k) => {
    expect(weights[k]).toBeCloseTo(memory.shareOf(Math.min(...indices)) / memory.shareOf(i), 5);
  });
});

test("gives a new transition the largest priority so far", () => {
  const memory = filled(3);
  memory.learned(Int32Array.of(0, 1, 2), [5, 1, 1]);
  memory.add(numbered(3));
  expect(memory.shareOf(3)).toBeCloseTo(memory.shareOf(0), 12);
});

test("draws uniformly where alpha is 0", () => {
  const memory = filled(4, { ...SIZE, alpha: 0 });
  memory.learned(Int32Array.of(0, 1), [100, 0]);
  expect([0, 1, 2, 3].map((i) => memory.shareOf(i))).toEqual([0.25, 0.25, 0.25, 0.25]);
});

test.each([3, 9])("saved after %i transitions and loaded, it goes on with the same bits", (count) => {
  const memory = filled(count);
  memory.learned(Int32Array.of(0, 2), [0.3, 7]);
  const copy = filled(2);
  copy.load(JSON.parse(JSON.stringify(memory.save())));
  for (const each of [memory, copy]) each.add(numbered(20));
  expect(copy.save()).toEqual(memory.save());
  const drawn = [memory, copy].map((each) => each.draw(8, 0.4, createRng(1)));
  expect(drawn[1]).toEqual(drawn[0]);
});
