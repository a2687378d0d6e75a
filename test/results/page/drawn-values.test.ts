/**
 * What is drawn is what is scored. The timelines, Gantt charts and traces of every method's best
 * plan show the value of its row, and so do the captions of whole pages. The numbers of tables and
 * curves are those of the report.
 */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { generalMethods } from "../../../agents/index.ts";
import { createSimulator, evaluator, explain, planFromJson, type Scenario } from "../../../env/index.ts";
import {
  type CellResult,
  type CompareReport,
  compare,
  ganttSvg,
  renderPage,
  runCell,
  traceOf,
} from "../../../results/index.ts";
import { formatUs } from "../../../results/text/format.ts";
import { resolveScenario, suites } from "../../../scenarios/index.ts";
import { scenarioProfile } from "../../../scenarios/profile.ts";
import { drawnFrom } from "../../law-runs.ts";
import { wrongNumbers } from "./page-numbers.ts";

const clock = () => 0;
const address = "layered/test/3/2xP100?ops=20";

/**
 * Captions of a page, in order, such as "Plan of heft: 3.20 ms". That of a pipeline is "Schedule of
 * vgg-16/4xV100 under best: 3.20 ms". Without a flush it ends with "under best, 8 batches of its
 * steady state, 3.20 ms each".
 */
const captions = (page: string): string[] =>
  [
    ...page.matchAll(
      /(?:Plan of|<figcaption>Schedule of [^<]* under) ([^:<,]+)(?:: |, \d+ batches of its steady state, )([\d.,]+ [a-zµ]+)/g,
    ),
  ].map(([, method, value]) => `${method}: ${value}`);

/** The best cell of each scenario, as a caption should name it. */
function expectedCaptions({ scenarios, cells }: CompareReport): string[] {
  return scenarios.flatMap(({ scenario, rows }) => {
    const best = rows
      .flatMap(({ bestCell }) => (bestCell === null ? [] : [cells[bestCell]]))
      .reduce((a, b) => ((b.value ?? Infinity) < (a.value ?? Infinity) ? b : a));
    expect(best.scenario).toBe(scenario);
    return best.value === null ? [] : [`${best.method}: ${formatUs(best.value)}`];
  });
}

function expectDrawn(scenario: Scenario, { method, plan, value }: CellResult): void {
  const restored = planFromJson(scenario, plan, `The plan of ${method}`);
  expect(createSimulator(scenario)(restored).makespanUs, method).toBe(value);
  const explanation = explain(scenario, restored);
  const svg = ganttSvg(scenario, explanation, { plan: method, bound: 0 });
  expect(svg, method).toContain(`under ${method}: ${formatUs(value!)}`);
  const trace = traceOf(scenario, explanation);
  expect(trace.otherData.makespanUs, method).toBe(value);
  const ends = trace.traceEvents.map((event) => (event.ph === "X" ? event.ts + event.dur : 0));
  expect(Math.max(...ends), method).toBeCloseTo(value!, 6);
}

describe("what is drawn of every method", () => {
  const always = ["heft", "best"];
  const others = generalMethods.filter((id) => id !== "ilp" && !always.includes(id));
  // Fewer iterations of the slowest planner draw as well.
  const methods = [...always, ...drawnFrom(others, "drawn values")].map((id) =>
    id === "pesto" ? "pesto?iterations=1000" : id,
  );

  test("is the value of its row, in the timeline, the Gantt chart, the trace and the page", async () => {
    const report = await compare(
      { scenarios: [address], methods, seeds: 1, seed: 0, budget: { simulations: 40 } },
      { runCell, clock, cpuClock: clock },
    );
    const scenario = await resolveScenario(address);
    const whole = renderPage(report, new Map([[address, scenario]]));
    expect(wrongNumbers(whole, report)).toEqual([]);
    const moved = whole.replace(/(<text class="label"[^>]*>heft <tspan>)/, "$19");
    expect(wrongNumbers(moved, report)).toHaveLength(1);
    const planned = report.cells.filter(({ value }) => value !== null);
    expect(planned.length).toBe(methods.length);
    const ordered = planned.filter(({ plan }) => plan !== null && "opPriority" in plan);
    expect(ordered.map(({ method }) => method)).toContain("best");
    for (const cell of planned) {
      expectDrawn(scenario, cell);
      const alone: CompareReport = {
        ...report,
        scenarios: [
          {
            ...report.scenarios[0],
            rows: report.scenarios[0].rows.filter((row) => row.method === cell.method),
          },
        ],
      };
      expect(captions(renderPage(alone, new Map([[address, scenario]])))).toEqual(expectedCaptions(alone));
    }
  });
});

describe("the committed example", () => {
  test("tells methods apart on every scenario, one of which no accelerator holds alone", async () => {
    const { scenarios } = JSON.parse(readFileSync(at("report.json"), "utf8")) as CompareReport;
    for (const { scenario, rows } of scenarios) {
      const values = new Set(rows.map(({ mean }) => mean?.toPrecision(6)));
      expect(values.size, scenario).toBeGreaterThan(0.8 * rows.length);
    }
    const pressures = await Promise.all(
      suites.start.map(async (name) => scenarioProfile(await resolveScenario(name)).memoryPressure!),
    );
    expect(Math.max(...pressures)).toBeGreaterThan(1.2);
  });

  const at = (name: string) => fileURLToPath(new URL(`../../../results/example/${name}`, import.meta.url));

  test("draws the value of each best row, and its plans score what its table says", async () => {
    expect(existsSync(at("report.json"))).toBe(true);
    const report = JSON.parse(readFileSync(at("report.json"), "utf8")) as CompareReport;
    const page = readFileSync(at("index.html"), "utf8");
    expect(captions(page)).toEqual(expectedCaptions(report));
    expect(wrongNumbers(page, report)).toEqual([]);
    expect(report.cells.length).toBeGreaterThan(60);
    expect(report.request.scenarios).toEqual(suites.start);
    for (const table of report.scenarios) {
      const scenario = await resolveScenario(table.scenario);
      const { evaluate } = evaluator(scenario);
      for (const { method, plan, value } of report.cells.filter((cell) => cell.scenario === table.scenario)) {
        if (value === null) continue;
        expect(evaluate(planFromJson(scenario, plan, "The plan")).value, method).toBe(value);
      }
    }
  });
});
