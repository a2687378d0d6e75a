import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Evaluator, evaluator, type Scenario, testScenario } from "../../../../env/index.ts";
import { drawn } from "../../../law-runs.ts";
import { scenarioWithPlan } from "../drawn-scenario.ts";
import { everyPlacement } from "../every-placement.ts";

describe("makespan bounds", () => {
  test("never exceed the brute-force optimum, and the ceiling is never exceeded by any plan", () => {
    fc.assert(
      fc.property(scenarioWithPlan({ maxOps: 5, maxDevices: 3 }), ({ scenario }) => {
        const score = evaluator(scenario);
        const bound = score.bound().value;
        for (const plan of everyPlacement(scenario)) {
          const { cost } = score.evaluate(plan);
          expect(cost).toBeGreaterThanOrEqual(bound * (1 - 1e-12));
          expect(cost).toBeLessThanOrEqual(score.ceiling);
        }
      }),
      { numRuns: drawn(150) },
    );
  });

  test("name the argument that gave the best bound", () => {
    const chain = evaluator(testScenario({ graph: "a 10\nb 20 <- ^a\nc 1" }));
    expect(chain.bound()).toMatchObject({ argument: "critical path", value: 30 });
    const work = evaluator(testScenario({ graph: "a 10\nb 10\nc 10\nd 10" }));
    expect(work.bound().argument).toBe("work");
    expect(work.bound().value).toBeCloseTo(20, 6);
    const tied = evaluator(testScenario({ graph: "a 10 group=g\nb 20 group=g\nc 1" }));
    expect(tied.bound()).toMatchObject({ argument: "largest unit", value: 30 });
  });

  test("know what memory keeps from the fast devices", () => {
    const graph = Array.from({ length: 10 }, (_, i) => `op${i} GPU:10|CPU:100 params=50`).join("\n");
    // Two ops fit each GPU, so the CPU takes at least six: 600 us, where memory-free work is 100 /
    // 2.1.
    const score = evaluator(testScenario({ graph, devices: ["GPU", "GPU", "CPU"], memoryBytes: 100 }));
    expect(score.bounds().map(({ argument }) => argument)).toContain("work within memory");
    expect(boundNamed(score, "work")).toBeCloseTo(100 / 2.1, 2);
    const roomy = evaluator(testScenario({ graph, devices: ["GPU", "GPU", "CPU"], memoryBytes: 500 }));
    expect(roomy.bounds().map(({ argument }) => argument)).not.toContain("work within memory");
    // The CPU is as small, so nothing fits and no bound is refuted; with a large one it is tight.
    expect(evaluator(withLargeHost(graph)).bound()).toMatchObject({ argument: "work within memory" });
    expect(evaluator(withLargeHost(graph)).bound().value).toBeCloseTo(600, 0);
  });

  test("count a transfer on a chain whose ends run on different kinds of device", () => {
    const graph = "a 10 100B kinds=CPU\nb 20 kinds=GPU <- a";
    expect(evaluator(testScenario({ graph, devices: ["CPU", "GPU"] })).bound()).toMatchObject({
      argument: "critical path with transfers",
      value: 10 + 100 / 10 + 20,
    });
  });

  test("count a transfer between ops that no memory holds together", () => {
    const graph = "a 10 100B params=60\nb 20 params=60 <- a";
    const value = (memoryBytes: number) => evaluator(testScenario({ graph, memoryBytes })).bound().value;
    expect(value(300)).toBe(30);
    expect(value(100)).toBe(40);
  });

  test("run the producers of an op one after the other, or wait for their outputs", () => {
    const graph = "a 10 50B\nb 10 50B\nc 10 50B\nd 1 <- a b c";
    // Apart an output needs 5 us, so d starts at 15 where the outputs come from two other devices;
    // the chain alone says 11.
    expect(evaluator(testScenario({ graph, devices: 3 })).bound().value).toBe(16);
  });

  test("let all that cannot arrive in time take turns, producers of producers too", () => {
    const graph = "a 10 900B\nb 10 900B\nc 10 900B\np 10 900B <- a b\nq 10 <- p c";
    // Any transfer takes 90 us, so q's device runs all five.
    const score = evaluator(testScenario({ graph, devices: 3 }));
    expect(boundNamed(score, "critical path")).toBe(30);
    expect(boundNamed(score, "critical path with transfers")).toBe(50);
  });

  test("count transfers between two units there and back", () => {
    const graph = [
      "f1 10 100B group=one",
      "f2 20 100B group=two <- f1",
      "f3 10 100B group=three <- f2",
      "b3 30 100B role=backward twin=f3 group=three <- ^f3",
      "w3 30 role=backward twin=f3 group=three <- ^f3",
      "b2 10 100B role=backward twin=f2 group=two <- b3 ^f2",
      "w2 40 role=backward twin=f2 group=two <- b3 ^f2",
      "b1 20 role=backward twin=f1 group=one <- b2 ^f1",
      "w1 20 role=backward twin=f1 group=one <- b2 ^f1",
    ].join("\n");
    const score = evaluator(testScenario({ graph, devices: 3 }));
    expect(boundNamed(score, "critical path with transfers")).toBe(130);
    expect(boundNamed(score, "critical path there and back")).toBe(140);
    const values = [...everyPlacement(score.scenario)].map((plan) => score.evaluate(plan).value!);
    expect(values.length).toBe(27);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(drawn(140));
  });

  test("keep together what is cheaper together, and run it as a whole", () => {
    const graph = "a 10 900B\nb 10 900B <- a\nc 10 900B <- a\nd 10 <- b c";
    // Any transfer takes 90 us; the chain is 30 us, all four on one device 40.
    expect(evaluator(testScenario({ graph })).bound().value).toBe(40);
  });

  test("see that a window holds more work than it has room for", () => {
    const ops = Array.from({ length: 6 }, (_, i) => `op${i} 10 <- ^first`);
    const graph = ["first 10", ...ops, `last 10 <- ${ops.map((_, i) => `^op${i}`).join(" ")}`].join("\n");
    // Six ops of 10 us on two devices between the first and the last.
    expect(evaluator(testScenario({ graph })).bound()).toMatchObject({
      argument: "interval",
      value: 10 + 30 + 10,
    });
  });

  test("share work over devices of different speed in proportion", () => {
    const kinds = ["GPU", "GPU", "CPU"];
    const graph = Array.from({ length: 30 }, (_, i) => `op${i} GPU:10|CPU:100`).join("\n");
    // 30 ops of 10 us at a total speed of 2.1 GPUs.
    expect(evaluator(testScenario({ graph, devices: kinds })).bound().value).toBeCloseTo(300 / 2.1, 2);
  });
});

const boundNamed = (score: Evaluator, name: string): number =>
  score.bounds().find(({ argument }) => argument === name)!.value;

function withLargeHost(graph: string): Scenario {
  const scenario = testScenario({ graph, devices: ["GPU", "GPU", "CPU"], memoryBytes: 100 });
  const devices = scenario.cluster.devices.map((device) =>
    device.kind === "CPU" ? { ...device, memoryBytes: Number.POSITIVE_INFINITY } : device,
  );
  return { ...scenario, cluster: { ...scenario.cluster, devices } };
}

test("a run that is lost in the rounding of a late end holds no memory in a bound", () => {
  const graph = `a ${2 ** 53} 8B\nb 0.5 40B <- a\nc 0.5 40B <- b`;
  const scenario = testScenario({ graph, objective: "peak-memory" });
  const score = evaluator(scenario);
  for (const plan of everyPlacement(scenario))
    expect(score.evaluate(plan).value).toBeGreaterThanOrEqual(score.bound().value);
});
