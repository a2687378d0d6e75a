import { describe, expect, test } from "vitest";
import { reinforce } from "../../../agents/learned/reinforce.ts";
import { evaluator, placement, type Scenario } from "../../../env/index.ts";
import { bestSingleDevice, trained } from "./judge.ts";
import { workload } from "./workloads.ts";

describe("reinforce at 3,000 evaluations", () => {
  // Among 2 devices and 9, and beside random plans, in the slow test.
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
