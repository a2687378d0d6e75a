/**
 * The anytime curves of one scenario as SVG: the best value so far over simulations, a line for
 * each method. A line is the mean over seeds, its band reaches from the least to the greatest
 * value. Both axes are logarithmic, values of 0 apart, and the bound is a line of its own. The
 * picture is as high as its labels need. Switches under it hide lines and groups of lines.
 *
 * Early values can be many times the final ones. The picture therefore ends at a few times the best
 * final value, and the caption says what is cut off.
 */
import { anytimeCurve } from "../../comparison/anytime.ts";
import type { CellResult } from "../../comparison/cell.ts";
import type { ScenarioTable } from "../../comparison/compare.ts";
import { groupBy } from "../../comparison/ranking.ts";
import { formatCount, formatOn, formatValue, scaleFor } from "../../format.ts";
import type { MethodMarks } from "../marks.ts";
import { element, html, lines, type Markup, px } from "../markup.ts";
import { figure, scrollBox } from "../parts.ts";
import { logAxis } from "./axis.ts";
import { type Line, lineMarkup, type Plot } from "./curve-line.ts";
import { LABEL_STEP, labelPositions } from "./label-positions.ts";
import { groupOf, legend } from "./legend.ts";
import {
  type Frame,
  horizontalLine,
  horizontalTick,
  pageChart,
  textAt,
  tickText,
  verticalTick,
} from "./shapes.ts";

const WIDTH = 1000;
const LEAST_HEIGHT = 300;
const TOP = 14;
const FOOT = 44;
/** Room for the text of the bound. */
const BELOW = 16;

/** As high as the labels need, so that all of them stand inside the picture. */
function frameFor(lineCount: number): Frame {
  const height = Math.max(LEAST_HEIGHT, LABEL_STEP * lineCount);
  return { left: 64, right: WIDTH - 220, top: TOP, bottom: TOP + height };
}

export interface CurvesOptions {
  readonly marks: MethodMarks;
  /** An id that the page uses nowhere else. */
  readonly id: string;
}

/** `cells` are all of the table's scenario. */
export function curvesFigure(
  table: ScenarioTable,
  cells: readonly CellResult[],
  options: CurvesOptions,
): Markup {
  const curves = linesOf(cells, options.marks);
  if (curves.length === 0)
    return html`<p>No method is feasible on every seed, so there is no curve to draw.</p>`;
  const frame = frameFor(curves.length);
  const plot = plotOf(table, curves, frame);
  const chart = curvesChart({ table, curves, plot, frame }, options.id);
  const content = html`${scrollBox(`Anytime curves of ${table.scenario}`, chart)}
${legend(curves, options.id)}`;
  return html`<div class="curves">${figure(content, captionOf(table, curves, plot))}</div>`;
}

function linesOf(cells: readonly CellResult[], marks: MethodMarks): Line[] {
  return [...groupBy(cells, ({ method }) => method).values()].flatMap((own) => {
    const curve = anytimeCurve(own);
    const final = curve.points.at(-1)?.mean;
    return final === undefined ? [] : [{ ...named(own[0], marks), curve, final }];
  });
}

const named = ({ method, kind }: CellResult, marks: MethodMarks) => ({
  method,
  isAgent: kind === "agent",
  mark: marks.of(method),
  group: groupOf(method, kind),
});

function plotOf({ unit, bound }: ScenarioTable, curves: readonly Line[], frame: Frame): Plot {
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
    scale: scaleFor(unit, least),
    cutAt: first > top * 1.02 ? top : null,
  };
}

interface Drawing {
  readonly table: ScenarioTable;
  readonly curves: readonly Line[];
  readonly plot: Plot;
  readonly frame: Frame;
}

function curvesChart({ table, curves, plot, frame }: Drawing, id: string): Markup {
  const { x, y, scale } = plot;
  const labels = labelPositions(
    curves.map(({ final }) => y.at(final)),
    frame,
  );
  const clip = `${id}-clip`;
  const content = html`${clipPath(clip, frame)}
${x.ticks.filter(Number.isInteger).map((tick) => verticalTick(x.at(tick), frame, formatCount(tick), 16))}
${y.ticks.map((tick) => horizontalTick(y.at(tick), frame, tickText(tick, scale)))}
${axisTitles(`${table.objective}, ${scale.unit}`, frame)}
${boundMark(table, plot, frame)}
${lines(
  curves.map((line, i) => {
    const title = `${line.method}: ${formatValue(table.unit, line.final)}`;
    return lineMarkup(line, plot, { clip, label: labels[i], title });
  }),
)}`;
  const what = `Lowest ${table.objective} so far over simulations, one line for each method`;
  return pageChart(WIDTH, frame.bottom + FOOT, `${what}; the final values are in the table above.`, content);
}

/** What lies above the picture is not drawn over its edge. */
function clipPath(id: string, { left, right, top, bottom }: Frame): Markup {
  const inside = element("rect", { x: left, y: top, width: right - left, height: bottom - top });
  return element("clipPath", { id }, inside);
}

function axisTitles(vertical: string, frame: Frame): Markup {
  const middle = (frame.left + frame.right) / 2;
  const half = px((frame.top + frame.bottom) / 2);
  return html`${textAt("axis", "simulations", { x: middle, y: frame.bottom + FOOT - 8, anchor: "middle" })}
${textAt("axis", vertical, { x: 12, y: half, anchor: "middle", transform: `rotate(-90 12 ${half})` })}`;
}

function boundMark(
  { unit, bound, boundArgument }: ScenarioTable,
  { y, scale }: Plot,
  frame: Frame,
): Markup | null {
  if (bound <= 0) return null;
  const title = `bound ${formatValue(unit, bound)} (${boundArgument})`;
  const text = `bound ${formatOn(scale, bound)}`;
  return html`${horizontalLine("bound", y.at(bound), frame, title)}
${textAt("tick", text, { x: frame.left + 4, y: y.at(bound) + 12 })}`;
}

function captionOf(
  { unit, objective, rows }: ScenarioTable,
  curves: readonly Line[],
  { cutAt }: Plot,
): string {
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
