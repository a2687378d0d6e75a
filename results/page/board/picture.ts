/**
 * The board's top rows as an SVG file that needs nothing else, for pages such as a README: scores
 * with their 95% intervals. It is readable on light and on dark grounds.
 */
import { InputError } from "../../../env/model/errors.ts";
import type { Board, BoardRow } from "../../leaderboard/contract.ts";
import { formatCount } from "../../text/format.ts";
import { visibleName } from "../../text/visible.ts";
import { type Axis, linearAxis } from "../charts/axis.ts";
import { fileChart, shortened, textAt, verticalTick } from "../charts/shapes.ts";
import { type Mark, methodMarks, shapeMark } from "../marks.ts";
import { element, html, lines, type Markup, px } from "../markup.ts";
import { chartStyle } from "../palette.ts";
import { budgetText } from "./data/budget-text.ts";
import { scoreText } from "./ranked-table.ts";

const WIDTH = 860;
const LEFT = 230;
const RIGHT = WIDTH - 70;
const TOP = 56;
const ROW = 25;
const FOOT = 46;
const MOST_ROWS = 14;
const LONGEST_NAME = 26;

const pictureStyle = `
svg.chart { background: var(--bg); }
.chart .title { fill: var(--text); font-size: 15px; font-weight: 600; }
.chart .name { fill: var(--text); font-size: 13px; }
.chart .agent { font-weight: 700; }
.chart .rank { font-size: 12px; }
.chart .number { fill: var(--text); font-size: 12px; }
.reach { stroke: var(--c); stroke-width: 7; opacity: .42; }
.dot { fill: var(--c); }
`;

/** Of a track's largest budget; without a track, of the first one that has entries. */
export function boardPicture(board: Board, trackId: string | null = null): string {
  const site = board.tracks.find(
    ({ track, groups }) => (trackId === null || track.id === trackId) && groups.length > 0,
  );
  const group = site?.groups.reduce((a, b) =>
    (b.budget.simulations ?? 0) > (a.budget.simulations ?? 0) ? b : a,
  );
  if (site === undefined || group === undefined)
    throw new InputError(
      `The board has no entries${trackId === null ? "" : ` in the track "${trackId}"`}, so there is no picture.`,
    );
  const rows = group.rows.slice(0, MOST_ROWS);
  const low = Math.max(0, Math.floor(Math.min(...rows.map(({ iqm }) => iqm.low)) * 20 - 1e-9) / 20);
  const bottom = TOP + rows.length * ROW;
  const x = linearAxis({ from: Math.min(0.95, low), to: 1, start: LEFT, end: RIGHT }, 6);
  const frame = { left: LEFT, right: RIGHT, top: TOP - 4, bottom };
  const marks = methodMarks(rows.map(({ entry }) => entry.id));
  const { track } = site;
  const more =
    group.rows.length > rows.length ? `the best ${rows.length} of ${group.rows.length} entries, ` : "";
  const what =
    `${more}${track.scenarios.length} scenarios, ${track.seeds} ${track.seeds === 1 ? "seed" : "seeds"}; ` +
    "score = bound / value, interquartile mean with its 95% interval";
  const title = `Track ${track.id} at ${budgetText(group.budget)}`;
  const content = html`${textAt("title", title, { x: 14, y: 22 })}
${textAt(null, what, { x: 14, y: 40 })}
${x.ticks.map((tick) => verticalTick(x.at(tick), frame, String(Number(tick.toPrecision(3))), 16))}
${lines(rows.map((row, i) => rowMark(row, { x, y: TOP + i * ROW + ROW / 2, mark: marks.of(row.entry.id) })))}\
${textAt("axis", "score, higher is better", { x: (LEFT + RIGHT) / 2, y: bottom + 36, anchor: "middle" })}
`;
  const label = `${title}: ${rows.map(({ entry, iqm }) => `${visibleName(entry.method)} ${scoreText(iqm.value)}`).join(", ")}`;
  const look = { label, style: chartStyle + pictureStyle };
  return `${fileChart(WIDTH, bottom + FOOT, look, content).markup}\n`;
}

interface Place {
  readonly x: Axis;
  readonly y: number;
  readonly mark: Mark;
}

function rowMark({ entry, iqm, rank }: BoardRow, { x, y, mark }: Place): Markup {
  const [from, to] = [px(x.at(iqm.low)), px(x.at(iqm.high))];
  const reach = element("path", { class: "reach", d: `M${from} ${y}H${to}` });
  const name = shortened(visibleName(entry.method), LONGEST_NAME);
  const kind = entry.kind === "agent" ? "name agent" : "name";
  return html`<g style="--c:${mark.colour}">
<title>${entry.method}: ${scoreText(iqm.value)}, ${scoreText(iqm.low)} to ${scoreText(iqm.high)}</title>
${textAt("rank", formatCount(rank), { x: 34, y: y + 4.5, anchor: "end" })}
${textAt(kind, name, { x: 46, y: y + 4.5 })}
${reach}
${shapeMark(mark, x.at(iqm.value), y, 5)}
${textAt("number", scoreText(iqm.value), { x: RIGHT + 14, y: y + 4.5 })}
</g>`;
}
