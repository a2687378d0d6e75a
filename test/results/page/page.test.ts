import { createHash } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { evaluator, type Objective, placement, type Scenario, testScenario } from "../../../env/index.ts";
import type { CellResult, RunCell } from "../../../results/comparison/cell.ts";
import { type CompareReport, type CompareRequest, compare } from "../../../results/comparison/compare.ts";
import { formatUs } from "../../../results/format.ts";
import { renderPage } from "../../../results/page/page.ts";
import { cell } from "../cells.ts";

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
