import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { evaluator, type Objective, placement, type Scenario, testScenario } from "../../../env/index.ts";
import { type CellResult, type RunCell, runCell as runRealCell } from "../../../results/cells/cell.ts";
import { type CompareReport, type CompareRequest, compare } from "../../../results/comparison/compare.ts";
import { renderPage } from "../../../results/page/page.ts";
import { writeComparison } from "../../../results/report/write-comparison.ts";
import { formatUs } from "../../../results/text/format.ts";
import { cell, fakeRunner } from "../cells.ts";

const graph = `
  input 1 40B
  conv 10 40B params=40 <- input
  dense 20 40B params=40 <- conv
  loss 5 8B <- dense
  dense/grad 40 40B role=backward twin=dense <- loss dense
  conv/grad 20 40B role=backward twin=conv <- dense/grad
  dense/update 2 role=update <- dense/grad
  conv/update 2 role=update <- conv/grad`;

/** Names that would break a page that does not escape them. */
const HOSTILE = `<b>&"'</b>`;

const plans: Record<string, number[]> = {
  together: [0, 0, 0, 0, 0, 0, 0, 0],
  apart: [0, 0, 1, 1, 1, 0, 1, 0],
  [HOSTILE]: [1, 0, 1, 0, 1, 0, 1, 0],
};

function scenarioOf(name: string, memoryBytes: number, objective: Objective): Scenario {
  return testScenario({ name, graph, devices: 2, memoryBytes, objective });
}

async function pageOf(
  scenarios: readonly Scenario[],
  { seeds = 2, seconds = 1 } = {},
): Promise<{ page: string; report: CompareReport }> {
  const byName = new Map(scenarios.map((scenario) => [scenario.name, scenario]));
  const runCell: RunCell = async (spec) => {
    const scenario = byName.get(spec.scenario)!;
    const score = evaluator(scenario);
    const outcome = score.evaluate(placement(plans[spec.method]));
    const { violation, value, feasible, cost } = outcome;
    const result: CellResult = cell({
      scenario: spec.scenario,
      method: spec.method,
      seedIndex: spec.seedIndex,
      kind: spec.method === "apart" ? "agent" : "planner",
      objective: scenario.objective,
      value,
      feasible,
      violation:
        violation === null
          ? null
          : {
              device: scenario.cluster.devices[violation.device].name,
              excessBytes: violation.excessBytes,
              op: null,
            },
      simulatorBounds: score.bounds(),
      plan: { kind: "placement", device: plans[spec.method] },
      peakBytes: Array.from(outcome.peakBytes),
      largestPeakBytes: Math.max(...outcome.peakBytes),
      curve: [
        { simulations: 1 + spec.seedIndex, evaluations: 1 + spec.seedIndex, cost: cost * 3, feasible },
        { simulations: 6, evaluations: 6, cost, feasible },
      ],
    });
    const own = seconds + spec.seedIndex;
    const atPoints = { curveSeconds: [0, 0], curveCpuSeconds: [0, 0] };
    return { result, times: { seconds: own, cpuSeconds: own, ...atPoints } };
  };
  const request: CompareRequest = {
    scenarios: [...byName.keys()],
    methods: Object.keys(plans),
    seeds,
    seed: 0,
    budget: { evaluations: 10 },
  };
  const report = await compare(request, { runCell, clock: () => 0, cpuClock: () => 0 });
  return { page: renderPage(report, byName), report };
}

const roomy = scenarioOf("roomy", 1e9, "makespan");
const tight = scenarioOf("tight", 100, "makespan");
const hopeless = scenarioOf("hopeless", 1, "makespan");
const pipelined = scenarioOf("pipelined", 1e9, "max-load");

describe("the page", () => {
  let page = "";
  beforeAll(async () => {
    ({ page } = await pageOf([roomy, tight, hopeless, pipelined]));
  });

  test("asks nothing of any other place and runs no script but its own, which the policy names", () => {
    expect(page).not.toMatch(/https?:|\/\/[a-z]/i);
    expect(page).not.toMatch(/<link|<iframe|<img|@import|\ssrc=|<[^>]+\son[a-z]+=/i);
    expect(page.match(/url\([^)]*\)/g)?.filter((url) => !url.startsWith("url(#"))).toEqual([]);
    const scripts = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, text]) => text);
    expect(scripts).toHaveLength(1);
    const hash = createHash("sha256").update(scripts[0]).digest("base64");
    expect(page).toContain(
      `content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'"`,
    );
  });

  test("is well-formed: every tag closed in order, every reference to an id that exists once", () => {
    expect(faultsOf(page)).toEqual([]);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const references = [...page.matchAll(/(?:href="|url\()#([^")]+)/g)].map(([, id]) => id);
    expect(references.filter((id) => !ids.includes(id))).toEqual([]);
  });

  test("tells the budget, and what each row used of it", () => {
    expect(page).toContain("10 evaluations each · 2 seeds");
    for (const column of ["simulations", "evaluations", "CPU s"]) expect(page).toContain(`>${column}</th>`);
  });

  test("has no number that is none", () => {
    const shown = page.replace(/<script>[\s\S]*<\/script>/, "");
    expect(shown.match(/.{0,40}(NaN|Infinity|undefined|\bnull\b).{0,20}/g)).toBe(null);
  });

  test("shows names as they are, whatever they contain", () => {
    expect(page).not.toContain(HOSTILE);
    expect(page).toContain("&lt;b&gt;&amp;&quot;&#39;&lt;/b&gt;");
  });

  test("shows the timeline of the best plan, with its value and every op", async () => {
    const { page: one, report } = await pageOf([roomy]);
    const best = report.scenarios[0].rows[0];
    expect(one.includes(`Plan of ${best.method}, seed 0: ${formatUs(best.mean!)}`)).toBe(true);
    const missing = roomy.graph.names.filter((name) => !one.includes(`<title>${name} (op, `));
    expect(missing).toEqual([]);
  });

  test("says where nothing fits in memory, and shows the plan nearest to fitting", () => {
    expect(page).toContain("No method found a plan that fits in memory.");
    expect(page).toContain("Plan nearest to fitting in memory");
    expect(page).toContain(">memory</td>");
    expect(page).toMatch(/gpu:\d needs \d+ B more than it has/);
  });

  test("shows loads instead of a timeline where the objective is the largest load", () => {
    expect(page).toContain("Load of each device per sample");
  });
});

describe("a page of 28 methods", () => {
  const methods = Array.from({ length: 28 }, (_, i) =>
    i % 9 === 0 ? `agent-${i}` : `a-rather-long-name-${i}`,
  );
  const height = (i: number) => (i < 20 ? 100 : 100 + i);
  let page = "";
  beforeAll(async () => {
    const runCell = fakeRunner(({ method }) => {
      const value = height(methods.indexOf(method));
      return { value, kind: method.startsWith("agent") ? "agent" : "planner" };
    });
    const request = { scenarios: ["roomy"], methods, seeds: 1, seed: 0, budget: { simulations: 10 } };
    const report = await compare(request, { runCell, clock: () => 0, cpuClock: () => 0 });
    const device = plans.together;
    const cells = report.cells.map((own) => ({ ...own, plan: { kind: "placement" as const, device } }));
    page = renderPage({ ...report, cells }, new Map([["roomy", roomy]]));
  });

  test("labels every line inside the picture, apart from every other label", () => {
    const [, width, bottom] = /class="chart" style="[^"]*" viewBox="0 0 (\d+) (\d+)"/.exec(page)!.map(Number);
    const labels = [...page.matchAll(/<text class="label" x="([\d.]+)" y="([\d.]+)">([^<]+) </g)];
    expect(labels.map(([, , , name]) => name).sort()).toEqual([...methods].sort());
    for (const [, x] of labels) expect(Number(x)).toBeLessThan(width - 150);
    const heights = labels.map(([, , y]) => Number(y)).sort((a, b) => a - b);
    expect(heights[0]).toBeGreaterThan(10);
    expect(heights[heights.length - 1]).toBeLessThan(bottom);
    for (let i = 1; i < heights.length; i++) expect(heights[i] - heights[i - 1]).toBeGreaterThan(13);
  });

  test("has a switch for each line and each group of lines, which work without a script", () => {
    methods.forEach((_, i) => {
      expect(page).toContain(`<input type="checkbox" checked="" class="s${i}"/>`);
      expect(page).toContain(`.curves:has(.s${i}:not(:checked)) .curve.k${i} { display: none; }`);
      expect(page).toMatch(new RegExp(`<g class="curve( agent)? k${i} in[04]"`));
    });
    for (const group of ["Learned agents", "Other planners"]) expect(page).toContain(`/>${group}</label>`);
    expect(page).toContain(".curves:has(.g0:not(:checked)) .curve.in0 { display: none; }");
  });
});

describe("the overview", () => {
  test("has scenarios as rows, what came out first, and a column for each method after it", async () => {
    const { page } = await pageOf([roomy, tight, pipelined]);
    const [table] = /<table class="heat sortable">[\s\S]*?<\/table>/.exec(page)!;
    const heads = [...table.matchAll(/<th scope="col"[^>]*>([\s\S]*?)<\/th>/g)].map(([, head]) =>
      head.replace(/<[^>]*>/g, ""),
    );
    expect(heads.slice(0, 5)).toEqual(["scenario", "lowest gap", "lowest value", "bound", "by"]);
    expect(heads).toHaveLength(5 + Object.keys(plans).length);
    const rows = [...table.matchAll(/<th scope="row" class="name"><a [^>]*>([\s\S]*?)<\/a>/g)];
    expect(rows.map(([, name]) => name)).toEqual(["roomy", "tight", "pipelined"]);
  });
});

describe("where a page comes from", () => {
  const origin = {
    versions: { "placement-gym": "9.8.7" },
    command: "placement-gym compare --suite 'a b'",
    date: "2031-02-03T04:05:06.789Z",
    machine: { cores: 3, memoryBytes: 17e9, platform: "linux x64" },
  };

  test("is told where it is known: version, date, command, kind of machine, data beside the page", async () => {
    const { report } = await pageOf([roomy]);
    const page = renderPage(report, new Map([["roomy", roomy]]), origin);
    expect(page).toContain(
      "placement-gym 9.8.7 · 2031-02-03 04:05 UTC · 3 cores, 17.0 GB of memory, linux x64",
    );
    expect(page).toContain("<code>placement-gym compare --suite &#39;a b&#39;</code>");
    for (const file of ["report.json", "run.json", "times.json"]) expect(page).toContain(`href="${file}"`);
    expect((await pageOf([roomy])).page).not.toContain("report.json");
  });

  test("is in times.json, and report.json is the same on any day and machine", async () => {
    const folder = mkdtempSync(join(tmpdir(), "placement-gym-origin-"));
    try {
      const report = await compare(
        { scenarios: ["toy/chain"], methods: ["heft"], seeds: 1, seed: 0, budget: { simulations: 5 } },
        { runCell: runRealCell, clock: () => 0, cpuClock: () => 0 },
      );
      const written = async (name: string, own: typeof origin) => {
        await writeComparison(join(folder, name), report, {}, own);
        const text = (file: string) => readFileSync(join(folder, name, file), "utf8");
        return { report: text("report.json"), run: text("run.json"), times: JSON.parse(text("times.json")) };
      };
      const one = await written("one", origin);
      const other = await written("other", { ...origin, date: "2032-01-01T00:00:00.000Z" });
      expect(other.report).toBe(one.report);
      expect(other.run).toBe(one.run);
      expect(one.times).toMatchObject({ date: origin.date, machine: origin.machine, seconds: 0 });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("the bytes of the page", () => {
  test("are the same for the same report", async () => {
    const [first, second] = [await pageOf([roomy, tight]), await pageOf([roomy, tight])];
    expect(second.page).toBe(first.page);
  });

  test("differ only in the column of seconds where only times differ", async () => {
    const fast = (await pageOf([roomy], { seconds: 1 })).page;
    const slow = (await pageOf([roomy], { seconds: 77 })).page;
    expect(slow).not.toBe(fast);
    const timeless = (text: string) => text.replace(/<td class="time"[^>]*>[^<]*<\/td>/g, "");
    expect(timeless(slow)).toBe(timeless(fast));
  });
});

/**
 * What keeps a text from being well-formed XML: tags that do not nest, stray `<` or `&`, attributes
 * without quotes.
 */
function faultsOf(page: string): string[] {
  const faults: string[] = [];
  const open: string[] = [];
  const body = page
    .replace("<!doctype html>", "")
    .replace(/<style>[^<]*<\/style>/, "")
    .replace(/<script>[^<]*<\/script>/, "");
  const tag = /<(\/?)([a-z][\w-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/gi;
  let after = 0;
  for (const match of body.matchAll(tag)) {
    const [text, closing, name, attributes, selfClosing] = match;
    faults.push(...strayIn(body.slice(after, match.index)), ...strayIn(attributes));
    after = match.index + text.length;
    if (closing === "" && selfClosing === "") open.push(name);
    if (closing === "/" && open.pop() !== name) faults.push(`</${name}> closes another tag`);
  }
  return [...faults, ...strayIn(body.slice(after)), ...open.map((name) => `<${name}> stays open`)];
}

const strayIn = (text: string): string[] =>
  [...text.matchAll(/<.{0,30}|&(?!(amp|lt|gt|quot|#39);).{0,10}/g)].map(([stray]) => `stray ${stray}`);
