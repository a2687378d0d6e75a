import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  createScenario,
  evaluator,
  partedBounds,
  placement,
  type Scenario,
  testScenario,
} from "../../../../../env/index.ts";
import { drawn as instances } from "../../../../law-runs.ts";
import { scenarioWithPlan } from "../../drawn-scenario.ts";

const partedPathUs = (scenario: Scenario): number => partedBounds(scenario)[0].value;

const chain = (memoryBytes: number) =>
  testScenario({
    graph:
      "a 10 1B transfer=4 params=60\nb 10 1B transfer=1 params=30 <- a\nc 10 1B transfer=7 params=30 <- b\nd 10 params=60 <- c",
    devices: 3,
    memoryBytes,
    objective: "latency",
  });

describe("the bound by a path that memory parts", () => {
  test("cuts a chain where its transfers are least of those that fit", () => {
    // Two devices of 100 bytes: the only cut that fits is after b, sent and received.
    expect(partedPathUs(chain(100))).toBe(40 + 2 * 1);
    expect(evaluator(chain(100)).evaluate(placement([0, 0, 1, 1])).value).toBe(42);
    // At 60 bytes a and d are alone.
    expect(partedPathUs(chain(60))).toBe(40 + 2 * 4 + 2 * 7);
    expect(partedPathUs(chain(180))).toBe(0);
  });

  test("never cuts between an op and its own outputs", () => {
    const outputs = (memoryBytes: number) =>
      testScenario({
        graph:
          "a 10 1B transfer=0 params=60 group=a\nout 0 1B transfer=3 group=a <- a\nb 10 params=60 <- out",
        devices: 2,
        memoryBytes,
        objective: "latency",
      });
    expect(partedPathUs(outputs(100))).toBe(20 + 2 * 3);
    expect(evaluator(outputs(100)).evaluate(placement([0, 0, 1])).value).toBe(26);
  });

  test("counts what lies between two ops of a path with them", () => {
    const scenario = testScenario({
      graph:
        "a 1 1B transfer=5\nb 9 1B transfer=5 params=40 <- a\nc 8 1B transfer=5 params=40 <- a\nd 1 1B transfer=5 params=40 <- b c\ne 1 params=1 <- d",
      devices: 3,
      memoryBytes: 100,
      objective: "latency",
    });
    // No device holds a to d. The cheapest path: a and b together or apart, then d with e.
    const bound = partedPathUs(scenario);
    const all = allPlans(scenario);
    expect(bound).toBeLessThanOrEqual(Math.min(...all));
    expect(bound).toBeGreaterThan(
      Math.max(
        ...evaluator(scenario)
          .bounds()
          .map(({ value }) => value),
      ),
    );
  });

  test("never exceeds the optimum, and says more than the other bounds on many scenarios", () => {
    let says = 0;
    fc.assert(
      fc.property(
        scenarioWithPlan({ maxOps: 6, maxDevices: 3 }),
        fc.double({ min: 0.3, max: 0.9, noNaN: true }),
        ({ scenario: drawn }, share) => {
          const scenario = tightened(drawn, share);
          const score = evaluator(scenario);
          const least = Math.min(...allPlans(scenario));
          const own = partedPathUs(scenario);
          expect(own).toBeLessThanOrEqual(least);
          if (own > score.bound().value && own < Number.POSITIVE_INFINITY) says++;
        },
      ),
      { numRuns: instances(300), seed: 5 },
    );
    expect(says).toBeGreaterThan(instances(5));
  });
});

/** With accelerators that hold a share of all weights. */
function tightened(drawn: Scenario, share: number): Scenario {
  const total = drawn.graph.parameterBytes.reduce((sum, bytes) => sum + bytes, 0);
  const devices = drawn.cluster.devices.map((device) => ({
    ...device,
    memoryBytes: Math.max(1, share * total),
  }));
  return createScenario({ ...drawn, cluster: { ...drawn.cluster, devices }, objective: "latency" });
}

/** The latency of every plan that fits. */
function allPlans(scenario: Scenario): number[] {
  const { opCount } = scenario.graph;
  const deviceCount = scenario.cluster.devices.length;
  const score = evaluator(scenario);
  const values: number[] = [];
  for (let code = 0; code < deviceCount ** opCount; code++) {
    const device = Array.from(
      { length: opCount },
      (_, v) => Math.floor(code / deviceCount ** v) % deviceCount,
    );
    if (
      scenario.graph.colocation.some(
        (c, v) => c !== -1 && device[scenario.graph.colocation.indexOf(c)] !== device[v],
      )
    )
      continue;
    const { value } = score.evaluate(placement(device));
    if (value !== null) values.push(value);
  }
  return values;
}
