/**
 * One metric of training runs over simulations as SVG, a line for each method with the band of its
 * seeds. The axis of values is logarithmic where all of them are above 0 and far apart.
 */
import { formatCount, formatGap, formatNumber } from "../../text/format.ts";
import {
  type CurveLine,
  type CurveSet,
  isBestSoFar,
  type MetricCurves,
} from "../../training/curves/curve-set.ts";
import type { MethodMarks } from "../marks.ts";
import { html, type Markup } from "../markup.ts";
import { figure, scrollBox } from "../parts.ts";
import { curveFileStyle } from "../style.ts";
import { linearAxis, logAxis } from "./axis.ts";
import type { Line, Plot } from "./curve-line.ts";
import { groupOf, legend } from "./legend.ts";
import {
  LINES_WIDTH,
  type LineChart,
  lineChart,
  linesFrame,
  linesHeight,
  zoomableChart,
} from "./line-chart.ts";
import { type Frame, fileChart, textAt } from "./shapes.ts";

/** Room for a title above a picture that is a file of its own. */
const HEAD = 26;
const FAR_APART = 20;
/** Smaller gaps are rounding; they stand at the lower edge of a logarithmic axis. */
const LEAST_GAP = 1e-4;

export const metricText = (metric: string, value: number): string =>
  isGap(metric) ? formatGap(value) : formatNumber(value);

const isGap = (metric: string): boolean => /gap$/i.test(metric) || metric.startsWith("eval/gap");

const TITLES: Readonly<Record<string, string>> = {
  bestGap: "gap of the best plan so far",
  bestValue: "value of the best plan so far, us or bytes",
  meanCost: "mean cost of an update's plans, us or bytes",
  loss: "loss of an update",
  gradientNorm: "norm of the gradient before clipping",
  entropy: "mean entropy of a decision, nats",
  feasible: "share of an update's plans that fit in memory",
  kl: "divergence of a decision from the old policy, nats",
  klWeight: "weight of the penalty on the divergence",
  intraGroupEdges: "share of edges within groups",
  usedGroups: "groups with an op or a layer in them",
  placerFrozen: "share of plans whose placer was frozen",
};

/** What the axis of a metric says; its name where nothing more is known. */
export const metricTitle = (metric: string): string => TITLES[metric] ?? metric;

export interface MetricFigure {
  readonly curves: MetricCurves;
  readonly set: CurveSet;
  readonly marks: MethodMarks;
  /** An id that the page uses nowhere else. */
  readonly id: string;
}

export function metricFigure(given: MetricFigure): Markup {
  const { metric, lines } = given.curves;
  if (lines.length === 0) return html`<p>No line has a value from each of its runs.</p>`;
  const { chart, drawn } = metricChart(given);
  const label = `${metricTitle(metric)} over simulations; the numbers are in the table below.`;
  const ticks = { x: 1, y: isGap(metric) ? ("percent" as const) : 1, isCount: true };
  const parts = html`${scrollBox(`Curves of ${metric}`, zoomableChart(label, chart, ticks))}
${legend(drawn, given.id)}`;
  return html`<div class="curves">${figure(parts, captionOf(metric))}</div>`;
}

/** One of the charts of a picture that is a file. */
export interface CurvePanel extends Omit<MetricFigure, "id"> {
  readonly title: string;
}

/** The picture of one metric as a file. */
export function metricSvg(given: Omit<MetricFigure, "id">): string {
  const title = metricTitle(given.curves.metric);
  return panelsSvg(`${title} over simulations`, [{ ...given, title }]);
}

/** Charts one below the other, as a file. `label` is what those hear who do not see it. */
export function panelsSvg(label: string, panels: readonly CurvePanel[]): string {
  let height = 0;
  const drawn = panels.map((panel, i) => {
    const { chart } = metricChart({ ...panel, id: i === 0 ? "curves" : `curves-${i}` });
    const top = height + HEAD;
    height = top + linesHeight(chart.frame);
    return html`${textAt("lanelabel", panel.title, { x: 10, y: top - 8 })}
<g transform="translate(0 ${top})">
${lineChart(chart)}
</g>
`;
  });
  const look = { label, style: curveFileStyle() };
  return `${fileChart(LINES_WIDTH, height, look, html`${drawn}`).markup}\n`;
}

function metricChart({ curves, set, marks, id }: MetricFigure) {
  const { metric } = curves;
  const drawn = curves.lines.map((line) => drawnLine(line, marks));
  const frame = linesFrame(drawn.length);
  const text = (value: number) => metricText(metric, value);
  const chart: LineChart = {
    lines: drawn,
    plot: plotOf(curves, set, frame),
    frame,
    id,
    vertical: metricTitle(metric),
    tick: text,
    title: text,
    behind: null,
  };
  return { chart, drawn };
}

function drawnLine({ label, method, kind, points }: CurveLine, marks: MethodMarks): Line {
  const last = points[points.length - 1];
  return {
    method: label,
    isAgent: kind === "agent",
    mark: marks.of(label),
    group: groupOf(method, kind),
    curve: { points, end: last.simulations },
    final: last.mean,
  };
}

function plotOf({ metric, lines }: MetricCurves, { end }: CurveSet, frame: Frame): Plot {
  const points = lines.flatMap((line) => line.points);
  const [least, greatest] = [
    Math.min(...points.map((point) => point.least)),
    Math.max(...points.map((point) => point.greatest)),
  ];
  const floor = isGap(metric) && least >= 0 ? Math.max(least, LEAST_GAP) : least;
  const isLog = floor > 0 && greatest > FAR_APART * floor;
  const range = { from: isLog ? floor : least, to: greatest, start: frame.bottom, end: frame.top };
  const y = isLog ? logAxis(range) : linearAxis(range);
  return {
    x: linearAxis({ from: 0, to: end, start: frame.left, end: frame.right }),
    y: { ...y, at: (value) => y.at(Math.max(value, range.from)) },
    end,
    text: (value) => metricText(metric, value),
    way: isBestSoFar(metric) ? "steps" : "straight",
    cutAt: null,
  };
}

function captionOf(metric: string): string {
  return [
    `${metricTitle(metric)[0].toUpperCase()}${metricTitle(metric).slice(1)}.`,
    isBestSoFar(metric)
      ? "Each value holds until the next point."
      : "A point is the mean over the updates of a span of simulations.",
    "A line is the mean over its runs, its band the range from the lowest to the highest run.",
    ...(isGap(metric) ? ["On a logarithmic axis gaps below 0.01% stand at the lower edge."] : []),
    "Thick lines are learned agents; a dotted line starts where the first run of a line ended.",
  ].join(" ");
}

export const simulationsText = (simulations: number): string => formatCount(Math.round(simulations));
