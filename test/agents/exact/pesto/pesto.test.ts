import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PlannerModule } from "../../../../agents/contract.ts";
import { coarsenTasks } from "../../../../agents/exact/pesto/coarsen.ts";
import { pestoProblem } from "../../../../agents/exact/pesto/problem.ts";
import { pesto } from "../../../../agents/planners/placement/exact/pesto.ts";
import { cpop } from "../../../../agents/planners/placement/lists/cpop.ts";
import { criticalPathFirst } from "../../../../agents/planners/placement/lists/critical-path-first.ts";
import { etf } from "../../../../agents/planners/placement/lists/etf.ts";
import { heft } from "../../../../agents/planners/placement/lists/heft.ts";
import { mEtf } from "../../../../agents/planners/placement/lists/m-etf.ts";
import { coarseToFine } from "../../../../agents/planners/placement/search/coarse-to-fine.ts";
import { methods } from "../../../../agents/registry/registry.ts";
import { asPlacement, compile, evaluator, testScenario, validatePlan } from "../../../../env/index.ts";
import { drawn } from "../../../law-runs.ts";
import { NO_DEADLINE_SECONDS } from "../../no-deadline.ts";
import { runPlanner } from "../../planners/run-planner.ts";
import { leastOfAllSchedules } from "../../problems/every-schedule.ts";
import { randomMakespan } from "../random-makespan.ts";
import { randomOrders } from "../random-orders.ts";

describe("the integer program of devices and orders", () => {
  test("equals trying all placements and orders, and is no more than any list schedule", async () => {
    const lists = methods.filter(
      ({ card, kind }) =>
        kind === "planner" && /^(heft|etf|cpop|m-etf|m-topo|critical-path|min-min|max-min)/.test(card.id),
    );
    expect(lists.length).toBeGreaterThanOrEqual(2);
    await fc.assert(
      fc.asyncProperty(randomOrders({ minOps: 4, maxOps: 6 }), async (scenario) => {
        const least = leastOfAllSchedules(scenario);
        const { report, best } = await runPlanner(pesto, scenario);
        expect(report.bound!.value).toBeLessThanOrEqual(least * (1 + 1e-9));
        expect(report.bound!.value).toBeGreaterThanOrEqual(least * (1 - 1e-5));
        expect(best!.outcome.value).toBeGreaterThanOrEqual(least * (1 - 1e-9));
        for (const list of lists) {
          if (list.kind !== "planner") continue;
          const other = await runPlanner(list, scenario);
          expect(other.best!.outcome.value, list.card.id).toBeGreaterThanOrEqual(least * (1 - 1e-9));
        }
      }),
      { numRuns: drawn(6), seed: 2 },
    );
  });

  test("never exceeds the best plan under any network, and replays its orders", async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(randomMakespan({ minOps: 4, maxOps: 5 }), async (scenario) => {
        const { report, best } = await runPlanner(pesto, scenario);
        if (best === null || best.outcome.value === null) return;
        compared++;
        validatePlan(scenario, best.plan);
        expect(report.bound?.value ?? 0).toBeLessThanOrEqual(best.outcome.value * (1 + 1e-9));
      }),
      { numRuns: 8, seed: 3 },
    );
    expect(compared).toBeGreaterThan(4);
  });

  test("finds an order that beats first come, first served", async () => {
    // First come, first served runs b while a ends, and the long op behind c waits.
    const graph = "a 1 1B kinds=F\nb 30 kinds=F\nc 10 1B kinds=F <- a\nd 40 kinds=S <- c";
    const scenario = testScenario({ graph, devices: ["F", "S"] });
    const { best } = await runPlanner(pesto, scenario);
    expect(best!.outcome.value).toBeCloseTo(1 + 10 + 0.1 + 40, 9);
  });
});

describe("Pesto's coarsening", () => {
  test(`keeps the graph without cycles and every op in one task of a unit that some device can run: ${drawn(1000)} graphs`, () => {
    fc.assert(
      fc.property(
        randomMakespan({ minOps: 5, maxOps: 12 }),
        fc.integer({ min: 2, max: 8 }),
        (scenario, target) => {
          const compiled = compile(scenario);
          const { graph } = scenario;
          const tasks = coarsenTasks(compiled, target);
          const problem = pestoProblem(compiled, tasks);
          const inOrder = Array.from(graph.edgeSource.keys()).every(
            (e) => tasks.taskOf[graph.edgeSource[e]] <= tasks.taskOf[graph.edgeDestination[e]],
          );
          expect(inOrder).toBe(true);
          expect(problem.unitDevices.every((devices) => devices.length > 0)).toBe(true);
          const sum = (us: ArrayLike<number>, d: number) =>
            Array.from(us).reduce((all, t, i) => (i % compiled.deviceCount === d ? all + t : all), 0);
          if (scenario.fidelity.opGapUs === 0)
            for (let d = 0; d < compiled.deviceCount; d++)
              expect(sum(problem.runUs, d)).toBe(sum(compiled.runUs, d));
          const together = graph.colocation.every((c, v) => {
            const mate = c === -1 ? v : graph.colocation.indexOf(c);
            return tasks.unitOf[tasks.taskOf[v]] === tasks.unitOf[tasks.taskOf[mate]];
          });
          expect(together).toBe(true);
        },
      ),
      { numRuns: drawn(1000), seed: 4 },
    );
  });

  test("reaches its target, on wide graphs too", () => {
    const wide = Array.from({ length: 60 }, (_, v) => `op${v} ${1 + (v % 7)} 8B`).join("\n");
    expect(coarsenTasks(compile(testScenario({ graph: wide })), 9).count).toBe(9);
    const chain = Array.from({ length: 60 }, (_, v) => `op${v} 3 8B${v > 0 ? ` <- op${v - 1}` : ""}`).join(
      "\n",
    );
    expect(coarsenTasks(compile(testScenario({ graph: chain })), 9).count).toBe(9);
  });
});

const BUDGETS = { seconds: NO_DEADLINE_SECONDS };

/** A graph of 40 ops whose links are slow enough for transfers to wait. */
const wide = () => {
  const lines = Array.from({ length: 40 }, (_, v) => {
    const inputs = v === 0 ? "" : ` <- op${Math.max(0, v - 1 - (v % 3))} op${Math.floor(v / 2)}`;
    return `op${v} ${20 + ((37 * v) % 60)} ${50 + ((71 * v) % 200)}B${inputs}`;
  });
  return testScenario({ graph: lines.join("\n"), devices: 2 });
};

describe("Pesto's row", () => {
  test("is the program's: its plans are solutions, first a list schedule of the tasks, then shorter ones", async () => {
    const scenario = wide();
    const { best, report, meter } = await runPlanner(pesto, scenario, {
      options: { ...BUDGETS, tasks: 30, size: 1, windows: 2 },
    });
    const fact = (name: string) => report.facts!.find((fact) => fact.name === name)?.value;
    expect(fact("integer program")).toMatch(/^of (30|23|15) tasks merged from 40 ops$/);
    expect(fact("windows solved")).toBeGreaterThan(0);
    expect(fact("its best solution")).toBeLessThanOrEqual(fact("its first solution") as number);
    expect(meter.evaluations).toBe(1 + Number(fact("windows with a better solution")));
    expect(report.bound).toBeUndefined();
    expect(asPlacement(best!.plan).opPriority).toBeDefined();
    expect(evaluator(scenario).evaluate(best!.plan).value).toBe(best!.outcome.value);
  });

  test("without windows is its first solution alone", async () => {
    const { report, meter } = await runPlanner(pesto, wide(), {
      options: { ...BUDGETS, tasks: 30, size: 1, windows: 0 },
    });
    expect(meter.evaluations).toBe(1);
    expect(report.facts!.map(({ name }) => name)).not.toContain("windows solved");
  });

  test("carries 200 tasks of a graph of 600 ops, and is the same for the same seed", async () => {
    const graph = Array.from({ length: 600 }, (_, v) => {
      const inputs = v < 6 ? "" : ` <- op${v - 6} op${v - 1 - (v % 5)}`;
      return `op${v} ${5 + ((13 * v) % 17)} ${20 + ((7 * v) % 60)}B${inputs}`;
    }).join("\n");
    const run = () =>
      runPlanner(pesto, testScenario({ graph, devices: 4 }), {
        options: { ...BUDGETS, windows: 0 },
      });
    const [one, other] = [await run(), await run()];
    expect(one.report.facts![0].value).toMatch(/^of (200|150|100) tasks merged from 600 ops$/);
    expect(other.best!.plan).toEqual(one.best!.plan);
    expect(other.report).toEqual(one.report);
  });
});

describe("coarse to fine", () => {
  test("is never above the list schedules that it starts from", async () => {
    await fc.assert(
      fc.asyncProperty(randomMakespan({ minOps: 10, maxOps: 16 }), async (scenario) => {
        const options = { ...BUDGETS, climb: 80, refine: 20, windows: 0 };
        const { best } = await runPlanner(coarseToFine, scenario, { options });
        for (const module of [heft, cpop, etf, criticalPathFirst, mEtf]) {
          // Its start has no evaluations left for a repair.
          const options = module === mEtf ? { mode: "paper" } : {};
          const list = await runPlanner(module as PlannerModule, scenario, { options });
          expect(best!.outcome.cost, module.card.id).toBeLessThanOrEqual(list.best!.outcome.cost);
        }
      }),
      { numRuns: drawn(5), seed: 5 },
    );
  });

  test("lowers its start on graphs of three layers of uneven work", async () => {
    for (const step of [5, 7, 11]) {
      const graph = Array.from({ length: 36 }, (_, v) => {
        const inputs = v < 12 ? "" : ` <- op${v - 12} op${12 * Math.floor(v / 12) - 12 + ((step * v) % 12)}`;
        return `op${v} ${5 + ((step * v) % 17)} ${60 + ((11 * step * v) % 90)}B${inputs}`;
      }).join("\n");
      const scenario = testScenario({ graph, devices: 3, bytesPerUs: 4 });
      const run = (refine: number) =>
        runPlanner(coarseToFine, scenario, { options: { ...BUDGETS, windows: 0, refine } });
      const [full, start] = [await run(400), await run(0)];
      expect(full.best!.outcome.value, `step ${step}`).toBeLessThan(start.best!.outcome.value!);
    }
  });
});
