/** The tables of statistics of one budget class on the page: of each method, and of pairs. */
import type { CompareReport } from "../comparison/compare.ts";
import type { MethodMarks } from "../page/marks.ts";
import { html, lines, type Markup } from "../page/markup.ts";
import { columnHead, methodName, numberCell, scrollBox } from "../page/parts.ts";
import type { Interval, PairedStatistics } from "../statistics/contract.ts";
import { formatGap, formatSeconds } from "../text/format.ts";
import type { BudgetReport } from "./contract.ts";
import {
  feasibleText,
  gapText,
  intervalText,
  isTold,
  type MethodRow,
  methodRows,
  rankText,
  scoreText,
} from "./method-rows.ts";

/** `view` is of the same budget. */
export function statisticsTable(own: BudgetReport, view: CompareReport, marks: MethodMarks): Markup {
  const kinds = new Map(view.cells.map(({ method, kind }) => [method, kind]));
  const rows = methodRows(own, view).map((row) => {
    const mark = marks.of(row.method);
    return html`<tr data-m="${mark.index}">
<th scope="row" class="name">${methodName(row.method, kinds.get(row.method)!, mark)}</th>
${cellsOf(row)}</tr>`;
  });
  const heads = ["IQM score", "95% interval", "mean score", "mean gap", "mean rank", "feasible cells"];
  const table = html`<table class="rows sortable">
<caption>Scores of methods over all scenarios and seeds, best first</caption>
<thead><tr>
${columnHead("method", "name")}
${lines([...heads, "estimates", "CPU s"].map((title) => columnHead(title)))}</tr></thead>
<tbody>
${lines(rows)}</tbody>
</table>`;
  return scrollBox("Scores of methods", table);
}

function cellsOf(row: MethodRow): Markup {
  const { iqm, mean, meanGap, meanRank, feasibleCells, estimateCorrelation, cpuSeconds } = row;
  return lines([
    numberCell(scoreText(iqm.value), iqm.value),
    numberCell(intervalText(iqm), iqm.low),
    numberCell(scoreText(mean.value), mean.value),
    numberCell(gapText(row), meanGap),
    numberCell(rankText(row), meanRank),
    numberCell(feasibleText(row), feasibleCells),
    numberCell(estimateCorrelation === null ? "-" : estimateCorrelation.toFixed(2), estimateCorrelation),
    numberCell(formatSeconds(cpuSeconds), cpuSeconds, "time"),
  ]);
}

/** Of many pairs the page shows those of the first methods; `report.json` has all. */
const MOST_METHODS = 6;

/** Null for one method. */
export function pairsTable({ pairs, methods }: BudgetReport): Markup | null {
  if (pairs.length === 0) return null;
  const first = new Set(methods.slice(0, MOST_METHODS).map(({ method }) => method));
  const shown = pairs.filter(({ method, other }) => first.has(method) && first.has(other));
  const table = html`<table class="rows sortable">
<caption>Pairs of the first ${first.size} methods. The difference is of values on the same scenarios \
and seeds: below 0 the first method is better.</caption>
<thead><tr>
${columnHead("method", "name")}
${columnHead("other", "name")}
${lines(["difference", "95% interval", "probability of improvement", "95% interval"].map((title) => columnHead(title)))}\
${columnHead("told apart", "name")}
</tr></thead>
<tbody>
${lines(shown.map(pairRow))}</tbody>
</table>`;
  return scrollBox("Pairs of methods", table);
}

function pairRow(pair: PairedStatistics): Markup {
  const { method, other, difference, improvement } = pair;
  return html`<tr>
<th scope="row" class="name">${method}</th>
<td class="name">${other}</td>
${numberCell(difference === null ? "-" : formatGap(difference.value), difference?.value ?? null)}
${numberCell(difference === null ? "-" : gapRange(difference), difference?.low ?? null)}
${numberCell(improvement.value.toFixed(2), improvement.value)}
${numberCell(`${improvement.low.toFixed(2)} to ${improvement.high.toFixed(2)}`, improvement.low)}
<td class="name">${isTold(pair) ? "yes" : "no"}</td>
</tr>`;
}

const gapRange = ({ low, high }: Interval): string => `${formatGap(low)} to ${formatGap(high)}`;
