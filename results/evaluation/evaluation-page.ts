/**
 * An evaluation as one self-contained HTML page, made of the parts of the page of comparisons. Each
 * budget class has its statistics, then the overview, then every scenario with its table, curves
 * and best plan. The same report and origin give the same bytes, clock readings apart.
 */
import { InputError } from "../../env/model/errors.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import type { CompareReport } from "../comparison/compare.ts";
import { budgetText } from "../page/board/data/budget-text.ts";
import type { Line } from "../page/charts/curve-line.ts";
import { groupOf, legend } from "../page/charts/legend.ts";
import { documentText, filterOf } from "../page/document.ts";
import { profileCurve, profilesFigure } from "../page/drawing/profiles.ts";
import { type MethodMarks, methodMarks } from "../page/marks.ts";
import { html, lines, type Markup } from "../page/markup.ts";
import { type Origin, originText } from "../page/origin.ts";
import { anchor, methodsTable, overviewTable } from "../page/overview.ts";
import { scenarioSection } from "../page/scenario-section.ts";
import { formatCount } from "../text/format.ts";
import { budgetView } from "./budget-view.ts";
import type { BudgetReport } from "./contract.ts";
import type { Evaluated } from "./evaluate.ts";
import { groupsText } from "./method-rows.ts";
import { pairsTable, statisticsTable } from "./statistics-tables.ts";

/** `scenarios` holds every scenario by the name under which the request knows it. */
export function renderEvaluation(
  evaluated: Evaluated,
  scenarios: ReadonlyMap<string, Scenario>,
  origin: Origin | null = null,
): string {
  const { report } = evaluated;
  const { methods } = report.request;
  const marks = methodMarks(methods);
  const sections = report.budgets.map((_, place) => budgetSection({ evaluated, place, scenarios, marks }));
  return documentText({
    title: `placement-gym: ${titleOf(evaluated)}`,
    lines: methods.length,
    content: html`${headerOf(evaluated, origin)}
<main>
${filterOf(methods)}
${lines(sections)}</main>
${footer}`,
  });
}

interface SectionParts {
  readonly evaluated: Evaluated;
  readonly place: number;
  readonly scenarios: ReadonlyMap<string, Scenario>;
  readonly marks: MethodMarks;
}

function budgetSection({ evaluated, place, scenarios, marks }: SectionParts): Markup {
  const own = evaluated.report.budgets[place];
  const view = budgetView(evaluated, place);
  const id = budgetId(place);
  const heading = html`<h2 id="${id}">${budgetText(own.budget)}</h2>`;
  if (own.methods.length === 0)
    return html`${heading}
<p>No cell has ended.</p>`;
  return html`${heading}
<p class="verdict">${groupsText(own)}</p>
${statisticsTable(own, view, marks)}
<div class="curves">
<h3>Performance profiles</h3>
${profilesFigure(profilesOf(own, view, marks), `${id}-profiles`)}
${legend(profilesOf(own, view, marks), `${id}-profiles`)}
</div>
${pairsTable(own)}
${overviewTable(view, marks, `${id}-`)}
${methodsTable(view, marks)}
${scenarioSections(view, { scenarios, marks, id })}`;
}

function scenarioSections(
  view: CompareReport,
  { scenarios, marks, id }: Omit<SectionParts, "evaluated" | "place"> & { readonly id: string },
): Markup {
  const sections = view.scenarios.map((table, i) => {
    const scenario = scenarios.get(table.scenario);
    if (scenario === undefined)
      throw new InputError(`The page needs scenario "${table.scenario}", but it was not given.`);
    return scenarioSection({ report: view, table, scenario, marks, id: anchor(i, `${id}-`) });
  });
  return html`${sections}`;
}

function profilesOf({ methods }: BudgetReport, { cells }: CompareReport, marks: MethodMarks): Line[] {
  const kinds = new Map(cells.map(({ method, kind }) => [method, kind]));
  return methods.map(({ method, profile }) => {
    const kind = kinds.get(method)!;
    return {
      method,
      isAgent: kind === "agent",
      mark: marks.of(method),
      group: groupOf(method, kind),
      curve: profileCurve(profile),
      final: profile[profile.length - 1],
    };
  });
}

const budgetId = (place: number): string => `budget-${place + 1}`;

function headerOf({ report }: Evaluated, origin: Origin | null): Markup {
  const { request, warnings, complete, budgets } = report;
  const told = [...(complete ? [] : ["Cells are missing or failed."]), ...warnings];
  const items = budgets.map(
    (own, place) =>
      html`<li><a href="#${budgetId(place)}">${budgetText(own.budget)}</a>: ${groupsText(own)}</li>`,
  );
  return html`<header>
<h1>${titleOf({ report })}</h1>
<p class="facts">${requestText(request)}</p>
${origin === null ? null : originText(origin)}
<ul>
${lines(items)}</ul>
${lines(told.map((warning) => html`<p class="warning">${warning}</p>`))}</header>`;
}

function titleOf({ report: { request } }: Pick<Evaluated, "report">): string {
  const { methods, scenarios, budgets } = request;
  const parts = [counted(methods.length, "method"), counted(scenarios.length, "scenario")];
  return `${parts.join(" on ")} at ${counted(budgets.length, "budget")}`;
}

function requestText({ seeds, seed, track, trainedOn }: Evaluated["report"]["request"]): string {
  const trained = Object.entries(trainedOn).map(([method, on]) => `${method} trained on ${on.join(", ")}`);
  return [
    counted(seeds, "seed"),
    `root seed ${seed}`,
    ...(track === null ? [] : [`track ${track}`]),
    ...trained,
  ].join(" · ");
}

const footer = html`<footer>
<p>score = bound / value of a cell, 0 where no plan fits. The bound is a proven lower limit, the best \
that any cell knows. IQM is the interquartile mean of all scores of a method. Intervals hold 95% of \
2,000 stratified resamples of the seeds, so they tell of other seeds, not of other scenarios.</p>
</footer>`;

const counted = (count: number, noun: string): string =>
  `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
