/**
 * Values of 0, all equal, tiny and huge draw whole pages, tables and pictures: every coordinate is
 * a number, and nothing reads as none.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  evaluator,
  explain,
  type Objective,
  placement,
  type Scenario,
  testScenario,
} from "../../../env/index.ts";
import type { CellResult, RunCell } from "../../../results/cells/cell.ts";
import { type CompareReport, compare } from "../../../results/comparison/compare.ts";
import { traceOf } from "../../../results/export/trace/trace.ts";
import { ganttSvg } from "../../../results/page/drawing/gantt-svg.ts";
import { graphSvg } from "../../../results/page/drawing/graph-svg.ts";
import { renderPage } from "../../../results/page/page.ts";
import { formatTable } from "../../../results/text/table.ts";
import { drawn } from "../../law-runs.ts";
import { cell } from "../cells.ts";

const plans = { first: [0, 0, 1, 0], second: [1, 0, 1, 0], third: [0, 0, 0, 0] } as const;
const extreme = fc.constantFrom(0, 1e-300, 1e-299, 1e-9, 1, 1, 1e15);
const bytes = fc.constantFrom(0, 1, 1e15);

interface Sizes {
  readonly us: readonly number[];
  readonly bytes: number;
  readonly memoryBytes: number;
  readonly objective: Objective;
}

const sizes: fc.Arbitrary<Sizes> = fc.record({
  us: fc.oneof(
    fc.array(extreme, { minLength: 4, maxLength: 4 }),
    extreme.map((value) => [value, value, value, value]),
  ),
  bytes,
  memoryBytes: fc.constantFrom(1, 1e3, 1e18, Number.POSITIVE_INFINITY),
  objective: fc.constantFrom<Objective>("makespan", "max-load", "latency", "peak-memory"),
});

function scenarioOf({ us: [a, b, c, d], bytes: size, memoryBytes, objective }: Sizes): Scenario {
  const graph = `
    a ${a} ${size}B transfer=${a}
    b ${b} ${size}B transfer=${b} <- a
    c ${c} ${size}B transfer=${c} params=${size} <- a
    d ${d} <- b c`;
  return testScenario({ name: "extreme", graph, devices: 2, memoryBytes, objective });
}

function reportOf(scenario: Scenario): Promise<CompareReport> {
  const runCell: RunCell = async ({ method }) => {
    const score = evaluator(scenario);
    const device = plans[method as keyof typeof plans];
    const { value, feasible, cost, peakBytes, violation } = score.evaluate(placement([...device]));
    const result: CellResult = cell({
      scenario: scenario.name,
      method,
      kind: method === "third" ? "agent" : "planner",
      objective: scenario.objective,
      unit: score.unit,
      value,
      feasible,
      violation: violation && { device: "gpu:0", excessBytes: violation.excessBytes, op: null },
      // Times that vanish beside others are no matter of pictures; bounds of memory count on them.
      simulatorBounds: scenario.objective === "peak-memory" ? [] : score.bounds(),
      plan: { kind: "placement", device: [...device] },
      peakBytes: Array.from(peakBytes),
      largestPeakBytes: Math.max(...peakBytes),
      curve: [
        { simulations: 1, evaluations: 1, cost: cost * 3, feasible },
        { simulations: 7, evaluations: 7, cost, feasible },
      ],
    });
    return { result, times: { seconds: 0, cpuSeconds: 0, curveSeconds: [0, 0], curveCpuSeconds: [0, 0] } };
  };
  const request = {
    scenarios: [scenario.name],
    methods: Object.keys(plans),
    seeds: 1,
    seed: 0,
    budget: { simulations: 10 },
  };
  return compare(request, { runCell, clock: () => 0, cpuClock: () => 0 });
}

const noNumber = /.{0,60}(NaN|Infinity|undefined|\bnull\b).{0,30}/;
const withoutScript = (page: string): string => page.replace(/<script>[\s\S]*<\/script>/, "");

describe("values of 0, equal, tiny and huge", () => {
  test("draw a page and a table of any objective", async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async (given) => {
        const scenario = scenarioOf(given);
        const report = await reportOf(scenario);
        const page = withoutScript(renderPage(report, new Map([[scenario.name, scenario]])));
        expect(page.match(noNumber)).toBe(null);
        expect(formatTable(report).match(noNumber)).toBe(null);
      }),
      { numRuns: drawn(60) },
    );
  });

  test("draw a Gantt chart, a graph and a trace", () => {
    fc.assert(
      fc.property(sizes, (given) => {
        const scenario = scenarioOf({ ...given, objective: "makespan" });
        const plan = placement([0, 0, 1, 0]);
        const explanation = explain(scenario, plan);
        expect(ganttSvg(scenario, explanation, { plan: "p", bound: 0 }).match(noNumber)).toBe(null);
        expect(graphSvg(scenario, plan).match(noNumber)).toBe(null);
        expect(JSON.stringify(traceOf(scenario, explanation)).match(noNumber)).toBe(null);
      }),
      { numRuns: drawn(40) },
    );
  });

  test("keep every op of a step of 1e15 us visible as a block of its own", () => {
    const scenario = scenarioOf({
      us: [1e15, 2e15, 1e15, 3e15],
      bytes: 0,
      memoryBytes: 1e18,
      objective: "makespan",
    });
    const svg = ganttSvg(scenario, explain(scenario, placement([0, 0, 1, 0])), { plan: "p", bound: 0 });
    for (const name of scenario.graph.names) expect(svg).toContain(`<title>${name} (op, forward), `);
  });
});
