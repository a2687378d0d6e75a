/**
 * Mean ranks on one axis, as Demsar draws them (Statistical Comparisons of Classifiers, JMLR 2006):
 * the best rank is at the left. Thick lines join entries whose ranks are not told apart.
 */
import type { RankStatistics } from "../../statistics/contract.ts";
import { linearAxis } from "../charts/axis.ts";
import { horizontalLine, pageChart, rectangle, shortened, textAt, verticalLine } from "../charts/shapes.ts";
import { type Mark, shapeMark } from "../marks.ts";
import { element, html, lines, type Markup, px } from "../markup.ts";

const WIDTH = 1000;
const LEFT = 250;
const RIGHT = 750;
const AXIS = 62;
const ROW = 17;
const GROUP_STEP = 7;
const LONGEST_LABEL = 28;

export interface RankedName {
  readonly name: string;
  readonly mark: Mark;
}

/** `names` by the names of methods in the statistics. */
export function rankChart(ranks: RankStatistics, names: ReadonlyMap<string, RankedName>): Markup {
  const { meanRanks, criticalDifference, groups } = ranks;
  const count = meanRanks.length;
  const x = linearAxis({ from: 1, to: count, start: LEFT, end: RIGHT }, 10);
  const rankOf = new Map(meanRanks.map(({ method, meanRank }) => [method, meanRank]));
  const joined = groups.filter(({ length }) => length > 1);
  const first = AXIS + 24 + joined.length * GROUP_STEP;
  const half = Math.ceil(count / 2);
  const entries = meanRanks.map(({ method, meanRank }, i) => {
    const isLeft = i < half;
    const y = first + (isLeft ? i : count - 1 - i) * ROW;
    return entryMark({ ...names.get(method)!, meanRank, x: x.at(meanRank), y, isLeft });
  });
  const bars = joined.map((group, g) => {
    const [from, to] = [rankOf.get(group[0])!, rankOf.get(group[group.length - 1])!];
    const y = AXIS + 12 + g * GROUP_STEP;
    return rectangle("joined", { x: x.at(from) - 3, y, width: x.at(to) - x.at(from) + 6, height: 3 });
  });
  const ticks = x.ticks.map(
    (rank) => html`
${verticalLine("axisline", x.at(rank), { left: LEFT, right: RIGHT, top: AXIS - 5, bottom: AXIS })}
${textAt("tick", String(rank), { x: x.at(rank), y: AXIS - 9, anchor: "middle" })}`,
  );
  const content = html`${differenceMark(criticalDifference, x.at(1 + Math.min(criticalDifference, count - 1)))}
${horizontalLine("axisline", AXIS, { left: LEFT, right: RIGHT })}
${ticks}
${lines(bars)}${lines(entries)}`;
  const label = `Mean ranks of ${count} entries; the numbers are in the table above.`;
  return pageChart(WIDTH, first + half * ROW + 8, label, content);
}

function differenceMark(difference: number, end: number): Markup {
  const text = `critical difference ${difference.toFixed(2)}`;
  return html`${horizontalLine("difference", 16, { left: LEFT, right: end })}
${[LEFT, end].map((at) => verticalLine("difference", at, { left: at, right: at, top: 11, bottom: 21 }))}
${textAt("tick", text, { x: end + 8, y: 20 })}`;
}

interface Entry extends RankedName {
  readonly meanRank: number;
  readonly x: number;
  readonly y: number;
  readonly isLeft: boolean;
}

function entryMark({ name, mark, meanRank, x, y, isLeft }: Entry): Markup {
  const edge = isLeft ? LEFT - 14 : RIGHT + 14;
  const attributes = { class: "curve", style: `--c:${mark.colour}`, "data-m": String(mark.index) };
  const rank = html`<tspan>${meanRank.toFixed(2)}</tspan>`;
  const label = shortened(name, LONGEST_LABEL);
  const text = isLeft ? html`${label} ${rank}` : html`${rank} ${label}`;
  const place = { x: isLeft ? edge - 10 : edge + 10, y: y + 4, anchor: isLeft ? "end" : "start" } as const;
  return element(
    "g",
    attributes,
    html`<title>${name}: mean rank ${meanRank.toFixed(2)}</title>
${element("path", { class: "stem", d: `M${px(x)} ${AXIS}V${px(y)}H${edge}` })}
${shapeMark(mark, edge, y, 3.4)}
${textAt("label", text, place)}`,
  );
}
