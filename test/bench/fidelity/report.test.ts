import { expect, test } from "vitest";
import type { MeasuredSet, Predicted } from "./contract.ts";
import { errorOf, figuresOf } from "./figures.ts";
import { reportOf, tableLines, worstLine } from "./report.ts";

test("figures: mean, median and largest absolute error, and the order", () => {
  expect(errorOf(90, 100)).toBeCloseTo(-10, 12);
  const { rows, mape, median, max, spearman } = figuresOf([90, 120, 303, 404], [100, 100, 300, 400]);
  expect([rows, mape, median, max].map((value) => Math.round(value * 1e9) / 1e9)).toEqual([4, 8, 5.5, 20]);
  expect(spearman).toBeCloseTo(3 / Math.sqrt(10), 2);
  expect(figuresOf([1, 2], [2, 1]).spearman).toBeNull();
});

const set: MeasuredSet = { name: "made-up", rows: "", times: "none", floors: ["half"], predict: () => [] };
const row = (name: string, measuredS: number, simulatedS: number, groups: readonly string[]): Predicted => ({
  name,
  measuredS,
  simulatedS,
  floorS: [measuredS / 2],
  groups,
});
const rows = [
  { ...row("a", 1, 1.1, ["x"]), memory: { measuredBytes: 100, simulatedBytes: 95 } },
  row("b", 2, 1.4, ["x", "y"]),
  row("c", 3, 3, []),
];

test("a report has the set, its groups, the closed forms and memory", () => {
  const report = reportOf(set, rows);
  expect(report).toMatchObject({ set: "made-up", rows: 3, floors: { half: { mape: 50 } } });
  expect(report.max).toBeCloseTo(30, 9);
  expect(report.groups.y.mape).toBeCloseTo(30, 9);
  expect(Object.keys(report.memory)).toEqual(["x"]);
  expect(report.memory.x.mape).toBeCloseTo(5, 9);
  expect(tableLines(report)).toHaveLength(7);
});

test("the furthest rows come first, with their signs", () => {
  expect(worstLine("made-up", rows)).toBe("Furthest in made-up: b -30.0%, a +10.0%, c 0.0%.");
});
