import { describe, expect, test } from "vitest";
import { reinforce } from "../../../agents/learned/reinforce.ts";
import { evaluator, placement, type Scenario } from "../../../env/index.ts";
import { bestRandom, bestSingleDevice, trained } from "./judge.ts";
import { workload } from "./workloads.ts";

describe("reinforce at 3,000 evaluations", () => {
  // The slow test has three families and three seeds.
  test("comes within 1.25 of the bound on nmt graphs with 2 devices, and beats best-of-3,000 random", async () => {
    const scenario = workload({ family: "nmt", gpus: 2 });
    const { best } = await trained(reinforce, scenario, 3000, 1);
    expect(best).toBeLessThan(bestRandom(scenario, 3000));
    expect(best).toBeLessThanOrEqual(1.25);
  });

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
