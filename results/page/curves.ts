/**
 * The anytime curves of one scenario as SVG: best value so far (mean over seeds, band from least to
 * greatest) over simulations, both axes logarithmic, the bound as a line, and a label for every
 * method at the right end.
 *
 * Early values can be many times the final ones, so the top of the picture is cut at a few times
 * the best final value; what lies above is said in the caption, not drawn.
 */
import { type AnytimeCurve, anytimeCurve } from "../comparison/anytime.ts";
import type { CellResult } from "../comparison/cell.ts";
import type { ScenarioTable } from "../comparison/compare.ts";
import { groupBy } from "../comparison/ranking.ts";
import { formatCount, formatOn, formatValue, scaleFor } from "../format.ts";
import { type Axis, logAxis } from "./axis.ts";
import { html, type Markup, px } from "./markup.ts";
import type { MethodColours } from "./method-colours.ts";

const WIDTH = 940;
const HEIGHT = 340;
const LEFT = 64;
const RIGHT = 160;
const TOP = 12;
const BOTTOM = 40;
const LABEL_STEP = 14;

interface Line {
  readonly method: string;
  readonly isAgent: boolean;
  readonly curve: AnytimeCurve;
  readonly final: number;
}

/** `cells` are all of the table's scenario; `id` is one that the page uses nowhere else. */
export function curvesFigure(
  table: ScenarioTable,
  cells: readonly CellResult[],
  { colours, id }: { readonly colours: MethodColours; readonly id: string },
): Markup {
  const lines = linesOf(cells);
  if (lines.length === 0)
    return html`<p>No method is feasible on every seed, so there is no curve to draw.</p>`;
  const { unit, bound } = table;
  const finals = lines.map(({ final }) => final);
  const first = Math.max(...lines.map(({ curve }) => curve.points[0].greatest));
  const top = Math.min(first, Math.max(Math.max(...finals) * 1.3, Math.min(...finals) * 2));
  const floor = bound > 0 ? Math.min(bound, ...finals) : Math.min(...finals);
  const end = Math.max(2, ...lines.map(({ curve }) => curve.end));
  const x = logAxis({ from: 1, to: end, start: LEFT, end: WIDTH - RIGHT });
  const y = logAxis({ from: floor / 1.02, to: top * 1.02, start: HEIGHT - BOTTOM, end: TOP });
  const scale = scaleFor(unit, Math.min(...finals));
  const labels = labelPositions(lines.map(({ final }) => y.at(final)));
  const missing = table.rows.filter(({ method }) => !lines.some((line) => line.method === method));
  const clip = `${id}-clip`;
  return html`<figure>
<div class="scroll" tabindex="0" role="region" aria-label="Anytime curves of ${table.scenario}">
<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Best ${table.objective} so far over simulations, one line for each method; the final values are in the table above.">
<clipPath id="${clip}"><rect x="${LEFT}" y="${TOP}" width="${WIDTH - RIGHT - LEFT}" height="${HEIGHT - BOTTOM - TOP}"/></clipPath>
${x.ticks.filter(Number.isInteger).map((tick) => html`<line class="grid" x1="${px(x.at(tick))}" x2="${px(x.at(tick))}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"/><text class="tick" x="${px(x.at(tick))}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${formatCount(tick)}</text>`)}
${y.ticks.map((tick) => html`<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${px(y.at(tick))}" y2="${px(y.at(tick))}"/><text class="tick" x="${LEFT - 6}" y="${px(y.at(tick) + 4)}" text-anchor="end">${tickText(tick / scale.size)}</text>`)}
<text class="axis" x="${px((LEFT + WIDTH - RIGHT) / 2)}" y="${HEIGHT - 6}" text-anchor="middle">simulations</text>
<text class="axis" x="12" y="${px((TOP + HEIGHT - BOTTOM) / 2)}" text-anchor="middle" transform="rotate(-90 12 ${px((TOP + HEIGHT - BOTTOM) / 2)})">${table.objective}, ${scale.unit}</text>
${bound > 0 ? html`<line class="bound" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${px(y.at(bound))}" y2="${px(y.at(bound))}"><title>bound ${formatValue(unit, bound)} (${table.boundArgument})</title></line><text class="tick" x="${LEFT + 4}" y="${px(y.at(bound) - 4)}">bound ${formatOn(scale, bound)}</text>` : null}
${lines.map((line, i) => lineMarkup(line, { x, y, end, clip, label: labels[i], colour: colours.of(line.method), title: `${line.method}: ${formatValue(unit, line.final)}` }))}
</svg></div>
<figcaption>Best ${table.objective} so far over simulations, both logarithmic: mean over seeds, band from the best to the worst seed. Thick lines are learned agents; a dotted line starts where a method ended by itself.${first > top * 1.02 ? ` Values above ${formatValue(unit, top)} are cut off.` : ""}${missing.length > 0 ? ` Not feasible on every seed, so without a line: ${missing.map(({ method }) => method).join(", ")}.` : ""}</figcaption>
</figure>`;
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

interface LinePlace {
  readonly x: Axis;
  readonly y: Axis;
  readonly end: number;
  readonly clip: string;
  /** Height of the label's middle. */
  readonly label: number;
  readonly colour: string;
  readonly title: string;
}

function lineMarkup({ method, isAgent, curve, final }: Line, place: LinePlace): Markup {
  const { x, y, end, clip, label, colour, title } = place;
  const { points } = curve;
  const stop = px(x.at(curve.end));
  const right = px(x.at(end));
  const height = px(y.at(final));
  const several = points.some(({ least, greatest }) => least < greatest);
  return html`<g class="${isAgent ? "curve agent" : "curve"}" style="--c:${colour}"><title>${title}</title>
<g clip-path="url(#${clip})">${several ? html`<path class="band" d="${bandPath(curve, x, y)}"/>` : null}
<path class="line" d="${steps(points.map((p) => [x.at(p.simulations), y.at(p.mean)]))}H${stop}"/>
${curve.end < end ? html`<line class="after" x1="${stop}" x2="${right}" y1="${height}" y2="${height}"/>` : null}</g>
<circle class="dot" cx="${stop}" cy="${height}" r="2.5"/>
<path class="leader" d="M${right} ${height}L${right + 10} ${px(label)}"/>
<text class="label" x="${right + 13}" y="${px(label + 4)}">${shortened(method)}</text></g>`;
}

/** A staircase: each value holds until the next point. */
function steps(points: readonly (readonly [number, number])[]): string {
  return points.map(([x, y], i) => (i === 0 ? `M${px(x)} ${px(y)}` : `H${px(x)}V${px(y)}`)).join("");
}

function bandPath({ points, end }: AnytimeCurve, x: Axis, y: Axis): string {
  const upper = steps(points.map((p) => [x.at(p.simulations), y.at(p.greatest)]));
  const back = points
    .map((p, i) => `H${px(x.at(points[i + 1]?.simulations ?? end))}V${px(y.at(p.least))}`)
    .reverse()
    .join("");
  return `${upper}${back}H${px(x.at(points[0].simulations))}Z`;
}

/** Spreads labels so that none covers another, as near to their lines as order and room allow. */
export function labelPositions(heights: readonly number[]): number[] {
  const order = heights.map((_, i) => i).sort((a, b) => heights[a] - heights[b] || a - b);
  const placed = new Array<number>(heights.length).fill(0);
  let free = TOP;
  for (const i of order) {
    placed[i] = Math.max(heights[i], free);
    free = placed[i] + LABEL_STEP;
  }
  let ceiling = HEIGHT - BOTTOM + LABEL_STEP;
  for (const i of order.reverse()) {
    placed[i] = Math.min(placed[i], ceiling);
    ceiling = placed[i] - LABEL_STEP;
  }
  return placed;
}

const shortened = (name: string): string => (name.length > 22 ? `${name.slice(0, 21)}…` : name);

const tickText = (value: number): string => String(Number(value.toPrecision(6)));
