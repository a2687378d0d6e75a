import { expect, test } from "vitest";
import { checkLabelProblem, costOf, pairsOf } from "../../../../../agents/exact/sharding/labels/problem.ts";
import { parseLabelProblem } from "../../../../../agents/exact/sharding/labels/text.ts";

const triangle = parseLabelProblem(`
  node 1 2
  node 3 4 5
  edge 0 1: 1 2 3 / 4 5 6
  edge 1 0: 10 20 / 30 40 / 50 60
`);

test("a labeling costs its nodes and all its edges, in whichever direction they are", () => {
  expect(costOf(triangle, [1, 2])).toBe(2 + 5 + 6 + 60);
});

test("edges between two nodes are one pair, the lower node first", () => {
  const before = triangle.edges.map(({ costs }) => [...costs]);
  const [pair, ...others] = pairsOf(triangle);
  expect(others).toEqual([]);
  expect({ ...pair, costs: [...pair.costs] }).toEqual({ u: 0, v: 1, costs: [11, 32, 53, 24, 45, 66] });
  expect(triangle.edges.map(({ costs }) => [...costs])).toEqual(before);
});

const row = (...costs: number[]) => Float64Array.from(costs);

test.each([
  ["a node without labels", { nodes: [row()], edges: [] }, "node 0 has no label"],
  ["a cost that is no number", { nodes: [row(1, Number.NaN)], edges: [] }, "cost 1 of node 0 is NaN"],
  [
    "a cost of -Infinity",
    { nodes: [row(Number.NEGATIVE_INFINITY)], edges: [] },
    "cost 0 of node 0 is -Infinity",
  ],
  ["an edge to nowhere", { nodes: [row(1)], edges: [{ u: 0, v: 1, costs: row(1) }] }, "edge 0 joins 0 and 1"],
  [
    "an edge from a node to itself",
    { nodes: [row(1)], edges: [{ u: 0, v: 0, costs: row(1) }] },
    "joins 0 and 0",
  ],
  [
    "an edge with too few costs",
    { nodes: [row(1, 2), row(1, 2)], edges: [{ u: 0, v: 1, costs: row(1, 2) }] },
    "edge 0 has 2 costs; its nodes have 4 pairs of labels",
  ],
])("%s is refused by name", (_, problem, message) => {
  expect(() => checkLabelProblem(problem)).toThrow(message);
});
