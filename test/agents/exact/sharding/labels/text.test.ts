import fc from "fast-check";
import { expect, test } from "vitest";
import { formatLabelProblem, parseLabelProblem } from "../../../../../agents/exact/sharding/labels/text.ts";
import { labelProblems } from "./random-labels.ts";

test("what is written is read back", () => {
  fc.assert(
    fc.property(labelProblems({ nodes: 4, labels: 3, edges: 4, forbidden: 5 }), (problem) => {
      expect(parseLabelProblem(formatLabelProblem(problem))).toEqual(problem);
    }),
  );
});

test("comments and empty lines say nothing", () => {
  expect(parseLabelProblem("# two labels\n\nnode 1 inf # the second is forbidden").nodes).toEqual([
    Float64Array.of(1, Number.POSITIVE_INFINITY),
  ]);
});

test.each([
  ["nodes 1 2", 'Line 1 is "nodes 1 2"'],
  ["node 1 two", 'Line 1: "two" is no cost'],
  ["node 1 2\nnode 1\nedge 0 1: 1 /", 'Line 3: "" is no cost'],
  ["node 1 2\nnode 1 2\nedge 0 1: 1 2 / 3", "Line 3: a row has 1 costs and the first 2"],
])("%j is refused", (text, message) => {
  expect(() => parseLabelProblem(text)).toThrow(message);
});
