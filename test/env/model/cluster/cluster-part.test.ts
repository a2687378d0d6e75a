import { expect, test } from "vitest";
import { clusterPart } from "../../../../env/model/cluster/cluster-part.ts";
import { levelsOf } from "../../../../env/model/cluster/levels.ts";
import { machines } from "../../sim/lower/machines.ts";

const whole = machines([2, 2, 1]);

test("a part has the devices, and the links of their routes alone, in their order", () => {
  const { cluster, numbers } = clusterPart(whole, [4, 1]);
  expect(cluster.devices.map(({ name }) => name)).toEqual(["gpu:1", "gpu:4"]);
  expect(numbers).toEqual([1, 0]);
  expect(cluster.links.map(({ name }) => name)).toEqual(["1-4", "4-1"]);
  expect(cluster.routes).toEqual([
    [[], [0]],
    [[1], []],
  ]);
});

test("parts that differ in names alone have one key", () => {
  const keyOf = (...devices: number[]) => clusterPart(whole, devices).key;
  expect(keyOf(0, 1)).toBe(keyOf(2, 3));
  expect(keyOf(0, 1)).not.toBe(keyOf(1, 0));
  expect(keyOf(0, 1)).not.toBe(keyOf(1, 2));
});

test("a part has the machines of the whole, though its own links are all alike", () => {
  expect([...levelsOf(clusterPart(whole, [1, 2]).cluster)[0]]).toEqual([0, 1]);
  expect([...levelsOf(clusterPart(whole, [2, 3]).cluster)[0]]).toEqual([0, 0]);
});
