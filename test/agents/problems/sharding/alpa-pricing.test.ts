/**
 * Closed forms of Alpa's own unit tests (shared sheet on Alpa). Numbers have 8
 * bytes in place of 4.
 */
import { describe, expect, test } from "vitest";
import { solveByElimination } from "../../../../agents/exact/sharding/labels/elimination/solve.ts";
import { enumerateLabels, labelings } from "../../../../agents/exact/sharding/labels/enumeration.ts";
import { timesOf } from "../../../../agents/exact/sharding/labels/frontier/problem.ts";
import {
  type AlpaLinks,
  alpaCollectives,
  alpaPricing,
} from "../../../../agents/problems/sharding/alpa-pricing.ts";
import { labelTables } from "../../../../agents/problems/sharding/labels/label-tables.ts";
import { fullyDivided } from "../../../../agents/problems/sharding/labels/offers.ts";
import { meshOf } from "../../../../agents/problems/sharding/mesh/meshes.ts";
import { perceptron } from "./labels/small-networks.ts";

const BYTES = 8;

/** Products of h by h in a row, on rows of a batch. */
function problemOf(
  layers: number,
  { h, batch }: { h: number; batch: number },
  sizes: readonly number[],
  links: AlpaLinks,
) {
  const { graph } = perceptron(new Array<number>(layers + 1).fill(h), batch);
  const ranks = sizes.reduce((product, size) => product * size, 1);
  const mesh = meshOf([...new Array(ranks).keys()], sizes);
  return timesOf(
    labelTables(graph, mesh, { offer: fullyDivided, pricing: alpaPricing(sizes, links) }).problem,
  );
}

function optimum(...given: Parameters<typeof problemOf>): number {
  const found = solveByElimination(problemOf(...given));
  if (found.kind !== "solved") throw new Error(found.kind);
  return found.cost;
}

describe.each([
  [[4, 1], 0],
  [[1, 4], 1],
] as const)("on a mesh of %j", (sizes, axis) => {
  const links = { alpha: [1, 1], beta: [1, 1] };
  const { allReduce } = alpaCollectives(sizes, links);

  test.each([2, 6])("%i layers with a large batch sum the gradients of their weights", (layers) => {
    expect(optimum(layers, { h: 64, batch: 1024 }, sizes, links)).toBeCloseTo(
      layers * allReduce(64 * 64 * BYTES, axis),
      6,
    );
  });

  test.each([2, 6])(
    "%i layers with a small batch sum activations once less than there are layers",
    (layers) => {
      expect(optimum(layers, { h: 1024, batch: 128 }, sizes, links)).toBeCloseTo(
        (layers - 1) * allReduce(128 * 1024 * BYTES, axis),
        6,
      );
    },
  );
});

test.each([[[4, 8]], [[8, 4]]])("on a mesh of %j both axes are used, each for one thing", (sizes) => {
  const links = { alpha: [1, 1], beta: [1, 0.01] };
  const { allReduce } = alpaCollectives(sizes, links);
  expect(optimum(12, { h: 128, batch: 1024 }, sizes, links)).toBeCloseTo(
    12 * allReduce((128 * 128 * BYTES) / sizes[1], 0) + 11 * allReduce((1024 * 128 * BYTES) / sizes[0], 1),
    6,
  );
});

test("the optimum is the least of all labelings", () => {
  const problem = problemOf(3, { h: 16, batch: 32 }, [2, 2], { alpha: [1, 1], beta: [1, 0.1] });
  expect(labelings(problem)).toBeGreaterThan(100);
  expect(solveByElimination(problem)).toMatchObject({ kind: "solved", cost: enumerateLabels(problem).cost });
});
