import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  createMaxLoadEvaluator,
  evaluator,
  InputError,
  placement,
  type Scenario,
  type TestScenarioOptions,
  testScenario,
} from "../../../../env/index.ts";
import { workBound } from "../../../../env/sim/bounds/work-bound.ts";
import { referenceMaxLoadUs } from "../../../../env/sim/reference/max-load.ts";
import { leastOf, randomSplit } from "../../../agents/exact/random-split.ts";

const maxLoad = (options: TestScenarioOptions) =>
  evaluator(testScenario({ ...options, objective: "max-load" }));
const scored = (options: TestScenarioOptions, device: number[]) =>
  maxLoad(options).evaluate(placement(device)).value;

const fan = "a 10 transfer=3 8B\nb 1 <- a\nc 1 <- a\nd 1 <- a";

describe("max load", () => {
  test("is the largest sum of run times where nothing is moved", () => {
    expect(scored({ graph: "a 10\nb 20\nc 5" }, [0, 1, 0])).toBe(20);
    expect(scored({ graph: fan }, [0, 0, 0, 0])).toBe(13);
  });

  test("charges the sender once, however many devices receive", () => {
    expect(scored({ graph: fan, devices: 4 }, [0, 1, 2, 3])).toBe(10 + 3);
  });

  test("charges each receiver once, however many of its ops use the output", () => {
    const graph = "a 1 transfer=30 8B\nb 10 <- a\nc 10 <- a";
    expect(scored({ graph }, [0, 1, 1])).toBe(20 + 30);
  });

  test("charges a CPU nothing, in whatever case its kind is written", () => {
    const graph = "a GPU:1|CPU:50|cpu:50 transfer=30 8B\nb 10 transfer=7 8B <- a";
    expect(scored({ graph, devices: ["GPU", "CPU"] }, [1, 1])).toBe(60);
    expect(scored({ graph, devices: ["GPU", "CPU"] }, [1, 0])).toBe(50);
    expect(scored({ graph, devices: ["GPU", "cpu"] }, [0, 1])).toBe(1 + 30);
  });

  test("takes the bytes of all outputs over the slowest link where no transfer was measured", () => {
    expect(scored({ graph: "a 1 40B,60B\nb 1 <- a:1", bytesPerUs: 10 }, [0, 1])).toBe(11);
  });

  test("moves nothing along control edges, unless the fidelity charges them", () => {
    const graph = "a 1 transfer=5 8B\nb 1 <- ^a";
    expect(scored({ graph }, [0, 1])).toBe(1);
    expect(scored({ graph, fidelity: { controlEdges: "output-0" } }, [0, 1])).toBe(6);
  });

  test("names the accelerator over its memory and by how much, and never a CPU", () => {
    const options = {
      graph: "a 1 params=60\nb 1 params=70",
      devices: ["GPU", "GPU", "CPU"],
      memoryBytes: 100,
    };
    const over = maxLoad(options).evaluate(placement([1, 1]));
    expect(over).toMatchObject({ feasible: false, value: null });
    expect(over.violation).toEqual({ device: 1, peakBytes: 130, limitBytes: 100, excessBytes: 30, op: -1 });
    expect([...over.peakBytes]).toEqual([0, 130, 0]);
    expect(over.cost).toBeCloseTo(maxLoad(options).ceiling * 1.3, 9);
    expect(maxLoad(options).evaluate(placement([2, 2])).value).toBe(2);
  });

  test("scores a move like the plan that it leads to, and refuses what is no plan", () => {
    const score = maxLoad({ graph: fan });
    const plan = placement([0, 0, 0, 0]);
    expect(score.around(plan)!.move(2, 1)).toEqual(score.evaluate(placement([0, 0, 1, 0])));
    expect([...plan.device]).toEqual([0, 0, 0, 0]);
    expect(() => score.evaluate(placement([0, 0, 0]))).toThrow(InputError);
  });

  test("equals the formula written out, for every plan", () => {
    fc.assert(
      fc.property(
        randomSplit({ maxOps: 9, maxClasses: 9, maxAccelerators: 3 }),
        fc.nat(),
        (scenario, seed) => {
          const device = somePlacement(scenario, seed);
          const { value } = createMaxLoadEvaluator({ ...scenario }).evaluate(placement(device));
          if (value !== null) expect(value).toBeCloseTo(referenceMaxLoadUs(scenario, device), 9);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("bound and ceiling of max load", () => {
  test("enclose the value of every plan", () => {
    let tight = 0;
    fc.assert(
      fc.property(randomSplit({ maxOps: 7, maxClasses: 5, maxAccelerators: 3 }), (scenario) => {
        const score = evaluator(scenario);
        const bound = score.bound().value;
        const least = leastOf(scenario, (groupDevice) => {
          const device = scenario.grouping.groupOf.map((g) => groupDevice[g]);
          const { value } = score.evaluate(placement(device));
          if (value !== null) expect(value).toBeLessThan(score.ceiling);
          return true;
        });
        if (least === null) return;
        expect(bound).toBeLessThanOrEqual(least * (1 + 1e-12));
        if (least < bound * 1.1) tight++;
      }),
      { numRuns: 200, seed: 3 },
    );
    expect(tight).toBeGreaterThan(20);
  });

  test("name their argument", () => {
    expect(maxLoad({ graph: "a 100\nb 1" }).bound()).toMatchObject({
      value: 100,
      argument: "largest unit",
    });
    expect(maxLoad({ graph: "a 10\nb 10\nc 10" }).bound().value).toBe(15);
  });

  test("share the work of unequal machines as the linear program does", () => {
    // Machine 0 is best for item 0, machine 1 for item 1; item 2 is divided: 10 + 4x = 10 + 6(1 -
    // x).
    const { valueUs, weights } = workBound(Float64Array.from([10, 90, 90, 10, 4, 6]), [1, 1]);
    expect(valueUs).toBeCloseTo(12.4, 9);
    expect(weights[0] + weights[1]).toBeCloseTo(1, 12);
    expect(workBound(Float64Array.from([8, Number.POSITIVE_INFINITY, 8, 8]), [1, 1]).valueUs).toBeCloseTo(
      8,
      9,
    );
  });
});

/** Groups spread over the devices that support them. */
function somePlacement({ graph, grouping, cluster }: Scenario, seed: number): Int32Array {
  const count = cluster.devices.length;
  const cpu = cluster.devices.findIndex(({ kind }) => kind === "cpu");
  const needsCpu = new Set([...grouping.groupOf].filter((_, v) => graph.supportedKinds[v] !== null));
  return grouping.groupOf.map((g) => (needsCpu.has(g) ? cpu : (seed + g * g * 7 + (seed >> g)) % count));
}
