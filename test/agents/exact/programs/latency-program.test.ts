import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { latencyProgram } from "../../../../agents/exact/programs/latency-program.ts";
import { ilp } from "../../../../agents/planners/placement/exact/ilp.ts";
import { splitProblem } from "../../../../agents/problems/split/split-problem.ts";
import { solveMip } from "../../../../agents/solver/highs.ts";
import { evaluator, liftToOps, placement, type Scenario, testScenario } from "../../../../env/index.ts";
import { colocated } from "../../../../env/model/layers/elements.ts";
import { drawn } from "../../../law-runs.ts";
import { NO_DEADLINE_SECONDS } from "../../no-deadline.ts";
import { runPlanner } from "../../planners/run-planner.ts";
import { leastOf } from "../random-split.ts";

const limits = { nodes: 1e5, iterations: 1e6, seconds: NO_DEADLINE_SECONDS, relativeGap: 0 };

/** The optimum of the program and a plan that has it, or null where there is none. */
async function optimum(scenario: Scenario, pieces: number) {
  const problem = splitProblem(scenario, colocated(scenario));
  const upperUs = evaluator(scenario).ceiling;
  const { program, unitUs, devicesOf } = latencyProgram(problem, { pieces, upperUs, lowerUs: 0 });
  const solver = solveMip(program, { limits });
  let deviceOf: Int32Array | null = null;
  for (;;) {
    const { done, value } = await solver.next();
    if (done === true) {
      if (value.end === "infeasible") return null;
      expect(value.end).toBe("solved");
      const device = liftToOps(scenario.grouping, deviceOf!);
      return { valueUs: value.bound * unitUs, plan: placement(device) };
    }
    deviceOf = devicesOf(value.columns);
  }
}

const opDraw = fc.record({
  us: fc.integer({ min: 1, max: 9 }),
  slowdown: fc.integer({ min: 1, max: 6 }),
  transfer: fc.integer({ min: 0, max: 6 }),
  params: fc.integer({ min: 0, max: 4 }),
  group: fc.constantFrom("", "", "", " group=x"),
  inputs: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
});

/** Every op takes time, so that a piece that waits for itself has no end in the program. */
const scenarios: fc.Arbitrary<Scenario> = fc
  .record({
    ops: fc.array(opDraw, { minLength: 2, maxLength: 5 }),
    devices: fc.constantFrom(["G", "G"], ["G", "G", "cpu"], ["G", "cpu", "cpu"]),
    memoryBytes: fc.constantFrom(5, 8, 100),
  })
  .map(({ ops, ...options }) => {
    const graph = ops.map(({ us, slowdown, transfer, params, group, inputs }, v) => {
      const reads = [...new Set(inputs.map((back) => v - back))].filter((u) => u >= 0);
      const from = reads.length === 0 ? "" : ` <- ${reads.map((u) => `op${u}`).join(" ")}`;
      return `op${v} G:${us}|cpu:${us * slowdown} 1B transfer=${transfer} params=${params}${group}${from}`;
    });
    return testScenario({ ...options, graph: graph.join("\n"), objective: "latency" });
  });

/** Is every accelerator one piece, and is there an order of all pieces? */
function onePieceEach(scenario: Scenario): (groupDevice: Int32Array) => boolean {
  const { graph, cluster, grouping } = scenario;
  return (groupDevice) => {
    const pieceOf = Array.from(grouping.groupOf, (group, v) =>
      cluster.devices[groupDevice[group]].kind === "cpu" ? `op ${v}` : `device ${groupDevice[group]}`,
    );
    const ended = new Set<string>();
    for (let round = 0; round < graph.opCount; round++)
      for (const piece of pieceOf) {
        const waits = graph.names.some((_, v) => {
          if (pieceOf[v] !== piece) return false;
          for (let e = graph.inStart[v]; e < graph.inStart[v + 1]; e++) {
            const from = pieceOf[graph.edgeSource[e]];
            if (from !== piece && !ended.has(from)) return true;
          }
          return false;
        });
        if (!waits) ended.add(piece);
      }
    return pieceOf.every((piece) => ended.has(piece));
  };
}

describe("the integer program for latency", () => {
  test("has the optimum of plans with one piece on each accelerator", async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(scenarios, async (scenario) => {
        const found = await optimum(scenario, 1);
        const least = leastOf(scenario, onePieceEach(scenario));
        if (least === null) {
          expect(found).toBeNull();
          return;
        }
        compared++;
        expect(found!.valueUs).toBeCloseTo(least, 5);
        expect(evaluator(scenario).evaluate(found!.plan).value).toBeCloseTo(least, 5);
      }),
      { numRuns: drawn(8), seed: 1 },
    );
    expect(compared).toBeGreaterThan(drawn(4));
  });

  test("is never above any plan where pieces are many or left out", async () => {
    let tight = 0;
    await fc.assert(
      fc.asyncProperty(scenarios, async (scenario) => {
        const least = leastOf(scenario, () => true);
        if (least === null) return;
        const relaxed = await optimum(scenario, 0);
        // Five ops have no room for a fourth piece.
        const exact = await optimum(scenario, 3);
        expect(exact!.valueUs).toBeLessThanOrEqual(least + 1e-5);
        expect(relaxed!.valueUs).toBeLessThanOrEqual(exact!.valueUs + 1e-5);
        if (exact!.valueUs > least - 1e-5) tight++;
      }),
      { numRuns: drawn(6), seed: 2 },
    );
    expect(tight).toBeGreaterThan(drawn(2));
  });
});

describe("ilp for latency", () => {
  // On one accelerator 20; with c on the other 1 + 3, then 3 + 9 + 3, then 3 + 1.
  const diamond = testScenario({
    graph: "a 1 1B transfer=3\nb 9 1B transfer=3 <- a\nc 9 1B transfer=3 <- a\nd 1 1B transfer=3 <- b c",
    devices: 2,
    objective: "latency",
  });

  test("proves of plans of few pieces what the bounds on all plans leave open, and says so", async () => {
    const { best, report } = await runPlanner(ilp, diamond);
    expect(best!.outcome.value).toBe(20);
    expect(report.facts![0]).toEqual({
      name: "no plan of at most 1 piece on an accelerator is below",
      value: expect.closeTo(20, 4),
      unit: "us",
    });
    expect(report.bound!.value).toBe(11);
  });

  test("proves a bound on all plans where pieces are left out", async () => {
    const { report } = await runPlanner(ilp, diamond, { options: { pieces: 0 } });
    expect(report.bound!.argument).toBe("integer program, a relaxation without pieces");
    expect(report.bound!.value).toBeGreaterThan(16);
    expect(report.bound!.value).toBeLessThanOrEqual(20);
  });

  test("does not ask the solver where the quick plan meets the bound", async () => {
    const chain = testScenario({
      graph: "a 10 1B transfer=4 params=60\nb 10 params=60 <- a",
      devices: 2,
      memoryBytes: 100,
      objective: "latency",
    });
    const { best, report } = await runPlanner(ilp, chain);
    expect(best!.outcome.value).toBe(28);
    expect(report.bound!.value).toBe(28);
    expect(report.facts).toEqual([
      { name: "nothing left to solve", value: "the quick plan meets the bound" },
    ]);
  });

  test("refuses what is too large with a sentence", async () => {
    const { report } = await runPlanner(ilp, diamond, { options: { size: 20 } });
    expect(report.failure).toMatch(/too large for an integer program/);
  });
});
