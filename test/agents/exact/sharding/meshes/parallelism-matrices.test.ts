import { expect, test } from "vitest";
import { parallelismMatrices } from "../../../../../agents/exact/sharding/meshes/parallelism-matrices.ts";

const product = (values: readonly number[]): number => values.reduce((all, value) => all * value, 1);

test.each([
  [[4, 16], [16, 4], 3],
  [[2, 8], [4, 4], 2],
  [[4, 8], [8, 4], 3],
  [[2, 2, 4], [4, 2, 2], 7],
  [[4, 16], [4, 4, 4], 6],
  [[2, 16], [32], 1],
])("levels %j hold axes %j in %i ways, each with its products", (levels, axes, count) => {
  const matrices = [...parallelismMatrices(levels, axes)];
  expect(matrices).toHaveLength(count);
  expect(new Set(matrices.map((matrix) => JSON.stringify(matrix))).size).toBe(count);
  for (const matrix of matrices) {
    expect(matrix.map(product)).toEqual(axes);
    expect(levels.map((_, level) => product(matrix.map((row) => row[level])))).toEqual(levels);
  }
});

test("an axis or level of size 1 adds ones", () => {
  expect([...parallelismMatrices([1, 4], [4, 1])]).toEqual([
    [
      [1, 4],
      [1, 1],
    ],
  ]);
});
