import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { solveByElimination } from "../../../../../../agents/exact/sharding/labels/elimination/solve.ts";
import { enumerateLabels } from "../../../../../../agents/exact/sharding/labels/enumeration.ts";
import { costOf, type LabelProblem } from "../../../../../../agents/exact/sharding/labels/problem.ts";
import { parseLabelProblem } from "../../../../../../agents/exact/sharding/labels/text.ts";
import { labelProblems } from "../random-labels.ts";

const costs = (problem: LabelProblem) => {
  const found = (["never", "always", "above-limits"] as const).map((dominance) =>
    solveByElimination(problem, { dominance }),
  );
  return found.map((result) => {
    if (result.kind !== "solved") return result.kind;
    expect(costOf(problem, result.labels)).toBe(result.cost);
    return result.cost;
  });
};

describe("elimination", () => {
  test("finds what trying all labelings finds, with and without dominated labels", () => {
    fc.assert(
      fc.property(labelProblems({ nodes: 7, labels: 5, edges: 12, forbidden: 6 }), (problem) => {
        const { cost, labels } = enumerateLabels(problem);
        const expected = labels === null ? "infeasible" : cost;
        expect(costs(problem)).toEqual([expected, expected, expected]);
      }),
      { numRuns: 80 },
    );
  });

  test("finds the same in the order of the numbers, on larger problems", () => {
    fc.assert(
      fc.property(labelProblems({ nodes: 14, labels: 3, edges: 18 }), (problem) => {
        const naive = solveByElimination(problem, { order: problem.nodes.map((_, node) => node) });
        const found = solveByElimination(problem);
        expect(found).toMatchObject({ kind: "solved" });
        expect(naive).toMatchObject({ kind: "solved", cost: found.kind === "solved" && found.cost });
      }),
      { numRuns: 60 },
    );
  });

  test("takes the lowest label of equals", () => {
    const problem = parseLabelProblem("node 2 1 1\nnode 0 0\nedge 0 1: 0 0 / 0 0 / 0 0");
    for (const dominance of ["never", "always"] as const)
      expect(solveByElimination(problem, { dominance })).toMatchObject({
        labels: Int32Array.of(1, 0),
        cost: 1,
      });
  });

  test("tells the order, the dependent sets and the sizes of its tables", () => {
    const chain = parseLabelProblem(
      "node 0 0\nnode 0 0 0\nnode 0\nedge 0 1: 1 2 3 / 4 5 6\nedge 1 2: 1 / 2 / 3",
    );
    const { trace } = solveByElimination(chain, { dominance: "never" });
    expect(trace).toEqual({
      order: Int32Array.of(0, 1, 2),
      dependent: [Int32Array.of(1), Int32Array.of(2), Int32Array.of()],
      largestTable: 3,
      mostNodes: 2,
      additions: 2 * 3 + 3 + 1,
      dominated: 0,
    });
  });

  test("has nothing to choose without nodes", () => {
    expect(solveByElimination({ nodes: [], edges: [] })).toMatchObject({ kind: "solved", cost: 0 });
  });
});

describe("limits of elimination", () => {
  const square = parseLabelProblem(`
    node 0 1 2
    node 0 1 2
    node 0 1 2
    edge 0 1: 0 0 0 / 0 0 0 / 0 0 0
    edge 1 2: 0 0 0 / 0 0 0 / 0 0 0
    edge 0 2: 0 0 0 / 0 0 0 / 0 0 0
  `);

  test("a table above its limit is told before it is made", () => {
    const { kind, ...rest } = solveByElimination(square, { entries: 8, dominance: "never" });
    expect(kind).toBe("too-large");
    expect(rest).toMatchObject({
      message: "A table of the elimination has 9 entries, at most 8 are allowed.",
      trace: { largestTable: 9 },
    });
  });

  test("so is work above its limit", () => {
    expect(solveByElimination(square, { additions: 38, dominance: "never" })).toMatchObject({
      kind: "too-large",
      message: "The elimination takes 39 additions, at most 38 are allowed.",
    });
  });

  test("dominated labels are left out where the problem is above a limit, and only there", () => {
    expect(solveByElimination(square, { entries: 8 })).toMatchObject({
      kind: "solved",
      cost: 0,
      trace: { dominated: 6 },
    });
    expect(solveByElimination(square)).toMatchObject({ kind: "solved", cost: 0, trace: { dominated: 0 } });
  });
});
