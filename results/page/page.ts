/**
 * A comparison as one self-contained HTML page without external resources. The same report and
 * origin give the same bytes. Only the column `CPU s` and the origin come from a clock.
 *
 * A small script sorts and filters; all content is there without it.
 */
import { InputError } from "../../env/model/errors.ts";
import { unknownWorkLines } from "../../env/model/graph/unknown-work.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import type { Budget } from "../../env/sim/evaluator/budget.ts";
import type { CompareReport } from "../comparison/compare.ts";
import { overallVerdict, verdictOf } from "../comparison/verdict.ts";
import { formatCount } from "../text/format.ts";
import { documentText, filterOf } from "./document.ts";
import { methodMarks } from "./marks.ts";
import { html, lines, type Markup } from "./markup.ts";
import { type Origin, originText } from "./origin.ts";
import { anchor, methodsTable, overviewTable } from "./overview.ts";
import { scenarioSection } from "./scenario-section.ts";

/**
 * `scenarios` holds every scenario of the report by the name under which the report knows it.
 * `origin` is given where the page stands beside its data.
 */
export function renderPage(
  report: CompareReport,
  scenarios: ReadonlyMap<string, Scenario>,
  origin: Origin | null = null,
): string {
  const marks = methodMarks(report.request.methods);
  const sections = report.scenarios.map((table, i) => {
    const scenario = scenarios.get(table.scenario);
    if (scenario === undefined)
      throw new InputError(`The page needs scenario "${table.scenario}", but it was not given.`);
    return scenarioSection({ report, table, scenario, marks, id: anchor(i) });
  });
  return documentText({
    title: `placement-gym: ${titleOf(report)}`,
    lines: report.request.methods.length,
    content: html`${headerOf(report, origin)}
<main>
${filterOf(report.request.methods)}
${overviewTable(report, marks)}
${methodsTable(report, marks)}
${sections}</main>
${footer}`,
  });
}

function headerOf(report: CompareReport, origin: Origin | null): Markup {
  const warnings = [
    ...(report.complete ? [] : ["Stopped early: cells that had not started are missing."]),
    ...report.warnings,
    ...report.scenarios.flatMap(({ scenario, unknownWork }) =>
      unknownWorkLines(unknownWork).map((line) => `${scenario}: ${line}`),
    ),
  ];
  return html`<header>
<h1>${titleOf(report)}</h1>
<p class="facts">${requestText(report)}</p>
${origin === null ? null : originText(origin)}
${verdicts(report)}
${lines(warnings.map((warning) => html`<p class="warning">${warning}</p>`))}</header>`;
}

const footer = html`<footer>
<p>gap = value / bound - 1, where the bound is a proven lower limit on the value of every plan: \
the largest of the simulator's own and of those that planners proved on this scenario. \
No method can have a gap below zero; a gap above zero may be the method's or the bound's. \
Every plan is scored by the same simulator, and every method spends from the same budget. \
Plans that do not fit in memory have no value and rank below all that do.</p>
</footer>`;

function titleOf({ request: { methods, scenarios } }: CompareReport): string {
  return `${counted(methods.length, "method")} on ${counted(scenarios.length, "scenario")}`;
}

function requestText({ request, cells }: CompareReport): string {
  const { budget, seeds, seed } = request;
  const backends = [...new Set(cells.map(({ backend }) => backend).filter((name) => name !== null))];
  return [
    ...limitTexts(budget),
    counted(seeds, "seed"),
    `root seed ${seed}`,
    backends.length === 0 ? null : `TensorFlow.js backend ${backends.join(", ")}`,
  ]
    .filter((part) => part !== null)
    .join(" · ");
}

function limitTexts({ simulations, evaluations, cpuSeconds, seconds }: Budget): string[] {
  const limits = [
    [simulations, "simulations"],
    [evaluations, "evaluations"],
    [cpuSeconds, "CPU s"],
    [seconds, "s"],
  ] as const;
  return limits.flatMap(([amount, unit]) =>
    amount === undefined ? [] : [`${formatCount(amount)} ${unit} each`],
  );
}

function verdicts({ scenarios, methods }: CompareReport): Markup {
  const overall = overallVerdict(methods, scenarios.length);
  const items = scenarios.map(
    (table, i) => html`<li><a href="#${anchor(i)}">${table.scenario}</a>: ${verdictOf(table)}</li>`,
  );
  return html`${overall === "" ? null : html`<p class="verdict">${overall}</p>`}
<ul>
${lines(items)}</ul>`;
}

const counted = (count: number, noun: string): string =>
  `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
