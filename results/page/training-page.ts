/**
 * Training runs side by side as one self-contained HTML page. Each metric has its curves and a
 * table of their numbers. A table of the runs ends the page. The same folders give the same bytes,
 * the lines about the origin apart.
 */
import type { AnytimePoint } from "../cells/anytime.ts";
import { formatCount } from "../text/format.ts";
import type { CurveLine, CurveSet, MetricCurves } from "../training/curves/curve-set.ts";
import type { RecordedRun } from "../training/curves/recorded-run.ts";
import { metricFigure, metricText, metricTitle, simulationsText } from "./charts/training-curves.ts";
import { documentText, filterOf } from "./document.ts";
import { type MethodMarks, methodMarks } from "./marks.ts";
import { element, html, lines as inLines, type Markup } from "./markup.ts";
import { type Origin, originLines } from "./origin.ts";
import { columnHead, methodName, numberCell, scrollBox } from "./parts.ts";

/** Columns of values along a line. */
const MOMENTS = 4;

export function renderCurves(
  set: CurveSet,
  runs: readonly RecordedRun[],
  origin: Origin | null = null,
): string {
  const marks = methodMarks(set.labels);
  return documentText({
    title: `placement-gym: ${titleOf(set, runs)}`,
    lines: set.labels.length,
    content: html`${headerOf(set, runs, origin)}
<main>
${filterOf(set.labels)}
${set.metrics.map((curves, i) => metricSection(curves, { set, marks, id: `metric-${i + 1}` }))}
${runsTable(runs)}
</main>
${footer}`,
  });
}

function titleOf({ labels }: CurveSet, runs: readonly RecordedRun[]): string {
  const count = (amount: number, noun: string) => `${formatCount(amount)} ${noun}${amount === 1 ? "" : "s"}`;
  return `${count(runs.length, "run")} in ${count(labels.length, "line")}`;
}

function headerOf(set: CurveSet, runs: readonly RecordedRun[], origin: Origin | null): Markup {
  const scenarios = [...new Set(runs.flatMap((run) => run.scenarios))];
  const shown = scenarios.slice(0, MOST_SCENARIOS).join(", ");
  const more = scenarios.length > MOST_SCENARIOS ? ` and ${scenarios.length - MOST_SCENARIOS} more` : "";
  const links = set.metrics.map(
    ({ metric }, i) => html`<li><a href="#metric-${i + 1}">${metric}</a>: ${metricTitle(metric)}</li>`,
  );
  return html`<header>
<h1>${titleOf(set, runs)}</h1>
<p class="facts">${shown}${more} · ${simulationsText(set.end)} simulations at most</p>
${origin === null ? null : originLines(origin)}
<ul>
${inLines(links)}</ul></header>`;
}

const MOST_SCENARIOS = 6;

interface SectionParts {
  readonly set: CurveSet;
  readonly marks: MethodMarks;
  readonly id: string;
}

function metricSection(curves: MetricCurves, { set, marks, id }: SectionParts): Markup {
  return html`<section id="${id}">
<h2>${curves.metric}</h2>
${metricFigure({ curves, set, marks, id })}
${curves.lines.length === 0 ? null : numbersTable(curves, set, marks)}
</section>
`;
}

/** Simulations at which the table of a set has columns. */
export const momentsOf = ({ end }: CurveSet): number[] =>
  Array.from({ length: MOMENTS }, (_, i) => ((i + 1) * end) / MOMENTS);

/** The last point up to a moment; null where the line begins after it or has ended before. */
export function pointAt({ points }: Pick<CurveLine, "points">, moment: number): AnytimePoint | null {
  const last = points[points.length - 1];
  const limit = moment * (1 + 1e-9);
  const point = points.findLast(({ simulations }) => simulations <= limit) ?? null;
  const step = points.length > 1 ? points[1].simulations - points[0].simulations : 0;
  return point === last && last.simulations + step < moment ? null : point;
}

function numbersTable({ metric, lines }: MetricCurves, set: CurveSet, marks: MethodMarks): Markup {
  const moments = momentsOf(set);
  const cell = (value: number | null) => numberCell(value === null ? "-" : metricText(metric, value), value);
  const rows = lines.map((line) => {
    const last = line.points[line.points.length - 1];
    const mark = marks.of(line.label);
    return element(
      "tr",
      { "data-m": String(mark.index) },
      html`
<th scope="row" class="name">${methodName(line.label, line.kind, mark)}</th>
${numberCell(line.runs, line.runs)}
${inLines(moments.map((moment) => cell(pointAt(line, moment)?.mean ?? null)))}\
${cell(last.mean)}
${cell(last.least)}
${cell(last.greatest)}
`,
    );
  });
  const table = html`<table class="rows sortable">
<caption>${metric}: mean over the runs of a line after so many simulations, then at its end</caption>
<thead><tr>
${columnHead("line", "name")}
${columnHead("runs")}
${inLines(moments.map((moment) => columnHead(simulationsText(moment))))}\
${["end", "lowest run", "highest run"].map((title) => columnHead(title))}
</tr></thead>
<tbody>
${inLines(rows)}</tbody>
</table>`;
  return scrollBox(`Numbers of ${metric}`, table);
}

function runsTable(runs: readonly RecordedRun[]): Markup {
  const rows = runs.map(
    ({ folder, method, seed, updates, simulations, series }) => html`<tr>
<th scope="row" class="name">${folder}</th>
<td class="name">${method}</td>
<td class="name">${seed}</td>
${numberCell(updates === null ? "-" : formatCount(updates), updates)}
${numberCell(formatCount(simulations), simulations)}
${lastCell("bestGap", series)}
</tr>`,
  );
  const table = html`<table class="rows sortable">
<caption>Runs; a row of a comparison is one method with one seed</caption>
<thead><tr>
${columnHead("folder", "name")}
${columnHead("method", "name")}
${columnHead("seed", "name")}
${columnHead("updates")}
${columnHead("simulations")}
${columnHead("best gap")}
</tr></thead>
<tbody>
${inLines(rows)}</tbody>
</table>`;
  return html`<h2>Runs</h2>
${scrollBox("Runs", table)}`;
}

function lastCell(metric: string, series: RecordedRun["series"]): Markup {
  const value = series.get(metric)?.at(-1)?.value ?? null;
  return numberCell(value === null ? "-" : metricText(metric, value), value);
}

const footer = html`<footer>
<p>gap = value / bound - 1, where the bound is a proven lower limit on the value of every plan. \
The best plan that training came across may be luck; what a policy plans by itself is in the \
result of each run. Simulations count the evaluations and the private passes of a method.</p>
</footer>`;
