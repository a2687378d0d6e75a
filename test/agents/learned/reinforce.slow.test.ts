import { describe, expect, test } from "vitest";
import { reinforce } from "../../../agents/learned/reinforce.ts";
import { evaluator, placement, type Scenario } from "../../../env/index.ts";
import { bestRandom, bestSingleDevice, trained } from "./judge.ts";
import { type Family, workload } from "./workloads.ts";

const families: readonly Family[] = ["inception", "nmt", "enas-cifar"];

describe("reinforce at 3,000 evaluations", () => {
  test.each(families)(
    "comes within 1.25 of the bound on %s graphs with 2 devices, mean of 3 seeds, each better than best-of-3,000 random",
    async (family) => {
      const scenario = workload({ family, gpus: 2 });
      const random = bestRandom(scenario, 3000);
      let sum = 0;
      for (const seed of [1, 2, 3]) {
        const { best } = await trained(reinforce, scenario, 3000, seed);
        expect(best).toBeLessThan(random);
        sum += best;
      }
      expect(sum / 3).toBeLessThanOrEqual(1.25);
    },
  );

  test("leaves a slow CPU alone and beats random among 9 devices", async () => {
    const scenario = workload({ family: "inception", gpus: 8, cpu: true });
    const { best, greedyDevice } = await trained(reinforce, scenario, 3000, 1);
    expect(best).toBeLessThan(bestRandom(scenario, 3000));
    expect(greedyDevice.includes(8)).toBe(false);
  });

  test("finds the single device where links are too slow to split", async () => {
    const scenario = workload({ family: "nmt", gpus: 8, cpu: true, communication: 100 });
    const { greedy } = await trained(reinforce, scenario, 3000, 1);
    expect(greedy).toBeLessThanOrEqual(bestSingleDevice(scenario) * 1.01);
  });

  test("learns to fit where one device is too small", async () => {
    const memoryBytes = 0.8 * peakOnOneDevice(workload({ family: "enas-cifar", gpus: 4 }));
    const scenario = workload({ family: "enas-cifar", gpus: 4, memoryBytes });
    const score = evaluator(scenario);
    expect(score.evaluate(onOneDevice(scenario)).feasible).toBe(false);
    const { greedy } = await trained(reinforce, scenario, 2000, 1);
    expect(greedy).toBeLessThan(score.ceiling / score.bound().value);
    expect(greedy).toBeLessThan(2);
  });
});

const onOneDevice = (scenario: Scenario) => placement(new Int32Array(scenario.graph.opCount));
const peakOnOneDevice = (scenario: Scenario) =>
  evaluator(scenario).evaluate(onOneDevice(scenario)).peakBytes[0];
