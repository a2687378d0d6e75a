import { expect, test } from "vitest";
import {
  enumerateLabels,
  everyLabeling,
  labelings,
} from "../../../../../agents/exact/sharding/labels/enumeration.ts";
import { parseLabelProblem } from "../../../../../agents/exact/sharding/labels/text.ts";

test("all labelings are tried, the last node's label fastest", () => {
  const problem = parseLabelProblem("node 0 0\nnode 0 0 0");
  const all = Array.from(everyLabeling(problem), (labels) => labels.join(""));
  expect(all).toEqual(["00", "01", "02", "10", "11", "12"]);
  expect(labelings(problem)).toBe(6);
});

test("of equal optima the first is given, and all are counted", () => {
  const problem = parseLabelProblem("node 5 1 2\nnode 0 0\nedge 0 1: 0 0 / 1 1 / 0 9");
  expect(enumerateLabels(problem)).toEqual({ labels: Int32Array.of(1, 0), cost: 2, optima: 3 });
});

test("there is none where all are forbidden", () => {
  const problem = parseLabelProblem("node 1 1\nnode 1\nedge 0 1: inf / inf");
  expect(enumerateLabels(problem)).toEqual({ labels: null, cost: Number.POSITIVE_INFINITY, optima: 0 });
});
