/**
 * The anytime curves of one scenario as SVG: the best value so far over simulations, a line for
 * each method. A line is the mean over seeds, its band reaches from the least to the greatest
 * value. Both axes are logarithmic, and the bound is a line of its own.
 *
 * Early values can be many times the final ones. The picture therefore ends at a few times the best
 * final value, and the caption says what is cut off.
 */
import { anytimeCurve } from "../../comparison/anytime.ts";
import type { CellResult } from "../../comparison/cell.ts";
import type { ScenarioTable } from "../../comparison/compare.ts";
import { groupBy } from "../../comparison/ranking.ts";
import { formatCount, formatOn, formatValue, scaleFor } from "../../format.ts";
import { element, html, lines, type Markup, px } from "../markup.ts";
import { figure, scrollBox } from "../parts.ts";
import type { MethodColours } from "../style.ts";
import { logAxis } from "./axis.ts";
import { type Line, lineMarkup, type Plot } from "./curve-line.ts";
import {
  type Frame,
  horizontalLine,
  horizontalTick,
  pageChart,
  textAt,
  tickText,
  verticalTick,
} from "./shapes.ts";

const WIDTH = 940;
const HEIGHT = 340;
const FRAME: Frame = { left: 64, right: WIDTH - 160, top: 12, bottom: HEIGHT - 40 };
const LABEL_STEP = 14;

export interface CurvesOptions {
  readonly colours: MethodColours;
  /** An id that the page uses nowhere else. */
  readonly id: string;
}

/** `cells` are all of the table's scenario. */
export function curvesFigure(
  table: ScenarioTable,
  cells: readonly CellResult[],
  options: CurvesOptions,
): Markup {
  const curves = linesOf(cells);
  if (curves.length === 0)
    return html`<p>No method is feasible on every seed, so there is no curve to draw.</p>`;
  const plot = plotOf(table, curves);
  const chart = curvesChart(table, curves, plot, options);
  return figure(scrollBox(`Anytime curves of ${table.scenario}`, chart), captionOf(table, curves, plot));
}

function linesOf(cells: readonly CellResult[]): Line[] {
  return [...groupBy(cells, ({ method }) => method).values()].flatMap((own) => {
    const curve = anytimeCurve(own);
    const final = curve.points.at(-1)?.mean;
    return final === undefined
      ? []
      : [{ method: own[0].method, isAgent: own[0].kind === "agent", curve, final }];
  });
}

function plotOf({ unit, bound }: ScenarioTable, curves: readonly Line[]): Plot {
  const finals = curves.map(({ final }) => final);
  const [least, greatest] = [Math.min(...finals), Math.max(...finals)];
  const first = Math.max(...curves.map(({ curve }) => curve.points[0].greatest));
  const top = Math.min(first, Math.max(greatest * 1.3, least * 2));
  const floor = bound > 0 ? Math.min(bound, least) : least;
  const end = Math.max(2, ...curves.map(({ curve }) => curve.end));
  return {
    x: logAxis({ from: 1, to: end, start: FRAME.left, end: FRAME.right }),
    y: logAxis({ from: floor / 1.02, to: top * 1.02, start: FRAME.bottom, end: FRAME.top }),
    end,
    scale: scaleFor(unit, least),
    cutAt: first > top * 1.02 ? top : null,
  };
}

function curvesChart(
  table: ScenarioTable,
  curves: readonly Line[],
  plot: Plot,
  { colours, id }: CurvesOptions,
): Markup {
  const { x, y, scale } = plot;
  const labels = labelPositions(curves.map(({ final }) => y.at(final)));
  const clip = `${id}-clip`;
  const content = html`${clipPath(clip)}
${x.ticks.filter(Number.isInteger).map((tick) => verticalTick(x.at(tick), FRAME, formatCount(tick), 16))}
${y.ticks.map((tick) => horizontalTick(y.at(tick), FRAME, tickText(tick, scale)))}
${axisTitles(`${table.objective}, ${scale.unit}`)}
${boundMark(table, plot)}
${lines(
  curves.map((line, i) => {
    const title = `${line.method}: ${formatValue(table.unit, line.final)}`;
    return lineMarkup(line, plot, { clip, label: labels[i], colour: colours.of(line.method), title });
  }),
)}`;
  const what = `Best ${table.objective} so far over simulations, one line for each method`;
  return pageChart(WIDTH, HEIGHT, `${what}; the final values are in the table above.`, content);
}

/** What lies above the picture is not drawn over its edge. */
function clipPath(id: string): Markup {
  const { left, right, top, bottom } = FRAME;
  const inside = element("rect", { x: left, y: top, width: right - left, height: bottom - top });
  return element("clipPath", { id }, inside);
}

function axisTitles(vertical: string): Markup {
  const middle = (FRAME.left + FRAME.right) / 2;
  const half = px((FRAME.top + FRAME.bottom) / 2);
  return html`${textAt("axis", "simulations", { x: middle, y: HEIGHT - 6, anchor: "middle" })}
${textAt("axis", vertical, { x: 12, y: half, anchor: "middle", transform: `rotate(-90 12 ${half})` })}`;
}

function boundMark({ unit, bound, boundArgument }: ScenarioTable, { y, scale }: Plot): Markup | null {
  if (bound <= 0) return null;
  const title = `bound ${formatValue(unit, bound)} (${boundArgument})`;
  const text = `bound ${formatOn(scale, bound)}`;
  return html`${horizontalLine("bound", y.at(bound), FRAME, title)}
${textAt("tick", text, { x: FRAME.left + 4, y: y.at(bound) - 4 })}`;
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
    `Best ${objective} so far over simulations, on logarithmic axes.`,
    "A line is the mean over seeds, its band the range from the best to the worst seed.",
    "Thick lines are learned agents; a dotted line starts where a method ended by itself.",
    ...(cutAt === null ? [] : [`Values above ${formatValue(unit, cutAt)} are cut off.`]),
    ...(missing.length === 0
      ? []
      : [`Not feasible on every seed, so without a line: ${missing.join(", ")}.`]),
  ].join(" ");
}

/** Spreads labels so that none covers another, as near to their lines as order and room allow. */
export function labelPositions(heights: readonly number[]): number[] {
  const order = heights.map((_, i) => i).sort((a, b) => heights[a] - heights[b] || a - b);
  const placed = new Array<number>(heights.length).fill(0);
  let free = FRAME.top;
  for (const i of order) {
    placed[i] = Math.max(heights[i], free);
    free = placed[i] + LABEL_STEP;
  }
  let ceiling = FRAME.bottom + LABEL_STEP;
  for (const i of order.reverse()) {
    placed[i] = Math.min(placed[i], ceiling);
    ceiling = placed[i] - LABEL_STEP;
  }
  return placed;
}
