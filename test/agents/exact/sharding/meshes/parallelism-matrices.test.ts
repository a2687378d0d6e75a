import { expect, test } from "vitest";
import {
  parallelismMatrices,
  placesOf,
} from "../../../../../agents/exact/sharding/meshes/parallelism-matrices.ts";

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

test("ranks go to places level by level, in the order of rows inside a level", () => {
  // Axis 0 is spread over 2 machines, axis 1 over the 4 devices of each.
  const apart = [
    [2, 1],
    [1, 4],
  ];
  expect([...placesOf(apart)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  // Axis 0 lies inside machines, axis 1 across and inside.
  const mixed = [
    [1, 2],
    [2, 2],
  ];
  expect([...placesOf(mixed)]).toEqual([0, 1, 4, 5, 2, 3, 6, 7]);
});

test("every matrix gives each rank a place of its own", () => {
  for (const matrix of parallelismMatrices([2, 2, 4], [4, 2, 2]))
    expect([...placesOf(matrix)].sort((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, i) => i));
});
