/**
 * The ranked table of a group: a row for each entry. It has the score with the 95% interval, drawn
 * and in numbers, the mean gap, and how many cells fit. What a row opens to stands in a template.
 */
import type { RankStatistics } from "../../statistics/contract.ts";
import { formatGap } from "../../text/format.ts";
import { type Mark, type MethodMarks, shapeMark } from "../marks.ts";
import { element, html, lines, type Markup, px } from "../markup.ts";
import { columnHead, methodName, numberCell, scrollBox } from "../parts.ts";
import type { SiteGroup, SiteRow, SiteScenario, SiteTrack } from "./data/site-data.ts";
import { detailTemplate } from "./row-detail.ts";

const WIDTH = 176;
const HEIGHT = 20;

export interface RankedParts {
  readonly site: SiteTrack;
  readonly group: SiteGroup;
  readonly marks: MethodMarks;
  readonly ranks: RankStatistics | null;
}

export function rankedTable({ site, group, marks, ranks }: RankedParts): Markup {
  const { rows, id } = group;
  const low = axisStart(rows);
  const rankOf = new Map(ranks?.meanRanks.map(({ method, meanRank }) => [Number(method), meanRank]));
  const body = rows.map((row, i) =>
    rowMarkup({
      row,
      mark: marks.of(row.label),
      low,
      id: `${id}-row-${i + 1}`,
      meanRank: rankOf.get(i) ?? null,
    }),
  );
  const scenarios = JSON.stringify(site.scenarios.map(scenarioLink));
  const table = html`<table class="rows ranked sortable" data-scenarios="${scenarios}">
<caption>Entries, best first. The score is bound / value, 1 where a plan is proven optimal and 0 \
where none fits. It is the interquartile mean over all cells, with its 95% interval.</caption>
<thead><tr>
${columnHead("#")}
${columnHead("entry", "name")}
${element("th", { scope: "col", class: "drawn" }, html`score and interval ${scaleMark(low)}`)}
${columnHead("score")}
${columnHead("95% interval", "name")}
${columnHead("mean gap")}
${columnHead("cells that fit")}
${ranks === null ? null : columnHead("mean rank")}
</tr></thead>
<tbody>
${lines(body)}</tbody>
</table>`;
  return scrollBox("Ranked entries", table);
}

/** What the script shows of the gaps of an open row. */
const scenarioLink = ({ uri, file }: SiteScenario): readonly string[] => [uri, `${file}.html`];

/** A round score below all intervals. */
function axisStart(rows: readonly SiteRow[]): number {
  const least = Math.min(1, ...rows.map(({ row }) => row.iqm.low));
  return Math.max(0, Math.min(0.9, Math.floor(least * 10 - 1e-9) / 10));
}

interface RowParts {
  readonly row: SiteRow;
  readonly mark: Mark;
  readonly low: number;
  readonly id: string;
  readonly meanRank: number | null;
}

function rowMarkup({ row: given, mark, low, id, meanRank }: RowParts): Markup {
  const { row, file, label } = given;
  const { entry, iqm, meanGap, cells, feasibleCells, rank, isTrainedOnTest } = row;
  const attributes = {
    id,
    class: rank === 1 ? "top" : null,
    "data-m": String(mark.index),
    "data-kind": entry.kind,
    "data-test": isTrainedOnTest ? "yes" : "no",
    "data-entry": entry.id,
    "data-words": `${entry.method} ${entry.methodName} ${entry.id}`.toLowerCase(),
    "data-gaps": JSON.stringify(row.gaps.map((gap) => (gap === null ? null : formatGap(gap)))),
    "data-tints": JSON.stringify(row.gaps.map((gap) => (gap === null ? 0 : tintOf(gap)))),
  };
  const tested = isTrainedOnTest ? html` <span class="tag">trained on test</span>` : null;
  const name = html`${methodName(html`<a href="${file}.html">${label}</a>`, entry.kind, mark)}${tested}`;
  return element(
    "tr",
    attributes,
    html`
${numberCell(rank, rank)}
<th scope="row" class="name">${name}</th>
${element("td", { class: "drawn", "data-v": String(iqm.value) }, intervalMark(row.iqm, mark, low))}
${numberCell(scoreText(iqm.value), iqm.value)}
${element("td", { class: "name", "data-v": String(iqm.low) }, `${scoreText(iqm.low)} to ${scoreText(iqm.high)}`)}
${numberCell(meanGap === null ? "-" : formatGap(meanGap), meanGap)}
${numberCell(`${feasibleCells} of ${cells}`, feasibleCells)}
${meanRank === null ? null : numberCell(meanRank.toFixed(2), meanRank)}
${detailTemplate(given)}
`,
  );
}

export const scoreText = (score: number): string => score.toFixed(3);

/** Percent of the warm colour, as in the overview of comparisons. */
export const tintOf = (gap: number): number => px(35 * Math.sqrt(Math.min(4, Math.max(0, gap))));

const placeOf = (score: number, low: number): number =>
  6 + ((Math.max(low, score) - low) / (1 - low)) * (WIDTH - 12);

/** The numbers stand beside it, so readers of screens skip it. */
function intervalMark({ value, low: from, high }: SiteRow["row"]["iqm"], mark: Mark, low: number): Markup {
  const middle = HEIGHT / 2;
  const rail = { class: "rail", x1: placeOf(low, low), x2: placeOf(1, low), y1: middle, y2: middle };
  const reach = { class: "reach", x1: placeOf(from, low), x2: placeOf(high, low), y1: middle, y2: middle };
  return intervalSvg(
    html`${element("line", rail)}${element("line", reach)}${shapeMark(mark, placeOf(value, low), middle, 4.4)}`,
    mark.colour,
  );
}

function scaleMark(low: number): Markup {
  const tick = (score: number, anchor: string) =>
    element("text", { x: placeOf(score, low), y: 15, "text-anchor": anchor }, score.toFixed(1));
  return intervalSvg(html`${tick(low, "start")}${tick(1, "end")}`, null);
}

const intervalSvg = (content: Markup, colour: string | null): Markup =>
  element(
    "svg",
    {
      class: "interval",
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      "aria-hidden": "true",
      style: colour === null ? null : `--c:${colour}`,
    },
    content,
  );
