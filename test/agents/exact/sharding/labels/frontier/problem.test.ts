import { expect, test } from "vitest";
import {
  checkTwoCostProblem,
  memoriesOf,
  timesOf,
} from "../../../../../../agents/exact/sharding/labels/frontier/problem.ts";

const costs = (time: number[], memory: number[]) => ({
  time: Float64Array.from(time),
  memory: Float64Array.from(memory),
});
const problem = {
  nodes: [costs([1, Number.POSITIVE_INFINITY], [5, 0]), costs([2], [3])],
  edges: [{ u: 0, v: 1, ways: [costs([4, 4], [0, 0]), costs([1, 9], [7, 7])] }],
};

test("by time alone, an edge takes its quickest way", () => {
  expect(timesOf(problem).edges[0].costs).toEqual(Float64Array.of(1, 4));
});

test("by memory alone, what is forbidden stays forbidden", () => {
  expect(memoriesOf(problem).nodes[0]).toEqual(Float64Array.of(5, Number.POSITIVE_INFINITY));
  expect(memoriesOf(problem).edges[0].costs).toEqual(Float64Array.of(0, 0));
});

test.each([
  ["an edge without a way", { ...problem, edges: [{ u: 0, v: 1, ways: [] }] }, "edge 0 has no way"],
  ["a time below 0", { nodes: [costs([-1], [0])], edges: [] }, "a time is below 0"],
  [
    "a memory of Infinity",
    { nodes: [costs([0], [Number.POSITIVE_INFINITY])], edges: [] },
    "no finite memory",
  ],
  [
    "tables of two lengths",
    { nodes: [costs([0, 0], [0])], edges: [{ ...problem.edges[0], v: 0 }] },
    "edge 0 joins",
  ],
])("%s is refused", (_, wrong, message) => {
  expect(() => checkTwoCostProblem(wrong)).toThrow(message);
});
