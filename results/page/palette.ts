/**
 * Colours of the page, light or dark by the reader's own setting, and the style of charts.
 *
 * Roles of ops and the critical path have the colours of Okabe and Ito ("Color universal design",
 * 2008), which colour-blind readers tell apart. A test simulates their sight.
 */

export const palette = `
:root {
  color-scheme: light dark;
  --bg: #ffffff; --panel: #f3f5f7; --text: #1b1f24; --soft: #57606a; --rule: #d5dae0;
  --heat: #e8590c; --warn: #c2255c; --accent: #0b5fb0; --veil: #1b1f2426;
  --forward: #0072b2; --backward: #e69f00; --update: #cc79a7; --transfer: #009e73;
  --critical: #1b1f24; --memory: #5b7fa6;
  --m0: #1f6fc4; --m1: #c8560a; --m2: #21803a; --m3: #b5274a; --m4: #7446b8; --m5: #8a5a2b;
  --m6: #c03a86; --m7: #0b7f86; --m8: #6f6f10; --m9: #59636e; --m10: #3a45a8; --m11: #4c7a00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --bg: #14171a; --panel: #1d2126; --text: #e6e9ec; --soft: #a3adb8; --rule: #363c44;
    --heat: #c2500f; --warn: #ff7aa2; --accent: #7cb7ff; --veil: #000000a0;
    --forward: #56a8ec; --backward: #e69f00; --update: #dd92bd; --transfer: #0b9a70;
    --critical: #f4f6f8; --memory: #6f97c4;
    --m0: #6aaeff; --m1: #ff9d57; --m2: #5fcf7d; --m3: #ff7f9b; --m4: #b996f5; --m5: #d3a06c;
    --m6: #ff8cc8; --m7: #4fd0d6; --m8: #cfcf55; --m9: #a9b4bf; --m10: #95a0ff; --m11: #a5d84a;
  }
}
`;

/** Distinct colours of methods and devices in the palette. */
export const COLOUR_COUNT = 12;

/** All that a chart needs, also on its own. */
export const chartStyle = `${palette}
svg.chart {
  display: block; width: 100%; height: auto;
  font: 11px system-ui, "Liberation Sans", sans-serif;
}
.chart text { fill: var(--soft); }
.chart .axis { font-size: 12px; }
.chart .lanelabel { fill: var(--text); font-size: 12px; }
.chart .lanelabel.small { font-size: 11px; fill: var(--soft); }
.grid { stroke: var(--rule); stroke-width: .6; }
.lane { fill: var(--panel); }
.bound { stroke: var(--warn); stroke-width: 1.4; stroke-dasharray: 6 3; }
rect.forward, path.forward { fill: var(--forward); }
rect.backward, path.backward { fill: var(--backward); }
rect.update, path.update { fill: var(--update); }
rect.transfer, path.transfer { fill: var(--transfer); }
rect:hover { filter: brightness(1.25); }
rect.lane:hover { filter: none; }
rect.critical, path.critical { fill: var(--critical); }
`;
