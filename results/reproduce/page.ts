/**
 * A reproduction as one self-contained HTML page: its table, a bar of each measured number beside
 * the paper's, and the best plan. The same report and cells give the same bytes.
 */
import { basename } from "node:path";
import { planFromJson } from "../../env/model/plan/plan.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import type { CellResult } from "../cells/cell.ts";
import { type Bar, barList } from "../page/charts/bars.ts";
import { documentText } from "../page/document.ts";
import { timelineFigure } from "../page/drawing/plan-figures.ts";
import { element, type Fragment, html, lines, type Markup } from "../page/markup.ts";
import { columnHead, figure, scrollBox } from "../page/parts.ts";
import { formatCount } from "../text/format.ts";
import { measuredText, seedsText, sourceText } from "./claim-text.ts";
import type { Claim } from "./contract.ts";
import type { ReproductionReport } from "./report.ts";
import { verdictCounts } from "./verdicts.ts";

export async function reproductionPage(
  report: ReproductionReport,
  cells: readonly CellResult[],
  scenarioNamed: (name: string) => Promise<Scenario>,
): Promise<string> {
  const { claims, title } = report;
  return documentText({
    title: `placement-gym: ${title}`,
    lines: 0,
    content: html`${headerOf(report)}
<main>
${claimsTable(claims)}
${barsFigure(claims)}
${await planOf(cells, scenarioNamed)}
</main>
${footer}`,
  });
}

function headerOf(report: ReproductionReport): Markup {
  const { title, authors, venue, remarks, quick, seeds, seed, claims, cells, simulations } = report;
  const facts = [
    `${formatCount(cells)} cells`,
    `${formatCount(simulations)} simulations`,
    `${seeds} seeds`,
    `root seed ${seed}`,
  ];
  const look = html`<p class="warning">A quick look: fewer scenarios and smaller budgets than in full.</p>`;
  return html`<header>
<h1>${title}</h1>
<p class="facts">${authors}, ${venue}</p>
<p class="facts">${facts.join(" · ")}</p>
${quick ? look : null}
<p class="verdict">Of ${claims.length} claims ${verdictCounts(claims)}.</p>
<ul>
${lines(remarks.map((remark) => html`<li>${remark.replaceAll("`", "")}</li>`))}</ul></header>`;
}

function claimsTable(claims: readonly Claim[]): Markup {
  const rows = claims.map((claim, i) => {
    const { statement, paperFigure, under, quantity, verdict, note, measured } = claim;
    const more = note === null ? null : html`<small>${note}</small>`;
    const ours = html`${measuredText(claim)}<small>${quantity}; ${seedsText(claim)}</small>`;
    const number = measured === null ? null : String(measured.value);
    return html`<tr>
${element("th", { scope: "row", class: "name", style: WRAPS }, html`${i + 1}. ${statement}${more}`)}
${wordCell(verdict)}
${element("td", { class: "name", style: WRAPS, "data-v": number }, ours)}
${wordCell(html`${paperFigure}<small>${sourceText(claim)}</small>`)}
${wordCell(under)}
</tr>`;
  });
  const table = html`<table class="rows sortable">
<caption>Claims of the paper, and what came out here</caption>
<thead><tr>
${columnHead("claim", "name")}
${columnHead("verdict", "name")}
${columnHead("ours", "name")}
${columnHead("paper, and how it is known", "name")}
${columnHead("under", "name")}
</tr></thead>
<tbody>
${lines(rows)}</tbody>
</table>`;
  return scrollBox("Claims and verdicts", table);
}

/** Sentences stand in cells here, which other tables of the page do not have. */
const WRAPS = "white-space:normal;min-width:8rem";

const wordCell = (content: Fragment): Markup => element("td", { class: "name", style: WRAPS }, content);

/** A bar of each ratio; the mark is the paper's ratio, or the limit of an order. */
function barsFigure(claims: readonly Claim[]): Markup | null {
  const bars = claims.flatMap((claim, i) => barOf(claim, i + 1));
  if (bars.length === 0) return null;
  const caption =
    "Bars are measured here. The mark is the paper's ratio, or the limit that its order sets. " +
    "Numbers are those of the table's rows.";
  return html`<h2>Ours beside the paper</h2>
${figure(barList(bars), caption)}`;
}

function barOf(claim: Claim, row: number): Bar[] {
  const { rule, measured, verdict } = claim;
  if (measured === null || rule.kind === "exactly") return [];
  const limit = rule.kind === "ratio" ? rule.paper : rule.limit;
  return [
    {
      label: `${row}. ${verdict}`,
      full: 1.05 * Math.max(measured.high, limit),
      parts: [{ kind: verdict === "holds" ? "transfer" : "update", size: measured.value }],
      limit,
      text: `${measuredText(claim)}, ${rule.kind === "ratio" ? "paper" : "limit"} ${limit}`,
    },
  ];
}

/** The plan of the lowest value on the scenario that was asked for first. */
async function planOf(
  cells: readonly CellResult[],
  scenarioNamed: (name: string) => Promise<Scenario>,
): Promise<Markup | null> {
  const first = cells.find(({ value }) => value !== null);
  if (first === undefined) return null;
  const rivals = cells.filter(
    ({ scenario, objective, value }) =>
      scenario === first.scenario && objective === first.objective && value !== null,
  );
  const best = rivals.reduce((least, next) => (next.value! < least.value! ? next : least));
  const scenario = { ...(await scenarioNamed(best.scenario)), objective: best.objective };
  const plan = planFromJson(scenario, best.plan, `The plan of ${best.method}`);
  return html`<h2>The best plan on ${nameOf(best.scenario)}</h2>
${timelineFigure(scenario, { plan, method: best.method, bound: best.bound }).markup}`;
}

/** Of a file its own name: where it lies is the business of this machine. */
const nameOf = (address: string): string => (/\.json$/.test(address) ? basename(address) : address);

const footer = html`<footer>
<p>Seconds of the paper's year are not the claim; orders, ratios and evaluations to converge are. \
An order holds where the whole 95% interval is on the right side of the limit, and is a tie where \
it crosses it. A ratio holds where the interval meets the paper's ratio within the stated factor. \
A figure from memory was not compared with the paper's text.</p>
</footer>`;
