/**
 * The style of pictures of schedules, and the patterns that it refers to. A document has them once,
 * a picture that is a file of its own has them inside.
 */
import { element, html, type Markup } from "../markup.ts";

/** What the picture needs besides `chartStyle`. */
export const scheduleStyle = `
rect.recompute { fill: var(--forward); }
rect.weights { fill: var(--backward); }
rect.sync { fill: var(--transfer); }
rect.striped { fill: url(#stripes); pointer-events: none; }
rect.stripes { fill: #ffffff; fill-opacity: .35; }
rect.bubble { fill: url(#hatching); pointer-events: none; }
rect.hatching { fill: var(--soft); fill-opacity: .35; }
rect.shade1 { fill-opacity: .5; }
rect.shade2 { fill-opacity: .36; }
rect.shade3 { fill-opacity: .25; }
.chart .on { font-size: 11px; fill: var(--text); pointer-events: none; }
.chart .on.forward, .chart .on.recompute { fill: var(--bg); }
.chart .on.backward, .chart .on.weights, .chart .on.update { fill: #1b1f24; }
`;

/** Stripes that mark the twins of forward and backward, and the hatching of bubbles. */
export const schedulePatterns: Markup = html`<defs>${(["stripes", "hatching"] as const).map((id) =>
  element(
    "pattern",
    {
      id,
      width: 6,
      height: 6,
      patternUnits: "userSpaceOnUse",
      patternTransform: id === "stripes" ? "rotate(45)" : "rotate(-45)",
    },
    element("rect", { class: id, width: id === "stripes" ? 2.5 : 1, height: 6 }),
  ),
)}</defs>`;
