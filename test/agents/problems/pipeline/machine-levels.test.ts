import { describe, expect, test } from "vitest";
import {
  flatDevices,
  machinesOf,
  nestedDevices,
  pairBytesPerUs,
} from "../../../../agents/problems/pipeline/machine-levels.ts";
import { resolveScenario } from "../../../../scenarios/index.ts";

const scenarioOn = (cluster: string) => resolveScenario(`alexnet/${cluster}`);
const gpus = (count: number) => Array.from({ length: count }, (_, d) => d);

describe("accelerators as machines within machines", () => {
  test("are one level behind one switch", async () => {
    const scenario = await scenarioOn("4xP100");
    const { levels, devices } = nestedDevices(scenario, gpus(4));
    expect(levels.map(({ machines }) => machines)).toEqual([4]);
    expect(levels[0].bytesPerUs).toBe(pairBytesPerUs(scenario, 0, 1));
    expect(devices).toEqual(gpus(4));
  });

  test("are machines, then racks, each level slower than the one inside", async () => {
    const scenario = await scenarioOn("16xP100-2racks");
    const { levels, devices } = nestedDevices(scenario, gpus(16));
    expect(levels[0].machines).toBe(4);
    expect(levels.reduce((all, { machines }) => all * machines, 1)).toBe(16);
    const speeds = levels.map(({ bytesPerUs }) => bytesPerUs);
    expect(speeds).toEqual([...speeds].sort((a, b) => b - a));
    expect(devices).toEqual(gpus(16));
  });

  test("leave out a level whose machines differ in size", async () => {
    const scenario = await scenarioOn("2x8xV100");
    const uneven = nestedDevices(scenario, [0, 1, 2, 8]);
    expect(uneven.levels.map(({ machines }) => machines)).toEqual([4]);
    expect(uneven.levels[0].bytesPerUs).toBeLessThanOrEqual(pairBytesPerUs(scenario, 0, 8));
    expect(nestedDevices(scenario, [0, 1, 8, 9]).levels.map(({ machines }) => machines)).toEqual([2, 2]);
  });

  test("put the devices of a machine next to each other, in whatever order they come", async () => {
    const scenario = await scenarioOn("2x8xV100");
    const { devices } = nestedDevices(scenario, [0, 8, 1, 9]);
    expect(devices).toEqual([0, 1, 8, 9]);
    expect(machinesOf(scenario, [8, 0, 1, 9])).toEqual([
      [8, 9],
      [0, 1],
    ]);
  });

  test("are one level of the slowest pair where that is asked for, also with one device", async () => {
    const scenario = await scenarioOn("2x8xV100");
    const { levels } = flatDevices(scenario, gpus(16));
    expect(levels).toEqual([{ machines: 16, bytesPerUs: expect.any(Number) }]);
    expect(levels[0].bytesPerUs).toBe(nestedDevices(scenario, gpus(16)).levels.at(-1)!.bytesPerUs);
    expect(nestedDevices(scenario, [3]).levels).toEqual([
      { machines: 1, bytesPerUs: Number.POSITIVE_INFINITY },
    ]);
  });
});
