/**
 * The figures of a group: the score over simulations, the performance profiles, and the mean ranks.
 * The colours and shapes are those of the ranked table.
 */
import type { AnytimeCurve } from "../../cells/anytime.ts";
import { linearAxis, logAxis } from "../charts/axis.ts";
import type { Line, Plot } from "../charts/curve-line.ts";
import { groupOf, legend } from "../charts/legend.ts";
import { type LineChart, linesFrame, type ZoomTicks, zoomableChart } from "../charts/line-chart.ts";
import { profilesFigure } from "../drawing/profiles.ts";
import type { MethodMarks } from "../marks.ts";
import { html, type Markup } from "../markup.ts";
import { figure, scrollBox } from "../parts.ts";
import { rankChart } from "./critical-difference.ts";
import { endOf, rowProfile, scoreCurve } from "./data/scores.ts";
import type { SiteRow } from "./data/site-data.ts";
import { type RankedParts, scoreText } from "./ranked-table.ts";

/** The axis of scores begins a little below the lowest final one. */
const ROOM = 0.12;

export function groupFigures(parts: RankedParts): Markup {
  const curves = curvesChart(parts);
  return html`<div class="curves">
<h3>Score over simulations</h3>
${lineFigure(curves)}
<h3>Performance profiles</h3>
${profilesOf(parts)}
${legend(curves.chart.lines, parts.group.id)}
</div>
${ranksFigure(parts)}`;
}

const lineOf = ({ row: { entry }, label }: SiteRow, marks: MethodMarks, curve: AnytimeCurve): Line => ({
  method: label,
  isAgent: entry.kind === "agent",
  mark: marks.of(label),
  group: groupOf(entry.method, entry.kind),
  curve,
  final: curve.points[curve.points.length - 1].mean,
});

interface Drawing {
  readonly title: string;
  readonly caption: string;
  readonly ticks: ZoomTicks;
  readonly chart: LineChart;
}

function lineFigure({ title, caption, ticks, chart }: Drawing): Markup {
  const label = `${title}; the numbers at the end are in the table above.`;
  return figure(scrollBox(title, zoomableChart(label, chart, ticks)), caption);
}

function curvesChart({ site, group, marks }: RankedParts): Drawing {
  const id = `${group.id}-curves`;
  const end = endOf(group);
  const lines = group.rows.map((row) => lineOf(row, marks, scoreCurve(row, site.scenarios, end)));
  const frame = linesFrame(lines.length);
  const least = Math.min(...lines.map(({ final }) => final));
  const from = Math.max(0, Math.floor((least - ROOM) * 20) / 20);
  const plot: Plot = {
    x: logAxis({ from: 1, to: end, start: frame.left, end: frame.right }),
    y: linearAxis({ from, to: 1, start: frame.bottom, end: frame.top }, 8),
    end,
    text: scoreText,
    way: "steps",
    cutAt: null,
  };
  return {
    title: "Score so far over simulations",
    caption: `Interquartile mean over all cells of the score of the best plan so far. The axis of \
simulations is logarithmic, scores below ${from.toFixed(2)} are cut off. Thick lines are learned \
agents; a dotted line starts where an entry ended by itself. Drag a rectangle over the picture to \
enlarge it, or use the buttons.`,
    ticks: { x: 1, y: 1, isCount: true },
    chart: { lines, plot, frame, id, vertical: "score", tick: numberText, title: scoreText, behind: null },
  };
}

function profilesOf({ site, group, marks }: RankedParts): Markup {
  const lines = group.rows.map((row) => lineOf(row, marks, rowProfile(row, site.scenarios)));
  return profilesFigure(lines, `${group.id}-profiles`);
}

function ranksFigure({ group, marks, ranks }: RankedParts): Markup | null {
  if (ranks === null) return null;
  const names = new Map(
    group.rows.map(({ label }, i) => [String(i), { name: label, mark: marks.of(label) }]),
  );
  const { pValue } = ranks.friedman;
  const chance = pValue < 0.001 ? "below 0.001" : pValue.toFixed(3);
  const caption = `Mean rank over scenarios, the best at the left. Entries that a thick line joins are \
not told apart at 5%. Friedman's test of no difference at all: p ${pValue < 0.001 ? "" : "= "}${chance}.`;
  return html`<h3>Mean ranks and critical difference</h3>
${figure(scrollBox("Mean ranks", rankChart(ranks, names)), caption)}`;
}

const numberText = (value: number): string => String(Number(value.toPrecision(6)));
