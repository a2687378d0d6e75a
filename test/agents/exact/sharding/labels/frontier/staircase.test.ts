import { expect, test } from "vitest";
import { createPoints } from "../../../../../../agents/exact/sharding/labels/frontier/points.ts";
import { createStaircase } from "../../../../../../agents/exact/sharding/labels/frontier/staircase.ts";

/** Frontiers of [memory, time] pairs, and the pairs of a frontier. */
function setUp(memoryLimit = Number.POSITIVE_INFINITY, slack = 0) {
  const points = createPoints();
  const frontier = (...pairs: [number, number][]) =>
    Int32Array.from(pairs, ([memory, time], i) => points.leaf(time, memory, 0, i));
  const pairs = (list: Int32Array) => Array.from(list, (point) => [points.memory(point), points.time(point)]);
  return { points, frontier, pairs, staircase: createStaircase(points, memoryLimit, slack) };
}

test("shifted lists are merged, and what is dominated falls out", () => {
  const { frontier, pairs, staircase } = setUp();
  const [shift] = frontier([1, 1]);
  staircase.merge(shift, frontier([0, 9], [4, 5], [8, 1]));
  staircase.merge(shift, frontier([2, 6], [4, 5], [6, 4], [9, 3]));
  expect(pairs(staircase.take())).toEqual([
    [1, 10],
    [3, 7],
    [5, 6],
    [7, 5],
    [9, 2],
  ]);
  expect([...staircase.take()]).toEqual([]);
});

test("memory above the limit and times of Infinity fall out", () => {
  const { frontier, pairs, staircase } = setUp(5);
  const [nothing] = frontier([0, 0]);
  staircase.merge(nothing, frontier([1, Number.POSITIVE_INFINITY], [3, 8], [6, 1]));
  expect(pairs(staircase.take())).toEqual([[3, 8]]);
});

test("a slack keeps the first point and the last of each stretch", () => {
  const { frontier, pairs, staircase } = setUp(Number.POSITIVE_INFINITY, 0.1);
  const [nothing] = frontier([0, 0]);
  staircase.merge(nothing, frontier([100, 9], [105, 8], [110, 7], [111, 6], [122, 5], [124, 4]));
  expect(pairs(staircase.take())).toEqual([
    [100, 9],
    [110, 7],
    [122, 5],
    [124, 4],
  ]);
});

test("a point knows all choices that it was made of", () => {
  const { points, staircase } = setUp();
  const leaves = [3, 1, 2].map((choice, of) => points.leaf(1, 1, of, choice));
  staircase.merge(leaves[0], Int32Array.of(leaves[1]));
  staircase.merge(staircase.take()[0], Int32Array.of(leaves[2]));
  const choices: [number, number][] = [];
  points.choices(staircase.take()[0], (of, choice) => choices.push([of, choice]));
  expect(choices.sort()).toEqual([
    [0, 3],
    [1, 1],
    [2, 2],
  ]);
});

test("points that no frontier is made of are dropped, and the others keep their costs and choices", () => {
  const { points, frontier, pairs, staircase } = setUp();
  const [needless, shift] = frontier([7, 7], [1, 1]);
  const kept = frontier([2, 5], [3, 4]);
  staircase.merge(shift, kept);
  const sums = staircase.take();
  const before = pairs(sums);
  points.keepOnly([sums]);
  expect(points.size()).toBe(5);
  expect(pairs(sums)).toEqual(before);
  const choices: number[] = [];
  points.choices(sums[1], (_, choice) => choices.push(choice));
  expect(choices.sort()).toEqual([1, 1]);
  expect(needless).toBe(0);
});
