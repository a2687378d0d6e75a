/**
 * How mesh axes look in pictures of shardings: a colour and a pattern each, the same in all
 * pictures, and their name as text. A document has the patterns once, a file of its own has them
 * inside.
 */
import { type Attributes, element, html, type Markup } from "../../markup.ts";

/** Further axes look like the first ones; their names tell them apart. */
const LOOKS = ["m3", "m2", "m4", "m7", "m5", "m6"] as const;

export const axisClass = (axis: number): string => `mesh${axis % LOOKS.length}`;

/** What the pictures need besides `chartStyle`. */
export const shardingStyle = `
${LOOKS.map((colour, axis) => `.mesh${axis} { --axis: var(--${colour}); }`).join("\n")}
.meshline { fill: none; stroke: var(--axis); stroke-width: 1.3; stroke-opacity: .34; }
.meshdot { fill: var(--axis); fill-opacity: .45; }
rect.part { fill: var(--axis); fill-opacity: .14; }
${LOOKS.map((_, axis) => `.mesh${axis} rect.pattern { fill: url(#mesh${axis}); pointer-events: none; }`).join("\n")}
rect.edge { fill: none; stroke: var(--axis); stroke-width: 1.2; }
rect.whole { fill: var(--panel); stroke: var(--rule); stroke-width: 1; }
rect.sum { fill: var(--axis); fill-opacity: .1; stroke: var(--axis); stroke-width: 1.4; stroke-dasharray: 4 2.5; }
rect.ground { fill: var(--bg); }
.anyaxis { --axis: var(--soft); }
rect.band { fill: var(--axis); fill-opacity: .1; }
rect.bandmark, rect.span { fill: var(--axis); }
.chart .strong { fill: var(--text); font-weight: 600; font-size: 12px; }
.chart .heading { fill: var(--text); font-weight: 600; font-size: 14px; }
.chart .in { fill: var(--text); }
.chart .column { fill: var(--soft); font-size: 12px; }
line.row { stroke: var(--rule); stroke-width: .6; }
.member { fill: var(--c); fill-opacity: .2; stroke: var(--c); stroke-width: 1.4; }
rect.machine { fill: var(--panel); stroke: var(--rule); }
rect.unused { fill: none; stroke: var(--rule); stroke-dasharray: 3 3; }
.ring { stroke: var(--c); stroke-width: 1.8; fill: none; }
.ring.far { stroke-dasharray: 5 3; }
.frontier { fill: none; stroke: var(--accent); stroke-width: 1.6; }
.point { fill: var(--accent); }
.point.taken { fill: var(--heat); stroke: var(--bg); stroke-width: 1.5; }
.limit { stroke: var(--warn); stroke-width: 1.4; stroke-dasharray: 6 3; }
`;

const SIZE = 7;
const lineAt = (d: string): Markup => element("path", { class: "meshline", d });

const shapes: readonly { readonly mark: Markup; readonly more?: Attributes }[] = [
  { mark: lineAt(`M0 0V${SIZE}`), more: { patternTransform: "rotate(45)" } },
  { mark: lineAt(`M0 0V${SIZE}`), more: { patternTransform: "rotate(-45)" } },
  { mark: element("circle", { class: "meshdot", cx: 3, cy: 3, r: 1.1 }) },
  { mark: lineAt(`M0 3H${SIZE}`) },
  { mark: lineAt(`M3 0V${SIZE}`) },
  { mark: html`${lineAt(`M0 3H${SIZE}`)}${lineAt(`M3 0V${SIZE}`)}` },
];

export const axisPatterns: Markup = html`<defs>${shapes.map(({ mark, more = {} }, axis) =>
  element(
    "pattern",
    {
      id: `mesh${axis}`,
      class: `mesh${axis}`,
      width: SIZE,
      height: SIZE,
      patternUnits: "userSpaceOnUse",
      ...more,
    },
    mark,
  ),
)}</defs>`;
