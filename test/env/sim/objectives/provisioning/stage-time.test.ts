import { expect, test } from "vitest";
import {
  continuousUnits,
  floorTime,
  leastUnits,
  reachesFloor,
  stageTime,
} from "../../../../../env/sim/objectives/provisioning/stage-time.ts";
import { randomProblem } from "./problems.ts";

const problem = {
  ...randomProblem("times", { layers: 1, types: 1 }),
  batch: 10,
  computeShare: Float64Array.of(0.5),
  transferShare: Float64Array.of(1),
  limit: Int32Array.of(8),
};
const stage = { type: 0, computeTime: 100, transferTime: 80 };

test("Units divide their share of the work, and the slower of computing and transfers counts", () => {
  expect(stageTime(problem, stage, 1)).toBe(10);
  expect(stageTime(problem, stage, 2)).toBe(7.5);
  expect(stageTime(problem, { ...stage, computeTime: 10 }, 2)).toBe(4);
});

test("The least units for a time are found for every time that units attain, within the limit", () => {
  for (let units = 1; units <= 8; units++)
    expect(leastUnits(problem, stage, stageTime(problem, stage, units))).toBe(units);
  expect(leastUnits(problem, stage, stageTime(problem, stage, 9))).toBe(Number.POSITIVE_INFINITY);
  expect(leastUnits(problem, stage, 5)).toBe(Number.POSITIVE_INFINITY);
  expect(leastUnits(problem, stage, 1e9)).toBe(1);
  expect(continuousUnits(problem, stage, 8)).toBeCloseTo(5 / 3, 12);
});

test("The time of the floor reaches it", () => {
  for (let i = 1; i < 1000; i++) {
    const floored = { ...problem, floor: i / 7 };
    expect(reachesFloor(floored, floorTime(floored))).toBe(true);
  }
});
