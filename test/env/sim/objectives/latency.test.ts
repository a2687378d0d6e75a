import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  evaluator,
  placement,
  type Scenario,
  simulateLatency,
  type TestScenarioOptions,
  testScenario,
} from "../../../../env/index.ts";
import { referenceLatency } from "../../../../env/sim/reference/latency.ts";
import { randomSplit } from "../../../agents/exact/random-split.ts";

const latency = (options: TestScenarioOptions) =>
  evaluator(testScenario({ ...options, objective: "latency" }));
const scored = (options: TestScenarioOptions, device: number[]) =>
  latency(options).evaluate(placement(device)).value;

const accelerators = ["GPU", "GPU"];
const withHost = ["GPU", "GPU", "CPU"];

describe("latency", () => {
  test("lets a CPU run everything at once that is ready, and move nothing", () => {
    expect(scored({ graph: "a 10 transfer=7 8B\nb 20 <- a\nc 30 <- a", devices: ["CPU"] }, [0, 0, 0])).toBe(
      40,
    );
    const cpus = { graph: "a 10 transfer=7 8B\nb 20 <- a", devices: ["CPU", "cpu"] };
    expect(scored(cpus, [0, 1])).toBe(30);
  });

  test("lets an accelerator run its ops one after the other", () => {
    expect(scored({ graph: "a 10\nb 20\nc 30", devices: accelerators }, [0, 0, 0])).toBe(60);
    expect(scored({ graph: "a 10\nb 20\nc 30", devices: accelerators }, [0, 1, 0])).toBe(40);
  });

  test("charges sender and receiver, once each, and makes consumers wait for the whole piece", () => {
    const graph = "a 10 transfer=3 8B\nb 20\nc 30 <- a\nd 40 <- a";
    // The piece of a and b takes 10 + 20 + 3, then that of c and d 3 + 30 + 40.
    expect(scored({ graph, devices: accelerators }, [0, 0, 1, 1])).toBe(33 + 73);
    expect(scored({ graph, devices: withHost }, [0, 0, 2, 2])).toBe(33 + 40);
    expect(scored({ graph, devices: withHost }, [2, 2, 0, 0])).toBe(10 + 73);
  });

  test("cuts what a path leaves and comes back to, and charges both pieces", () => {
    const graph = "a 10 transfer=1 8B\nb 20 transfer=2 8B <- a\nc 30 transfer=4 8B <- b\nd 5 <- a";
    // a and d | b | c: d runs with a, since only c is behind an op elsewhere.
    expect(scored({ graph, devices: accelerators }, [0, 1, 0, 0])).toBe(10 + 5 + 1 + (1 + 20 + 2) + (2 + 30));
    expect(scored({ graph, devices: accelerators }, [0, 0, 0, 0])).toBe(65);
  });

  test("cuts one of two pieces that wait for each other", () => {
    const graph = "a 10 transfer=1 8B\nb 20 <- a\nc 30 transfer=2 8B\nd 40 <- c";
    // {a, d} needs c, {c, b} needs a. What can run of the first is a: 10 + 1, then {c, b}: 1 + 20 +
    // 30 + 2, then d: 2 + 40.
    expect(scored({ graph, devices: accelerators }, [0, 1, 1, 0])).toBe(11 + 53 + 42);
  });

  test("counts an ordering without data as an ordering", () => {
    const graph = "a 10 transfer=3 8B\nb 20 <- ^a";
    expect(scored({ graph, devices: accelerators }, [0, 1])).toBe(30);
    expect(scored({ graph, devices: accelerators, fidelity: { controlEdges: "output-0" } }, [0, 1])).toBe(36);
  });

  test("names the accelerator over its memory and never a CPU", () => {
    const options = { graph: "a 1 params=60\nb 1 params=70", devices: withHost, memoryBytes: 100 };
    const over = latency(options).evaluate(placement([1, 1, 2].slice(0, 2)));
    expect(over).toMatchObject({ feasible: false, value: null });
    expect(over.violation).toMatchObject({ device: 1, excessBytes: 30 });
    expect(latency(options).evaluate(placement([2, 2])).value).toBe(1);
  });

  test("lays the ops of a piece out between its transfers, for pictures", () => {
    const graph = "a 10 transfer=3 8B\nb 20\nc 30 transfer=1 8B <- a\nd 40 <- a c";
    const scenario = testScenario({ graph, devices: withHost, objective: "latency" });
    const { makespanUs, startUs, endUs, deviceBusyUs } = simulateLatency(scenario, placement([0, 0, 1, 2]));
    expect([...startUs]).toEqual([0, 10, 33 + 3, 33 + 34]);
    expect([...endUs]).toEqual([10, 30, 66, 107]);
    expect([...deviceBusyUs]).toEqual([33, 34, 40]);
    expect(makespanUs).toBe(107);
  });

  test("equals the slow model on every random plan, whatever was evaluated before", () => {
    let cut = 0;
    fc.assert(
      fc.property(
        randomSplit({ maxOps: 10, maxClasses: 10, maxAccelerators: 3 }),
        fc.array(fc.nat(), { minLength: 30, maxLength: 30 }),
        (scenario, seeds) => {
          const free = withoutLimits(scenario);
          const score = evaluator(free);
          for (let k = 0; k < 3; k++) {
            const device = somePlacement(free, seeds.slice(10 * k, 10 * k + 10));
            const { value } = score.evaluate(placement(device));
            const slow = referenceLatency(free, device);
            expect(value).toBeCloseTo(slow.latencyUs, 9);
            if (slow.cuts > 0) cut++;
            expect(value!).toBeLessThanOrEqual(score.ceiling);
          }
        },
      ),
      { numRuns: 300, seed: 5 },
    );
    // Pieces that wait for each other do occur.
    expect(cut).toBeGreaterThan(20);
  });
});

const withoutLimits = (scenario: Scenario): Scenario => ({
  ...scenario,
  objective: "latency",
  cluster: {
    ...scenario.cluster,
    devices: scenario.cluster.devices.map((device) => ({ ...device, memoryBytes: Infinity })),
  },
});

function somePlacement({ grouping, cluster, graph }: Scenario, seeds: readonly number[]): Int32Array {
  return Int32Array.from(grouping.groupOf, (g) => {
    const legal = cluster.devices.flatMap((device, d) =>
      graph.supportedKinds.every(
        (kinds, v) => grouping.groupOf[v] !== g || (kinds?.includes(device.kind) ?? true),
      )
        ? [d]
        : [],
    );
    return legal[seeds[g] % legal.length];
  });
}
