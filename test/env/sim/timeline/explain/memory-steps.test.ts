import fc from "fast-check";
import { expect, test } from "vitest";
import {
  memoryAtPeak,
  memoryPartNames,
  memorySteps,
  placement,
  simulate,
  tasksOf,
  testScenario,
} from "../../../../../env/index.ts";
import { scenarioWithPlan } from "../../drawn-scenario.ts";

test("memory over time peaks at the peak, in order of time, and ends with what stays", () => {
  fc.assert(
    fc.property(scenarioWithPlan({ maxOps: 14, maxDevices: 4 }), ({ scenario, plan }) => {
      const timeline = simulate(scenario, plan);
      const steps = memorySteps(tasksOf(scenario, timeline));
      const { graph, fidelity } = scenario;
      for (let d = 0; d < scenario.cluster.devices.length; d++) {
        const own = steps.filter(({ device }) => device === d);
        expect(Math.max(...own.map(({ highestBytes }) => highestBytes))).toBe(timeline.peakBytes[d]);
        for (let i = 1; i < own.length; i++) expect(own[i].timeUs).toBeGreaterThan(own[i - 1].timeUs);
        const weights = [...graph.parameterBytes].reduce(
          (sum, bytes, v) => sum + (plan.device[v] === d ? bytes * (1 + fidelity.optimizerSlots) : 0),
          0,
        );
        expect(own[own.length - 1].bytes).toBe(fidelity.memory === "training" ? weights : 0);
        for (const { highestBytes, highestParts, bytes, parts } of own) {
          expect(memoryPartNames.reduce((sum, part) => sum + highestParts[part], 0)).toBe(highestBytes);
          expect(memoryPartNames.reduce((sum, part) => sum + parts[part], 0)).toBe(bytes);
        }
      }
    }),
    { numRuns: 200 },
  );
});

test("memory over time shows an output until it has been sent, and its copy until its last use", () => {
  const scenario = testScenario({ graph: "a 10 100B params=40\nb 5 7B <- a\nc 5 <- b" });
  const steps = memorySteps(tasksOf(scenario, simulate(scenario, placement([0, 1, 1]))));
  expect(steps.map(({ device, timeUs, bytes }) => [device, timeUs, bytes])).toEqual([
    [0, 0, 140],
    [1, 0, 0],
    [1, 10, 100],
    [0, 20, 40],
    [1, 20, 107],
    [1, 25, 7],
    [1, 30, 0],
  ]);
});

test("memory at the peak is told apart by name", () => {
  const graph = [
    "fwd 10 100B params=40",
    "next 5 7B workspace=300 <- fwd",
    "grad 5 40B role=backward twin=fwd <- next fwd",
    "copy 5 9B role=backward <- next",
    "step 5 role=update <- grad",
  ].join("\n");
  const scenario = testScenario({ graph, fidelity: { optimizerSlots: 2 } });
  const peaks = (device: number[]) =>
    memoryAtPeak(tasksOf(scenario, simulate(scenario, placement(device)))).map((parts) =>
      Object.fromEntries(Object.entries(parts).filter(([, bytes]) => bytes > 0)),
    );
  expect(peaks([0, 0, 0, 0, 0])).toEqual([
    { weights: 40, optimizer: 80, activations: 107, workspace: 300 },
    {},
  ]);
  // `next` runs elsewhere. Device 0 peaks while the gradient is made from a copy of the output of
  // `next`.
  expect(peaks([0, 1, 0, 1, 0])).toEqual([
    { weights: 40, optimizer: 80, gradients: 40, activations: 100, copies: 7 },
    { copies: 100, activations: 7, workspace: 300 },
  ]);
});
