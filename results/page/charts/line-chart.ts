/**
 * A chart of lines: ticks, titles of axes, lines and their labels. The anytime curves of a
 * comparison, the curves of training runs and the profiles of the board are drawn by it. The
 * picture is as high as its labels need. Where it stands in a page, `zoom-script.ts` enlarges it.
 */
import { formatCount } from "../../text/format.ts";
import { element, html, lines as inLines, type Markup, px } from "../markup.ts";
import type { Axis } from "./axis.ts";
import { type Line, lineMarkup, type Plot } from "./curve-line.ts";
import { LABEL_STEP, labelPositions } from "./label-positions.ts";
import { type Frame, horizontalTick, pageChart, textAt, verticalTick } from "./shapes.ts";

export const LINES_WIDTH = 1000;
const LEAST_HEIGHT = 300;
const TOP = 14;
const FOOT = 44;

/** As high as the labels need, so that all of them stand inside the picture. */
export function linesFrame(lineCount: number): Frame {
  const height = Math.max(LEAST_HEIGHT, LABEL_STEP * lineCount);
  return { left: 64, right: LINES_WIDTH - 220, top: TOP, bottom: TOP + height };
}

/** Of the whole picture. */
export const linesHeight = ({ bottom }: Frame): number => bottom + FOOT;

export interface LineChart {
  readonly lines: readonly Line[];
  readonly plot: Plot;
  readonly frame: Frame;
  /** An id that the page uses nowhere else. */
  readonly id: string;
  /** Title of the axis of values. */
  readonly vertical: string;
  /** Of the other axis, which counts simulations where nothing is said. */
  readonly horizontal?: { readonly title: string; readonly tick: (value: number) => string };
  readonly tick: (value: number) => string;
  /** A final value as a reader sees it who points at the line. */
  readonly title: (value: number) => string;
  /** Drawn behind the lines. */
  readonly behind: Markup | null;
}

/** How the script that enlarges a chart writes its ticks: as percent, or by a divisor. */
export interface ZoomTicks {
  readonly x: "percent" | number;
  readonly y: "percent" | number;
  /** True where the horizontal axis counts, so that it has whole ticks alone. */
  readonly isCount: boolean;
}

/** The `svg` element of a page, with what enlarges it. */
export function zoomableChart(label: string, chart: LineChart, ticks: ZoomTicks): Markup {
  const { frame, plot } = chart;
  const axis = ({ range: { from, to, start, end }, isLog }: Axis) => [from, to, start, end, isLog];
  const { left, right, top, bottom } = frame;
  const zoom = { frame: [left, right, top, bottom], x: axis(plot.x), y: axis(plot.y), ticks };
  return pageChart(LINES_WIDTH, linesHeight(frame), label, lineChart(chart), {
    "data-zoom": JSON.stringify(zoom),
  });
}

/** What stands inside the `svg` element. */
export function lineChart(chart: LineChart): Markup {
  const { lines, plot, frame, id, vertical, tick, title, behind } = chart;
  const { x, y } = plot;
  const { horizontal } = chart;
  const across = horizontal === undefined ? x.ticks.filter(Number.isInteger) : x.ticks;
  const acrossText = horizontal?.tick ?? formatCount;
  const labels = labelPositions(
    lines.map(({ final }) => y.at(final)),
    frame,
  );
  const clip = `${id}-clip`;
  return html`${clipPath(clip, frame)}
<g class="ticks">
${across.map((at) => verticalTick(x.at(at), frame, acrossText(at), 16))}
${y.ticks.map((at) => horizontalTick(y.at(at), frame, tick(at)))}
</g>
${axisTitles(horizontal?.title ?? "simulations", vertical, frame)}
${behind}
${inLines(
  lines.map((line, i) => {
    const name = `${line.method}: ${title(line.final)}`;
    return lineMarkup(line, plot, { clip, label: labels[i], title: name });
  }),
)}`;
}

/** What lies above the picture is not drawn over its edge. */
function clipPath(id: string, { left, right, top, bottom }: Frame): Markup {
  const inside = element("rect", { x: left, y: top, width: right - left, height: bottom - top });
  return element("clipPath", { id }, inside);
}

function axisTitles(horizontal: string, vertical: string, frame: Frame): Markup {
  const middle = (frame.left + frame.right) / 2;
  const half = px((frame.top + frame.bottom) / 2);
  return html`${textAt("axis", horizontal, { x: middle, y: frame.bottom + FOOT - 8, anchor: "middle" })}
${textAt("axis", vertical, { x: 12, y: half, anchor: "middle", transform: `rotate(-90 12 ${half})` })}`;
}
