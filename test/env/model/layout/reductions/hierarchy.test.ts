import { expect, test } from "vitest";
import type { Mesh } from "../../../../../env/model/layout/mesh.ts";
import { reductionGroups, reductionLevels } from "../../../../../env/model/layout/reductions/hierarchy.ts";
import { machines } from "../../../sim/lower/machines.ts";

const meshOf = (sizes: readonly number[], devices: readonly number[]): Mesh => ({
  axes: sizes.map((size, axis) => ({ name: `axis ${axis}`, size })),
  devices,
});
const order = (count: number) => Array.from({ length: count }, (_, d) => d);

test("an axis lies on the levels of its machines", () => {
  const cluster = machines([4, 4]);
  expect(reductionLevels(cluster, meshOf([8], order(8)), [0])).toEqual([2, 4]);
  expect(reductionLevels(cluster, meshOf([4, 2], order(8)), [0])).toEqual([2, 2]);
  expect(reductionLevels(cluster, meshOf([4, 2], order(8)), [1])).toEqual([1, 2]);
  expect(reductionLevels(cluster, meshOf([2, 4], order(8)), [0])).toEqual([2, 1]);
});

test("machines of unequal numbers of ranks are one level", () => {
  expect(reductionLevels(machines([3, 1]), meshOf([4], order(4)), [0])).toEqual([4]);
});

test("ranks of several axes are in the order of their machines", () => {
  const cluster = machines([2, 2]);
  const mesh = meshOf([2, 2], [0, 2, 1, 3]);
  expect(reductionGroups(cluster, mesh, [0, 1])).toEqual([[0, 2, 1, 3]]);
  expect(reductionLevels(cluster, mesh, [0, 1])).toEqual([2, 2]);
});
