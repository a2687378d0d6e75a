import { expect, test } from "vitest";
import {
  gridSizes,
  machineSize,
  meshDevices,
  meshSizes,
} from "../../../../../agents/problems/sharding/mesh/meshes.ts";
import { machines } from "../../../../env/sim/lower/machines.ts";

test("a grid has machines on its first axis, and divides the largest axis after that", () => {
  const grid = (sizes: readonly number[], axes: number) => {
    const cluster = machines(sizes);
    return gridSizes({ cluster }, meshDevices({ cluster }), axes);
  };
  expect(grid([4, 4], 1)).toEqual([8]);
  expect(grid([4, 4], 2)).toEqual([2, 4]);
  expect(grid([4, 4], 3)).toEqual([2, 2, 2]);
  expect(grid([8], 2)).toEqual([2, 4]);
  expect(grid([5], 2)).toEqual([5]);
  expect(grid([3, 1], 2)).toEqual([2, 2]);
});

test("devices are in the order of their machines", () => {
  const cluster = machines([2, 2]);
  const order = [0, 2, 1, 3];
  const mixed = {
    ...cluster,
    devices: order.map((d) => cluster.devices[d]),
    routes: order.map((a) => order.map((b) => cluster.routes[a][b])),
  };
  expect(meshDevices({ cluster: mixed })).toEqual([0, 2, 1, 3]);
  expect(machineSize({ cluster: mixed }, [0, 1, 2, 3])).toBe(2);
});

test("every mesh of one or two axes is there once", () => {
  expect(meshSizes(12)).toEqual([[12], [2, 6], [3, 4], [4, 3], [6, 2]]);
  expect(meshSizes(7)).toEqual([[7]]);
});
