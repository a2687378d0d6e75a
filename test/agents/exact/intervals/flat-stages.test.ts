import { expect, test } from "vitest";
import { flatStages } from "../../../../agents/exact/intervals/flat-stages.ts";
import type { IntervalStage } from "../../../../agents/exact/intervals/interval-program.ts";

const stage = (
  layers: readonly number[],
  replicas: number,
  inside: readonly IntervalStage[] = [],
): IntervalStage => ({ from: 0, to: 0, timeUs: 1, layers, replicas, inside });

test("stages of one level take neighbouring devices", () => {
  expect(flatStages([stage([0, 1], 3), stage([2], 1)], [4])).toEqual([
    { layers: [0, 1], places: [0, 1, 2] },
    { layers: [2], places: [3] },
  ]);
});

test("replicas of machines multiply, and minibatches go to the machines in turn", () => {
  // Three machines of four hold two stages on 3 and 1 devices; the fourth machine holds the rest.
  const inner = [stage([0], 3), stage([1], 1)];
  const stages = flatStages([stage([0, 1], 3, inner), stage([2], 1, [stage([2], 4)])], [4, 4]);
  expect(stages).toEqual([
    { layers: [0], places: [0, 4, 8, 1, 5, 9, 2, 6, 10] },
    { layers: [1], places: [3, 7, 11] },
    { layers: [2], places: [12, 13, 14, 15] },
  ]);
  const machineOf = (stageNumber: number, minibatch: number) => {
    const { places } = stages[stageNumber];
    return Math.floor(places[minibatch % places.length] / 4);
  };
  for (let minibatch = 0; minibatch < 36; minibatch++)
    expect(machineOf(0, minibatch)).toBe(machineOf(1, minibatch));
});

test("a stage without layers is left out, and its devices with it", () => {
  expect(flatStages([stage([0], 1), stage([], 1), stage([1], 2)], [4]).map(({ places }) => places)).toEqual([
    [0],
    [2, 3],
  ]);
});
