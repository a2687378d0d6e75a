import { describe, expect, test } from "vitest";
import { type MeasuredCell, predictor } from "../../../cli/terminal/cell-times.ts";
import { budgetTimeLeft, cellsTimeLeft, timeLeftText } from "../../../cli/terminal/time-left.ts";

const cell = (method: string, scenario: string, seconds: number): MeasuredCell => ({
  method,
  scenario,
  seconds,
});

describe("the time left of a comparison", () => {
  const predict = predictor([cell("heft", "a", 2), cell("agent", "a", 60)]);

  test("counts what a quick planner needs, not the budget that it never uses", () => {
    const waiting = [cell("heft", "b", 0), cell("heft", "c", 0)];
    expect(cellsTimeLeft({ predict, running: [], waiting, jobs: 1 })).toEqual({
      seconds: expect.closeTo(4),
      kind: "about",
    });
    expect(cellsTimeLeft({ predict, running: [], waiting, jobs: 2 })?.seconds).toBeCloseTo(2);
  });

  test("takes off what a running cell has had, and is that of the longest at the end", () => {
    const running = [cell("agent", "b", 45), cell("heft", "b", 1)];
    expect(cellsTimeLeft({ predict, running, waiting: [], jobs: 2 })).toEqual({
      seconds: expect.closeTo(15),
      kind: "about",
    });
  });

  test.each([
    ["a method without a precedent waits", [], [cell("new", "a", 0), cell("heft", "b", 0)]],
    ["a cell has overrun its precedent", [cell("heft", "b", 9)], [cell("heft", "c", 0)]],
  ])("is a least where %s", (_, running, waiting) => {
    expect(cellsTimeLeft({ predict, running, waiting, jobs: 1 })).toEqual({
      seconds: expect.closeTo(2),
      kind: "at least",
    });
  });

  test("is not told while nothing that is left has a precedent", () => {
    expect(cellsTimeLeft({ predict: () => null, running: [cell("a", "b", 3)], waiting: [], jobs: 1 })).toBe(
      null,
    );
    expect(cellsTimeLeft({ predict, running: [], waiting: [cell("new", "b", 0)], jobs: 1 })).toBe(null);
  });

  test("is not told at the end", () => {
    expect(cellsTimeLeft({ predict, running: [], waiting: [], jobs: 2 })).toBe(null);
  });
});

describe("the time left of a budget", () => {
  const use = { elapsedSeconds: 10, from: 0, done: 100, total: 400, usesAll: true };

  test("goes by the rate so far, and is only a most for methods that may end before it", () => {
    expect(budgetTimeLeft(use)).toEqual({ seconds: 30, kind: "about" });
    expect(budgetTimeLeft({ ...use, usesAll: false })).toEqual({ seconds: 30, kind: "at most about" });
  });

  test("counts the rate from what was done before, in a run that goes on", () => {
    expect(budgetTimeLeft({ ...use, from: 90 })?.seconds).toBe(300);
  });

  test("is not told before anything is done, and at the end", () => {
    for (const done of [0, 400, 500]) expect(budgetTimeLeft({ ...use, done })).toBe(null);
  });
});

test.each([
  [{ seconds: 4.4, kind: "about" as const }, "about 4 s left"],
  [{ seconds: 75, kind: "at least" as const }, "at least 1 min 15 s left"],
  [{ seconds: 3725, kind: "at most about" as const }, "at most about 1 h 2 min left"],
])("%j reads %j", (left, text) => {
  expect(timeLeftText(left)).toBe(text);
});
