/**
 * The anytime curves of one scenario as SVG: the best value so far over simulations, a line for
 * each method. A line is the mean over seeds, its band reaches from the least to the greatest
 * value. Both axes are logarithmic, values of 0 apart, and the bound is a line of its own. The
 * picture is as high as its labels need. Switches under it hide lines and groups of lines.
 *
 * Early values can be many times the final ones. The picture therefore ends at a few times the best
 * final value, and the caption says what is cut off.
 */
import { anytimeCurve } from "../../cells/anytime.ts";
import type { CellResult } from "../../cells/cell.ts";
import type { ScenarioTable } from "../../comparison/compare.ts";
import { groupBy } from "../../comparison/ranking.ts";
import { formatOn, formatValue, type Scale, scaleFor } from "../../text/format.ts";
import type { MethodMarks } from "../marks.ts";
import { html, type Markup } from "../markup.ts";
import { figure, scrollBox } from "../parts.ts";
import { curveFileStyle } from "../style.ts";
import { logAxis } from "./axis.ts";
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
import { type Frame, fileChart, horizontalLine, textAt, tickText } from "./shapes.ts";

/** Room for the text of the bound. */
const BELOW = 16;

export interface CurvesOptions {
  readonly marks: MethodMarks;
  /** An id that the page uses nowhere else. */
  readonly id: string;
}

/** What the curves show of a scenario. */
export interface CurvesTable
  extends Pick<ScenarioTable, "scenario" | "objective" | "unit" | "bound" | "boundArgument"> {
  readonly rows: readonly { readonly method: string }[];
}

/** What they need of a cell. */
export type CurvesCell = Pick<CellResult, "method" | "kind" | "curve" | "simulations">;

/** `cells` are all of the table's scenario. */
export function curvesFigure(
  table: CurvesTable,
  cells: readonly CurvesCell[],
  options: CurvesOptions,
): Markup {
  const drawing = drawingOf(table, cells, options.marks);
  if (drawing === null)
    return html`<p>No method is feasible on every seed, so there is no curve to draw.</p>`;
  const label = `${labelOf(table)}; the final values are in the table above.`;
  const ticks = { x: 1, y: drawing.scale.size, isCount: true };
  const chart = zoomableChart(label, curvesChart(drawing, options.id), ticks);
  const content = html`${scrollBox(`Anytime curves of ${table.scenario}`, chart)}
${legend(drawing.curves, options.id)}`;
  return html`<div class="curves">${figure(content, captionOf(table, drawing.curves, drawing.plot))}</div>`;
}

/** Room for a title above a picture that is a file of its own. */
const HEAD = 26;

/** The curves as a file; null where no method is feasible on every seed. */
export function curvesSvg(
  table: ScenarioTable,
  cells: readonly CellResult[],
  marks: MethodMarks,
): string | null {
  const drawing = drawingOf(table, cells, marks);
  if (drawing === null) return null;
  const title = `${table.scenario}: ${table.objective} of the best plan so far over simulations`;
  const content = html`${textAt("lanelabel", title, { x: 10, y: HEAD - 8 })}
<g transform="translate(0 ${HEAD})">
${lineChart(curvesChart(drawing, "curves"))}
</g>
`;
  const look = { label: labelOf(table), style: curveFileStyle() };
  return `${fileChart(LINES_WIDTH, linesHeight(drawing.frame) + HEAD, look, content).markup}\n`;
}

const labelOf = ({ objective }: Pick<CurvesTable, "objective">): string =>
  `Lowest ${objective} so far over simulations, one line for each method`;

function drawingOf(table: CurvesTable, cells: readonly CurvesCell[], marks: MethodMarks): Drawing | null {
  const curves = linesOf(cells, marks);
  if (curves.length === 0) return null;
  const frame = linesFrame(curves.length);
  const scale = scaleFor(table.unit, Math.min(...curves.map(({ final }) => final)));
  return { table, curves, plot: plotOf(table, curves, scale, frame), scale, frame };
}

function linesOf(cells: readonly CurvesCell[], marks: MethodMarks): Line[] {
  return [...groupBy(cells, ({ method }) => method).values()].flatMap((own) => {
    const curve = anytimeCurve(own);
    const final = curve.points.at(-1)?.mean;
    return final === undefined ? [] : [{ ...named(own[0], marks), curve, final }];
  });
}

const named = ({ method, kind }: CurvesCell, marks: MethodMarks) => ({
  method,
  isAgent: kind === "agent",
  mark: marks.of(method),
  group: groupOf(method, kind),
});

function plotOf({ bound }: CurvesTable, curves: readonly Line[], scale: Scale, frame: Frame): Plot {
  const finals = curves.map(({ final }) => final);
  const [least, greatest] = [Math.min(...finals), Math.max(...finals)];
  const first = Math.max(...curves.map(({ curve }) => curve.points[0].greatest));
  const top = Math.min(first, Math.max(greatest * 1.3, least * 2));
  const floor = bound > 0 ? Math.min(bound, least) : least;
  const end = Math.max(2, ...curves.map(({ curve }) => curve.end));
  return {
    x: logAxis({ from: 1, to: end, start: frame.left, end: frame.right }),
    y: logAxis({
      from: floor,
      to: Math.min(top * 1.02, Number.MAX_VALUE),
      start: frame.bottom - BELOW,
      end: frame.top,
    }),
    end,
    text: (value) => formatOn(scale, value),
    way: "steps",
    cutAt: first > top * 1.02 ? top : null,
  };
}

interface Drawing {
  readonly table: CurvesTable;
  readonly curves: readonly Line[];
  readonly plot: Plot;
  readonly scale: Scale;
  readonly frame: Frame;
}

function curvesChart({ table, curves, plot, scale, frame }: Drawing, id: string): LineChart {
  return {
    lines: curves,
    plot,
    frame,
    id,
    vertical: `${table.objective}, ${scale.unit}`,
    tick: (value: number) => tickText(value, scale),
    title: (value: number) => formatValue(table.unit, value),
    behind: boundMark(table, plot, scale, frame),
  };
}

function boundMark(
  { unit, bound, boundArgument }: CurvesTable,
  { y }: Plot,
  scale: Scale,
  frame: Frame,
): Markup | null {
  if (bound <= 0) return null;
  const title = `bound ${formatValue(unit, bound)} (${boundArgument})`;
  const text = `bound ${formatOn(scale, bound)}`;
  return html`<g class="atbound">${horizontalLine("bound", y.at(bound), frame, title)}
${textAt("tick", text, { x: frame.left + 4, y: y.at(bound) + 12 })}</g>`;
}

function captionOf({ unit, objective, rows }: CurvesTable, curves: readonly Line[], { cutAt }: Plot): string {
  const missing = rows
    .map(({ method }) => method)
    .filter((name) => !curves.some(({ method }) => method === name));
  return [
    `Lowest ${objective} so far over simulations, on logarithmic axes.`,
    "A line is the mean over seeds, its band the range from the lowest to the highest seed.",
    "Thick lines are learned agents; a dotted line starts where a method ended by itself.",
    ...(cutAt === null ? [] : [`Values above ${formatValue(unit, cutAt)} are cut off.`]),
    ...(missing.length === 0
      ? []
      : [`Not feasible on every seed, so without a line: ${missing.join(", ")}.`]),
  ].join(" ");
}
