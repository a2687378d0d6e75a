import fc from "fast-check";
import { expect, test } from "vitest";
import { withoutDominated } from "../../../../../../agents/exact/sharding/labels/elimination/dominance.ts";
import { enumerateLabels } from "../../../../../../agents/exact/sharding/labels/enumeration.ts";
import { costOf } from "../../../../../../agents/exact/sharding/labels/problem.ts";
import { parseLabelProblem } from "../../../../../../agents/exact/sharding/labels/text.ts";
import { labelProblems } from "../random-labels.ts";

test("an optimum remains, and the smaller problem has the costs of the whole", () => {
  fc.assert(
    fc.property(labelProblems({ nodes: 5, labels: 4, edges: 7, forbidden: 6 }), (problem) => {
      const { problem: smaller, kept } = withoutDominated(problem);
      const [whole, part] = [enumerateLabels(problem), enumerateLabels(smaller)];
      expect(part.cost).toBe(whole.cost);
      if (part.labels === null) return;
      expect(
        costOf(
          problem,
          part.labels.map((label, node) => kept[node][label]),
        ),
      ).toBe(part.cost);
    }),
  );
});

test("a label goes where another costs no more whatever the neighbours have", () => {
  const problem = parseLabelProblem("node 5 0\nnode 0 0\nedge 0 1: 0 4 / 4 0");
  const { kept, dominated } = withoutDominated(problem);
  expect(kept.map((labels) => [...labels])).toEqual([[1], [1]]);
  expect(dominated).toBe(2);
});

test("a label stays where a neighbour may make up for its cost", () => {
  const problem = parseLabelProblem("node 3 0\nnode 0 0\nedge 0 1: 0 4 / 4 0");
  expect(withoutDominated(problem).dominated).toBe(0);
});

test("of equal labels the lowest stays", () => {
  const { kept } = withoutDominated(parseLabelProblem("node 7 7 7"));
  expect(kept).toEqual([Int32Array.of(0)]);
});
