import { expect, test } from "vitest";
import { gridLayouts } from "../../../../agents/problems/pipeline/grid-layout.ts";
import { pairBytesPerUs } from "../../../../agents/problems/pipeline/machine-levels.ts";
import { resolveScenario } from "../../../../scenarios/index.ts";

test("replicas or stages are close to each other, and have the bandwidth of a machine", async () => {
  const scenario = await resolveScenario("alexnet/2x8xV100");
  const devices = Array.from({ length: 16 }, (_, d) => d);
  const [replicasClose, stagesClose] = gridLayouts(scenario, devices);
  expect([0, 1].map((stage) => replicasClose.devicesOf(stage, 8, 2))).toEqual([
    devices.slice(0, 8),
    devices.slice(8),
  ]);
  expect(stagesClose.devicesOf(1, 8, 2)).toEqual([1, 3, 5, 7, 9, 11, 13, 15]);
  const between = pairBytesPerUs(scenario, 0, 8);
  expect(replicasClose.bytesPerUs(8, 2).stages).toBeCloseTo(between, 9);
  expect(replicasClose.bytesPerUs(8, 2).replicas).toBeGreaterThan(between);
  expect(stagesClose.bytesPerUs(8, 2).stages).toBeGreaterThan(between);
  expect(stagesClose.bytesPerUs(8, 2).replicas).toBeCloseTo(between, 9);
  expect(replicasClose.bytesPerUs(1, 1)).toEqual({ stages: Infinity, replicas: Infinity });
});
