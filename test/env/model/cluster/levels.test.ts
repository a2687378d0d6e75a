import { expect, test } from "vitest";
import { testScenario } from "../../../../env/index.ts";
import { levelsOf } from "../../../../env/model/cluster/levels.ts";
import { machines } from "../../sim/lower/machines.ts";

test("devices that the fastest routes link are a machine, and all are one group at last", () => {
  expect(levelsOf(machines([2, 2, 1])).map((level) => [...level])).toEqual([
    [0, 0, 1, 1, 2],
    [0, 0, 0, 0, 0],
  ]);
});

test("equal routes make one machine; one device is one", () => {
  expect(levelsOf(testScenario({ graph: "a 1", devices: 3 }).cluster).map((level) => [...level])).toEqual([
    [0, 0, 0],
  ]);
  expect(levelsOf(testScenario({ graph: "a 1", devices: 1 }).cluster).map((level) => [...level])).toEqual([
    [0],
  ]);
});
