import { expect, test } from "vitest";
import { machineBorders } from "../../../../agents/problems/pipeline/machine-borders.ts";
import { resolveScenario } from "../../../../scenarios/index.ts";

test("counts the devices up to the end of each machine, with the bandwidths inside and across", async () => {
  const scenario = await resolveScenario("vgg-16/2x8xV100-25gbe");
  const gpus = scenario.cluster.devices.flatMap(({ kind }, d) => (kind === "CPU" ? [] : [d]));
  const { devices, ends, insideBytesPerUs, acrossBytesPerUs } = machineBorders(scenario, gpus);
  expect([...devices].sort((a, b) => a - b)).toEqual(gpus);
  expect(ends).toEqual([8, 16]);
  expect(insideBytesPerUs).toBeGreaterThan(acrossBytesPerUs);
});

test.each([
  ["16x1xV100-25gbe", [...Array(16).keys()].map((i) => i + 1)],
  ["2x8xA100+8xT4", [8, 16, 24]],
])("a machine is what its own kind and its host make of it: %s", async (cluster, expected) => {
  const scenario = await resolveScenario(`vgg-16/${cluster}`);
  const gpus = scenario.cluster.devices.flatMap(({ kind }, d) => (kind === "CPU" ? [] : [d]));
  expect(machineBorders(scenario, gpus).ends).toEqual(expected);
});
