/**
 * The linear relaxation: it is never above the optimum, its dual values alone prove it, and it
 * finds what cheap bounds do not.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { boundByLinearRelaxation } from "../../../../agents/exact/programs/linear-relaxation.ts";
import { dualBound } from "../../../../agents/solver/dual-bound.ts";
import { solveMip } from "../../../../agents/solver/highs.ts";
import { programBuilder } from "../../../../agents/solver/linear-program.ts";
import { evaluator, placement, type Scenario, testScenario } from "../../../../env/index.ts";
import { scenarioWithPlan } from "../../../env/sim/drawn-scenario.ts";
import { drawn } from "../../../law-runs.ts";
import { NO_DEADLINE_SECONDS } from "../../no-deadline.ts";

function optimumOf(scenario: Scenario): number | null {
  const { graph, cluster } = scenario;
  const score = evaluator(scenario);
  const deviceCount = cluster.devices.length;
  let least: number | null = null;
  for (let code = 0; code < deviceCount ** graph.opCount; code++) {
    const plan = Array.from(
      { length: graph.opCount },
      (_, v) => Math.floor(code / deviceCount ** v) % deviceCount,
    );
    const { value } = score.evaluate(placement(plan));
    if (value !== null && (least === null || value < least)) least = value;
  }
  return least;
}

describe("the bound of the linear relaxation", () => {
  test("is never above the optimum, whatever the network, memory and switches", async () => {
    const gaps: { readonly lp: number; readonly cheap: number }[] = [];
    const draw = fc
      .constantFrom(undefined, undefined, 12)
      .chain((memoryBytes) => scenarioWithPlan({ maxOps: 6, maxDevices: 3, memoryBytes }))
      .map(({ scenario }) => scenario)
      .filter(({ graph }) => graph.opCount >= 4);
    await fc.assert(
      fc.asyncProperty(draw, async (scenario) => {
        const optimum = optimumOf(scenario);
        const bound = await boundByLinearRelaxation(scenario);
        if (optimum === null || bound === null) return;
        expect(bound.value).toBeLessThanOrEqual(optimum);
        if (optimum > 0)
          gaps.push({
            lp: optimum / bound.value - 1,
            cheap: optimum / evaluator(scenario).bound().value - 1,
          });
      }),
      { numRuns: drawn(24), seed: 5, endOnFailure: true },
    );
    const mean = (of: "lp" | "cheap") => gaps.reduce((sum, gap) => sum + gap[of], 0) / gaps.length;
    console.log(
      `linear relaxation on ${gaps.length} random scenarios: mean gap ${(100 * mean("lp")).toFixed(1)}%, best cheap bound ${(100 * mean("cheap")).toFixed(1)}%`,
    );
    expect(gaps.length).toBeGreaterThan(drawn(12));
  });

  test("trades a chain's speed against the work of the fast device, which no cheap bound does", async () => {
    const chain = Array.from(
      { length: 6 },
      (_, i) => `c${i} FAST:10|SLOW:30 <- ${i === 0 ? "" : `^c${i - 1}`}`,
    );
    const rest = Array.from({ length: 6 }, (_, i) => `r${i} FAST:10|SLOW:20`);
    const scenario = testScenario({ graph: [...chain, ...rest].join("\n"), devices: ["FAST", "SLOW"] });
    const bound = await boundByLinearRelaxation(scenario);
    expect(bound).toMatchObject({ argument: "linear relaxation" });
    expect(bound!.value).toBeGreaterThan(0.999 * evaluator(scenario).bound().value);
    expect(bound!.value).toBeLessThanOrEqual(optimumOf(scenario)!);
  });

  test("refuses objectives and sizes that it is not for, in one sentence", async () => {
    const scenario = testScenario({ graph: "a 5 8B\nb 5 <- a", objective: "peak-memory" });
    await expect(boundByLinearRelaxation(scenario)).rejects.toThrow(
      /of the makespan only, not of peak-memory/,
    );
    const small = testScenario({ graph: "a 5 8B\nb 5 <- a" });
    await expect(boundByLinearRelaxation(small, { size: 3 })).rejects.toThrow(
      /too large .* coefficients, at most 3/,
    );
  });
});

describe("a bound from dual values", () => {
  const draw = fc.record({
    cost: fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 3, maxLength: 3 }),
    rows: fc.array(fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 5, maxLength: 5 }), {
      minLength: 1,
      maxLength: 4,
    }),
    duals: fc.array(fc.integer({ min: -6, max: 6 }), { minLength: 4, maxLength: 4 }),
  });
  const programOf = ({ cost, rows }: { cost: number[]; rows: number[][] }) => {
    const builder = programBuilder();
    const x = cost.map((weight) => builder.real({ cost: weight, upper: 4 }));
    for (const [a, b, c, limit, kind] of rows) {
      const terms = [x[0], a, x[1], b, x[2], c];
      if (kind < -1) builder.atMost(terms, limit);
      else if (kind > 1) builder.atLeast(terms, limit);
      else builder.equal(terms, limit);
    }
    return builder.build();
  };

  test("is at most the cost of every feasible point, whatever the values", () => {
    fc.assert(
      fc.property(draw, ({ duals, ...drawn }) => {
        const program = programOf(drawn);
        const bound = dualBound(program, duals);
        for (let code = 0; code < 125; code++) {
          const x = [code % 5, Math.floor(code / 5) % 5, Math.floor(code / 25)];
          const isFeasible = drawn.rows.every(([a, b, c], row) => {
            const activity = a * x[0] + b * x[1] + c * x[2];
            return program.rowLower[row] <= activity && activity <= program.rowUpper[row];
          });
          if (isFeasible)
            expect(bound).toBeLessThanOrEqual(x.reduce((sum, value, i) => sum + value * drawn.cost[i], 0));
        }
      }),
      { numRuns: drawn(500) },
    );
  });

  test("is the optimum where the values are the solver's", async () => {
    const builder = programBuilder();
    const [x, y] = [builder.real({ cost: 3, upper: 9 }), builder.real({ cost: 2, upper: 9 })];
    builder.atLeast([x, 1, y, 1], 5);
    builder.atMost([y, 1, x, -1], 1);
    const solver = solveMip(builder.build(), {
      limits: { nodes: 1, iterations: 1e6, seconds: NO_DEADLINE_SECONDS, relativeGap: 0 },
    });
    let step = await solver.next();
    while (step.done !== true) step = await solver.next();
    expect(dualBound(builder.build(), step.value.rowDuals!)).toBeCloseTo(3 * 2 + 2 * 3, 9);
  });
});
