/**
 * One line over simulations: a staircase or straight pieces through the means, in the colour and
 * dashes of its method. A shape stands where the method ended, and a dotted line follows. The label
 * is at the right end. A band reaches from the least to the greatest value.
 */
import type { AnytimeCurve } from "../../cells/anytime.ts";
import { type Mark, shapeMark } from "../marks.ts";
import { element, html, type Markup, px } from "../markup.ts";
import type { Axis } from "./axis.ts";
import { horizontalLine, shortened, textAt } from "./shapes.ts";

const LONGEST_LABEL = 24;
const MARK_RADIUS = 3.4;

export interface Line {
  readonly method: string;
  readonly isAgent: boolean;
  readonly mark: Mark;
  /** Of the legend, whose switch hides all its lines. */
  readonly group: number;
  readonly curve: AnytimeCurve;
  readonly final: number;
}

/** The ranges of both axes, and what they leave out. */
export interface Plot {
  readonly x: Axis;
  readonly y: Axis;
  /** Evaluations at the right end. */
  readonly end: number;
  /** A value in the label at the end of a line. */
  readonly text: (value: number) => string;
  /** Whether a value holds until the next point, or changes evenly. */
  readonly way: "steps" | "straight";
  /** The value at which the picture is cut, null where it holds all values. */
  readonly cutAt: number | null;
}

export interface LineLook {
  readonly clip: string;
  /** Height of the label's middle. */
  readonly label: number;
  readonly title: string;
}

/** Where the classes `k` and `in` begin, the switches of the legend find the line. */
export function lineMarkup(line: Line, plot: Plot, { clip, label, title }: LineLook): Markup {
  const { x, y, end, text } = plot;
  const { method, isAgent, curve, final, mark, group } = line;
  const { points } = curve;
  const [stop, right, height] = [px(x.at(curve.end)), px(x.at(end)), px(y.at(final))];
  const several = points.some(({ least, greatest }) => least < greatest);
  const means = points.map((p) => [x.at(p.simulations), y.at(p.mean)] as const);
  const way = plot.way === "steps" ? `${steps(means)}H${stop}` : pieces(means);
  const band = plot.way === "steps" ? stepBand(curve, x, y) : pieceBand(curve, x, y);
  const after = horizontalLine("after", height, { left: stop, right });
  const attributes = {
    class: `curve${isAgent ? " agent" : ""} k${mark.index} in${group}`,
    style: `--c:${mark.colour}`,
    "data-m": String(mark.index),
  };
  const name = html`${shortened(method, LONGEST_LABEL)} <tspan>${text(final)}</tspan>`;
  return element(
    "g",
    attributes,
    html`
<title>${title}</title>
<g clip-path="url(#${clip})">
${several ? element("path", { class: "band", d: band }) : null}
${element("path", { class: "line", d: way, "stroke-dasharray": mark.dashes })}
${curve.end < end ? after : null}
</g>
${shapeMark(mark, stop, height, MARK_RADIUS)}
<path class="leader" d="M${right} ${height}L${right + 14} ${px(label)}"/>
${textAt("label", name, { x: right + 17, y: label + 4 })}
`,
  );
}

/** A staircase: each value holds until the next point. */
function steps(points: readonly (readonly [number, number])[]): string {
  return points.map(([x, y], i) => (i === 0 ? `M${px(x)} ${px(y)}` : `H${px(x)}V${px(y)}`)).join("");
}

function stepBand({ points, end }: AnytimeCurve, x: Axis, y: Axis): string {
  const upper = steps(points.map((p) => [x.at(p.simulations), y.at(p.greatest)]));
  const back = points
    .map((p, i) => `H${px(x.at(points[i + 1]?.simulations ?? end))}V${px(y.at(p.least))}`)
    .reverse()
    .join("");
  return `${upper}${back}H${px(x.at(points[0].simulations))}Z`;
}

const pieces = (points: readonly (readonly [number, number])[]): string =>
  `M${points.map(([x, y]) => `${px(x)} ${px(y)}`).join("L")}`;

function pieceBand({ points }: AnytimeCurve, x: Axis, y: Axis): string {
  const upper = points.map((p) => [x.at(p.simulations), y.at(p.greatest)] as const);
  const lower = points.map((p) => [x.at(p.simulations), y.at(p.least)] as const).reverse();
  return `${pieces([...upper, ...lower])}Z`;
}
