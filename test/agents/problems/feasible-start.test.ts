import { describe, expect, test } from "vitest";
import { sampleLogits } from "../../../agents/nets/categorical.ts";
import { feasibleStart } from "../../../agents/problems/feasible-start.ts";
import { createRng, evaluator, placement, testScenario } from "../../../env/index.ts";

describe("feasibleStart", () => {
  const graph = Array.from(
    { length: 8 },
    (_, v) => `op${v} 10 1B params=100${v === 0 ? "" : ` <- op${v - 1}`}`,
  ).join("\n");
  /** Weights in all: 800 B and the optimizer's state. */
  const held = 800 * (1 + testScenario({ graph }).fidelity.optimizerSlots);
  const withMemory = (memoryBytes: number) => testScenario({ graph, devices: 2, memoryBytes });

  test("is none where an even spread leaves room, or nothing limits it", () => {
    expect(feasibleStart(withMemory(held))).toBeNull();
    expect(feasibleStart(testScenario({ graph, devices: 2 }))).toBeNull();
  });

  test("fills one device after the other where weights nearly fill the memory", () => {
    expect([...feasibleStart(withMemory(0.55 * held))!]).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
  });

  test("leaves the host free while accelerators hold all, and uses it for what runs nowhere else", () => {
    const scenario = testScenario({
      graph: `${graph}\nlast 10 1B kinds=CPU <- op7`,
      devices: ["GPU", "CPU", "GPU"],
      memoryBytes: 0.55 * held,
    });
    const used = [...feasibleStart(scenario)!];
    expect(used.at(-1)).toBe(1);
    expect(new Set(used.slice(0, -1))).toEqual(new Set([0, 2]));
  });

  test("as a bias makes most first draws fit where few do without", () => {
    const scenario = withMemory(0.52 * held);
    const device = feasibleStart(scenario)!;
    const score = evaluator(scenario);
    const fitting = (bias: number) => {
      const logits = new Float32Array(16);
      device.forEach((d, g) => {
        logits[2 * g + d] = bias;
      });
      const rng = createRng("draws");
      const draws = Array.from({ length: 60 }, () => placement(sampleLogits(logits, 2, rng)));
      return draws.filter((plan) => score.evaluate(plan).feasible).length / 60;
    };
    expect(fitting(0)).toBeLessThan(0.4);
    expect(fitting(3)).toBeGreaterThan(0.6);
  });
});
