import fc from "fast-check";
import { expect, test } from "vitest";
import { solveByElimination } from "../../../../../agents/exact/sharding/labels/elimination/solve.ts";
import { enumerateLabels } from "../../../../../agents/exact/sharding/labels/enumeration.ts";
import { costOf, type LabelProblem } from "../../../../../agents/exact/sharding/labels/problem.ts";
import { reduceLabels, solveByReduction } from "../../../../../agents/exact/sharding/labels/reduction.ts";
import { parseLabelProblem } from "../../../../../agents/exact/sharding/labels/text.ts";
import { acyclicProblems, labelProblems } from "./random-labels.ts";

test("the reduction finds what elimination finds, also on graphs with cycles", () => {
  fc.assert(
    fc.property(labelProblems({ nodes: 7, labels: 4, edges: 9, forbidden: 9 }), (problem) => {
      const [reduced, eliminated] = [solveByReduction(problem), solveByElimination(problem)];
      expect(reduced.kind).toBe(eliminated.kind);
      if (reduced.kind !== "solved" || eliminated.kind !== "solved") return;
      expect(reduced.cost).toBe(eliminated.cost);
      expect(costOf(problem, reduced.labels)).toBe(reduced.cost);
    }),
  );
});

test("undoing gives the least cost for any labels of what remains", () => {
  fc.assert(
    fc.property(acyclicProblems({ nodes: 5, labels: 3, edges: 6 }), (problem) => {
      const { remaining, problem: smaller, undo } = reduceLabels(problem);
      const labels = smaller.nodes.map(() => 0);
      const all = undo(labels);
      expect(remaining.map((node) => all[node])).toEqual(labels);
      const fixed = problem.nodes.map((costs, node) =>
        remaining.includes(node)
          ? costs.map((cost, label) => (label === 0 ? cost : Number.POSITIVE_INFINITY))
          : costs,
      );
      expect(costOf(problem, all)).toBe(enumerateLabels({ ...problem, nodes: fixed }).cost);
    }),
  );
});

/** A chain of so many nodes; every third has a branch beside it. */
function seriesParallel(nodes: number): LabelProblem {
  const edges = Array.from({ length: nodes - 1 }, (_, u) => ({
    u,
    v: u + 1,
    costs: Float64Array.of(0, 1, 1, 0),
  }));
  const branches = edges
    .filter(({ u }) => u % 3 === 0 && u + 2 < nodes)
    .map((edge) => ({ ...edge, v: edge.u + 2 }));
  return {
    nodes: Array.from({ length: nodes }, () => Float64Array.of(1, 1)),
    edges: [...edges, ...branches],
  };
}

test("chains and series-parallel graphs end with two nodes", () => {
  for (const nodes of [2, 3, 10, 40]) {
    const { remaining, mergedEdges } = reduceLabels(seriesParallel(nodes));
    expect(remaining).toEqual([0, nodes - 1]);
    expect(mergedEdges).toBe(Math.floor(nodes / 3));
  }
});

test("a node with two outputs stays, and labelings above the limit are told", () => {
  const fork = parseLabelProblem("node 0 0\nnode 0 0\nnode 0 0\nedge 0 1: 1 2 / 3 4\nedge 0 2: 1 2 / 3 4");
  expect(solveByReduction(fork)).toMatchObject({ kind: "solved", cost: 2, remaining: 3 });
  expect(solveByReduction(fork, 7)).toEqual({
    kind: "too-large",
    message: "3 nodes remain with 8 labelings, at most 7 are tried.",
    remaining: 3,
  });
});
