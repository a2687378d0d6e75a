/**
 * The style sheet of the page: one column, light or dark by the reader's own setting. Wide parts
 * scroll by themselves. Pictures that are files of their own take only `chartStyle`.
 */

const palette = `
:root {
  color-scheme: light dark;
  --bg: #ffffff; --panel: #f6f7f9; --text: #1b1f24; --soft: #57606a; --rule: #d5dae0;
  --heat: #e8590c; --warn: #c2255c; --accent: #0b5fb0;
  --forward: #3b7dd8; --backward: #d9822b; --update: #7a52c7; --transfer: #1a8f86;
  --memory: #5b7fa6;
  --m0: #1f6fc4; --m1: #c8560a; --m2: #21803a; --m3: #b5274a; --m4: #7446b8; --m5: #8a5a2b;
  --m6: #c03a86; --m7: #0b7f86; --m8: #6f6f10; --m9: #59636e; --m10: #3a45a8; --m11: #4c7a00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --bg: #14171a; --panel: #1d2126; --text: #e6e9ec; --soft: #a3adb8; --rule: #363c44;
    --heat: #c2500f; --warn: #ff7aa2; --accent: #7cb7ff;
    --forward: #5b9bee; --backward: #eb9d4f; --update: #a585e8; --transfer: #3fbcb0;
    --memory: #6f97c4;
    --m0: #6aaeff; --m1: #ff9d57; --m2: #5fcf7d; --m3: #ff7f9b; --m4: #b996f5; --m5: #d3a06c;
    --m6: #ff8cc8; --m7: #4fd0d6; --m8: #cfcf55; --m9: #a9b4bf; --m10: #95a0ff; --m11: #a5d84a;
  }
}
`;

/** All that a chart needs, also on its own. */
export const chartStyle = `${palette}
svg.chart {
  display: block; width: 100%; min-width: 44rem; height: auto;
  font: 11px system-ui, "Liberation Sans", sans-serif;
}
.chart text { fill: var(--soft); }
.chart .axis { font-size: 12px; }
.chart .lanelabel { fill: var(--text); font-size: 12px; }
.chart .lanelabel.small { font-size: 9.5px; fill: var(--soft); }
.grid { stroke: var(--rule); stroke-width: .6; }
.lane { fill: var(--panel); }
.bound { stroke: var(--warn); stroke-width: 1.4; stroke-dasharray: 6 3; }
rect.forward { fill: var(--forward); }
rect.backward { fill: var(--backward); }
rect.update { fill: var(--update); }
rect.transfer { fill: var(--transfer); }
rect:hover { filter: brightness(1.25); }
rect.lane:hover { filter: none; }
rect.critical { fill: var(--heat); }
`;

export const style = `${chartStyle}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 68rem; background: var(--bg);
  color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif;
}
h1 { font-size: 1.6rem; margin: 0 0 .3rem; }
h2 { font-size: 1.25rem; margin: 0 0 .2rem; overflow-wrap: anywhere; }
h3 { font-size: 1rem; margin: 1.4rem 0 .4rem; }
section { margin-top: 2.8rem; padding-top: 1.4rem; border-top: 1px solid var(--rule); }
p { margin: .4rem 0; max-width: 60rem; }
.facts, figcaption, caption, footer { color: var(--soft); font-size: .87rem; }
.facts { overflow-wrap: anywhere; }
.verdict { font-weight: 600; }
.warning { color: var(--warn); }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.scroll { overflow-x: auto; }
table {
  border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; margin: .6rem 0;
}
caption { text-align: left; padding-bottom: .3rem; caption-side: top; }
th, td {
  padding: .28rem .6rem; text-align: right; white-space: nowrap;
  border-bottom: 1px solid var(--rule);
}
thead th { color: var(--soft); font-weight: 600; vertical-align: bottom; }
tbody th { font-weight: 500; }
th:first-child, .rows th { text-align: left; }
.rows thead th { text-align: right; }
.rows thead th:nth-child(2) { text-align: left; }
.rows small {
  display: block; white-space: normal; max-width: 17rem; color: var(--soft); margin-left: 1.2em;
  line-height: 1.3;
}
.rows tbody tr:first-child { background: var(--panel); }
.heat thead th:not(:first-child) { white-space: normal; min-width: 6rem; max-width: 9rem; }
.heat td {
  background: color-mix(in srgb, var(--heat) var(--w, 0%), var(--bg)); border: 1px solid var(--bg);
}
.heat .none {
  background: repeating-linear-gradient(135deg, var(--panel) 0 6px, var(--rule) 6px 7px);
  color: var(--soft);
}
.heat tbody th { border-bottom-color: var(--bg); position: sticky; left: 0; background: var(--bg); }
.heat td:nth-last-child(-n+2) { background: none; border-bottom-color: var(--rule); }
.swatch {
  display: inline-block; width: .7em; height: .7em; border-radius: 2px; margin-right: .5em;
}
.tag {
  font-size: .75rem; color: var(--soft); border: 1px solid var(--rule); border-radius: 3px;
  padding: 0 .3em;
}
figure { margin: .4rem 0 1.2rem; }
figcaption { margin-top: .3rem; max-width: 60rem; }
.curve .line { fill: none; stroke: var(--c); stroke-width: 1.5; stroke-linejoin: round; }
.curve.agent .line { stroke-width: 3; }
.curve .band { fill: var(--c); opacity: .13; }
.curve .after { stroke: var(--c); stroke-width: 1.2; stroke-dasharray: 1.5 4; }
.curve .dot { fill: var(--c); }
.curve .leader { fill: none; stroke: var(--c); stroke-width: .8; }
.chart .curve .label { fill: var(--c); font-size: 12px; }
.curve.agent .label { font-weight: 700; }
.curve:hover .line { stroke-width: 4; }
.curve:hover .label { font-weight: 700; }
i.forward { background: var(--forward); }
i.backward { background: var(--backward); }
i.update { background: var(--update); }
i.transfer { background: var(--transfer); }
i.memory { background: var(--memory); }
i.over { background: repeating-linear-gradient(135deg, var(--warn) 0 5px, transparent 5px 8px); }
.keys { display: inline-flex; flex-wrap: wrap; gap: .2rem .9rem; margin-right: .8rem; }
.key i {
  display: inline-block; width: .8em; height: .8em; border-radius: 2px; margin-right: .35em;
}
.key i.boundkey {
  background: none; border-top: 2px dashed var(--warn); height: .3em; width: 1.2em;
  border-radius: 0;
}
.bars { list-style: none; padding: 0; margin: .4rem 0; }
.bars li {
  display: grid; grid-template-columns: 8rem minmax(0, 1fr) 15rem; gap: .7rem; align-items: center;
  margin: .25rem 0;
}
.bar {
  position: relative; display: flex; height: .9rem; background: var(--panel); border-radius: 2px;
}
.bar b { position: absolute; top: -2px; bottom: -2px; width: 2px; background: var(--warn); }
.barlabel { overflow-wrap: anywhere; }
.bartext { color: var(--soft); font-size: .87rem; font-variant-numeric: tabular-nums; }
footer { margin-top: 3rem; border-top: 1px solid var(--rule); padding-top: 1rem; }
@media (max-width: 40rem) {
  body { padding: 1rem .75rem 3rem; }
  .bars li { grid-template-columns: 5.5rem minmax(0, 1fr); }
  .bartext { grid-column: 2; margin-top: -.3rem; }
}
@media print {
  .scroll { overflow: visible; }
  section { break-inside: avoid-page; }
}
`;

/**
 * Distinct colours of methods in the palette; further methods share them, labels tell them apart.
 */
export const COLOUR_COUNT = 12;

/** One colour for each method, the same in every figure of a page. */
export interface MethodColours {
  /** A CSS colour. */
  of(method: string): string;
}

export function methodColours(methods: readonly string[]): MethodColours {
  const index = new Map(methods.map((method, i) => [method, i % COLOUR_COUNT]));
  return { of: (method) => `var(--m${index.get(method) ?? 0})` };
}
