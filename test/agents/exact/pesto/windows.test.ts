import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { coarsenTasks } from "../../../../agents/exact/pesto/coarsen.ts";
import { pestoProblem } from "../../../../agents/exact/pesto/problem.ts";
import { pestoProgram } from "../../../../agents/exact/pesto/program.ts";
import { taskSchedule } from "../../../../agents/exact/pesto/replay.ts";
import { improveWindows } from "../../../../agents/exact/pesto/windows.ts";
import { choicesOf, planOf } from "../../../../agents/problems/choices.ts";
import { type MipSolution, solveMip } from "../../../../agents/solver/highs.ts";
import {
  compile,
  createRng,
  evaluator,
  metered,
  type Scenario,
  testScenario,
} from "../../../../env/index.ts";
import { drawn } from "../../../law-runs.ts";
import { NO_DEADLINE_SECONDS } from "../../no-deadline.ts";
import { randomOrders } from "../random-orders.ts";

const solverLimits = { nodes: 10_000, iterations: 10_000, seconds: NO_DEADLINE_SECONDS, relativeGap: 0 };
const ALL = () => true;

/**
 * A first plan that spreads groups over devices in turn, its outcome, and the problem of single
 * ops.
 */
function spread(scenario: Scenario) {
  const choices = choicesOf(scenario, "all");
  const plan = planOf(
    choices,
    choices.legal.map((devices, group) => devices[group % devices.length]),
  );
  const compiled = compile(scenario);
  const problem = pestoProblem(compiled, coarsenTasks(compiled, compiled.opCount));
  const outcome = evaluator(scenario).evaluate(plan);
  return { plan, compiled, problem, outcome, ...taskSchedule(problem, plan, outcome.startUs!) };
}

async function lastSolution(scenario: Scenario, isFree: (unit: number) => boolean) {
  const { problem, outcome, unitDevice, startsUs } = spread(scenario);
  const frame = { isFree, unitDevice: problem.renamed(unitDevice), startsUs };
  const program = pestoProgram(problem, { upperUs: 1.1 * outcome.value!, lowerUs: 0, frame });
  let last: MipSolution | undefined;
  for await (const solution of solveMip(program.program, { limits: solverLimits })) last = solution;
  return { program, problem, frame, last };
}

describe("a window of Pesto's integer program", () => {
  test("leaves all other ops on their devices and in their order, and is never below the whole program", async () => {
    await fc.assert(
      fc.asyncProperty(randomOrders({ minOps: 5, maxOps: 6 }), async (scenario) => {
        const isFree = (unit: number) => unit === 1 || unit === 2;
        const { program, problem, frame, last } = await lastSolution(scenario, isFree);
        const whole = await lastSolution(scenario, ALL);
        fc.pre(last !== undefined);
        expect(last!.value * program.unitUs).toBeGreaterThanOrEqual(
          whole.last!.value * whole.program.unitUs * (1 - 1e-6),
        );
        const devices = program.unitDevices(last!.columns);
        const starts = program.startsUs(last!.columns);
        const { unitOf } = problem.tasks;
        const kept = [...unitOf.keys()].filter((task) => !isFree(unitOf[task]));
        for (const a of kept) {
          expect(devices[unitOf[a]]).toBe(frame.unitDevice[unitOf[a]]);
          for (const b of kept)
            if (devices[unitOf[a]] === devices[unitOf[b]] && frame.startsUs[a] < frame.startsUs[b])
              expect(starts[a]).toBeLessThanOrEqual(starts[b] + 1e-6);
        }
      }),
      { numRuns: drawn(8), seed: 3 },
    );
  });

  const rows = Array.from({ length: 12 }, (_, v) => {
    const input = v < 3 ? "" : ` <- op${v - 3}`;
    return `op${v} ${4 + ((5 * v) % 7)} 3B${input}`;
  });
  const scenario = testScenario({ graph: rows.join("\n"), devices: 2 });
  async function improved(windows: number) {
    const meter = metered(evaluator(scenario), { evaluations: 500 });
    const { plan, compiled } = spread(scenario);
    const costs = [meter.evaluate(plan).cost];
    const limits = {
      windows,
      iterations: 5_000,
      nodes: 5_000,
      seconds: NO_DEADLINE_SECONDS,
      size: 60_000,
      isDone: () => false,
    };
    const steps = improveWindows(compiled, meter, createRng(1), limits);
    for (;;) {
      const { done, value } = await steps.next();
      if (done === true) return { meter, costs, report: value };
      costs.push(evaluator(scenario).evaluate(value).cost);
    }
  }

  test("yields ever better plans, as many windows as were asked for, the same for the same seed", async () => {
    const { meter, costs, report } = await improved(2);
    expect(report.solved).toBe(2);
    expect(report.improved).toBeGreaterThan(0);
    for (let i = 1; i < costs.length; i++) expect(costs[i]).toBeLessThan(costs[i - 1]);
    expect(meter.best!.outcome.cost).toBe(costs.at(-1));
    expect((await improved(2)).meter.best!.plan).toEqual(meter.best!.plan);
  });

  test("is not opened on graphs whose program would be too large", async () => {
    const large = testScenario({ graph: Array.from({ length: 401 }, (_, v) => `op${v} 1`).join("\n") });
    const meter = metered(evaluator(large), { evaluations: 10 });
    const { plan, compiled } = {
      plan: planOf(choicesOf(large, "all"), new Int32Array(401)),
      compiled: compile(large),
    };
    meter.evaluate(plan);
    const limits = { windows: 1, iterations: 1, nodes: 1, seconds: 1, size: 1e9, isDone: () => false };
    const { value } = await improveWindows(compiled, meter, createRng(1), limits).next();
    expect(value).toEqual({ solved: 0, improved: 0, timeLimited: false });
  });
});
