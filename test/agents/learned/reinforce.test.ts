import { describe, expect, test } from "vitest";
import { reinforce } from "../../../agents/learned/reinforce.ts";
import { bestRandom, bestSingleDevice, trained } from "./judge.ts";
import { type Family, workload } from "./workloads.ts";

const families: readonly Family[] = ["inception", "nmt", "enas"];

describe("reinforce at 3,000 evaluations", () => {
  test.each(families)(
    "comes within 1.35 of the bound on %s graphs and beats best-of-3,000 random",
    async (family) => {
      const scenario = workload({ family, gpus: 2 });
      const { best } = await trained(reinforce, scenario, 3000, 1);
      expect(best).toBeLessThan(1.35);
      expect(best).toBeLessThan(bestRandom(scenario, 3000));
    },
  );

  test.each(families)(
    "leaves a slow CPU alone on %s graphs and beats random among 9 devices",
    async (family) => {
      const scenario = workload({ family, gpus: 8, cpu: true });
      const { best, greedyDevice } = await trained(reinforce, scenario, 3000, 1);
      expect(best).toBeLessThan(bestRandom(scenario, 3000));
      expect(greedyDevice.includes(8)).toBe(false);
    },
  );

  test.each(families)(
    "finds the single device where links are too slow to split %s graphs",
    async (family) => {
      const scenario = workload({ family, gpus: 8, cpu: true, communication: 100 });
      const { best } = await trained(reinforce, scenario, 3000, 1);
      expect(best).toBeLessThanOrEqual(bestSingleDevice(scenario) * 1.01);
    },
  );

  test("learns to fit where one device is too small", async () => {
    const small = workload({ family: "enas", gpus: 4 });
    const total = small.graph.parameterBytes.reduce((a, b) => a + b, 0);
    const scenario = workload({ family: "enas", gpus: 4, memoryBytes: total });
    const { greedy } = await trained(reinforce, scenario, 3000, 1);
    expect(greedy).toBeLessThan(2);
  });
});
