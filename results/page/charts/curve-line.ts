/**
 * One line of the anytime curves: a staircase through the means, with a label at the right end. A
 * band reaches from the least to the greatest value. A dotted line follows where the method ended.
 */
import type { AnytimeCurve } from "../../comparison/anytime.ts";
import type { Scale } from "../../format.ts";
import { element, html, type Markup, px } from "../markup.ts";
import type { Axis } from "./axis.ts";
import { horizontalLine, shortened, textAt } from "./shapes.ts";

const LONGEST_LABEL = 22;

export interface Line {
  readonly method: string;
  readonly isAgent: boolean;
  readonly curve: AnytimeCurve;
  readonly final: number;
}

/** The ranges of both axes, and what they leave out. */
export interface Plot {
  readonly x: Axis;
  readonly y: Axis;
  /** Evaluations at the right end. */
  readonly end: number;
  readonly scale: Scale;
  /** The value at which the picture is cut, null where it holds all values. */
  readonly cutAt: number | null;
}

export interface LineLook {
  readonly clip: string;
  /** Height of the label's middle. */
  readonly label: number;
  readonly colour: string;
  readonly title: string;
}

export function lineMarkup(
  { method, isAgent, curve, final }: Line,
  { x, y, end }: Plot,
  look: LineLook,
): Markup {
  const { clip, label, colour, title } = look;
  const { points } = curve;
  const [stop, right, height] = [px(x.at(curve.end)), px(x.at(end)), px(y.at(final))];
  const several = points.some(({ least, greatest }) => least < greatest);
  const way = `${steps(points.map((p) => [x.at(p.simulations), y.at(p.mean)]))}H${stop}`;
  const after = horizontalLine("after", height, { left: stop, right });
  return html`<g class="${isAgent ? "curve agent" : "curve"}" style="--c:${colour}">
<title>${title}</title>
<g clip-path="url(#${clip})">
${several ? element("path", { class: "band", d: bandPath(curve, x, y) }) : null}
<path class="line" d="${way}"/>
${curve.end < end ? after : null}
</g>
<circle class="dot" cx="${stop}" cy="${height}" r="2.5"/>
<path class="leader" d="M${right} ${height}L${right + 10} ${px(label)}"/>
${textAt("label", shortened(method, LONGEST_LABEL), { x: right + 13, y: label + 4 })}
</g>`;
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
