import { expect, test } from "vitest";
import { dataParallelPlan } from "../../../../../agents/problems/sharding/macros/data-parallel.ts";
import { meshOf } from "../../../../../agents/problems/sharding/mesh/meshes.ts";
import { iterationOf } from "../../../../../env/model/plan/sharding.ts";
import { mlp } from "../../../../env/sim/lower/sharding/numbered-graph.ts";

const { graph } = mlp({ b: 6, k: 6, h: 12, n: 4 });

/** Mesh axes on the batch of z. */
function onBatch(sizes: readonly number[], evenly: boolean): readonly number[] {
  const devices = Array.from({ length: sizes.reduce((a, b) => a * b, 1) }, (_, d) => d);
  const { split } = dataParallelPlan(graph, meshOf(devices, sizes), { evenly });
  const z = graph.names.indexOf("z");
  const batch = iterationOf(graph, z)!.dimensions.findIndex(({ kind }) => kind === "batch");
  expect(split[z]!.every((axes, d) => d === batch || axes.length === 0)).toBe(true);
  return split[z]![batch];
}

test("every axis divides the batch, which may leave a shorter part", () => {
  expect(onBatch([2, 2], false)).toEqual([0, 1]);
  expect(onBatch([2, 3], false)).toEqual([0, 1]);
});

test("in equal parts those axes do that leave most ranks at work", () => {
  expect(onBatch([2, 3], true)).toEqual([0, 1]);
  expect(onBatch([4, 3], true)).toEqual([1]);
  expect(onBatch([2, 2], true)).toHaveLength(1);
  expect(onBatch([4], true)).toEqual([]);
});
