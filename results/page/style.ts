/**
 * The style sheet of the page: one column. Wide parts scroll by themselves and show that they do.
 * Pictures that are files of their own take only `chartStyle`.
 */

import { scheduleStyle } from "./drawing/schedule-style.ts";
import { shardingStyle } from "./drawing/shardings/axis-style.ts";
import { chartStyle } from "./palette.ts";

const textStyle = `
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 72rem; background: var(--bg);
  color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif;
}
h1 { font-size: 1.6rem; margin: 0 0 .3rem; }
h2 { font-size: 1.25rem; margin: 1.4rem 0 .2rem; overflow-wrap: anywhere; }
h3 { font-size: 1rem; margin: 1.4rem 0 .4rem; }
section {
  scroll-margin-top: 2rem; margin-top: 2.8rem; padding-top: 1px;
  border-top: 1px solid var(--rule);
}
p { margin: .4rem 0; max-width: 60rem; }
code { font: .85rem ui-monospace, "Liberation Mono", monospace; overflow-wrap: anywhere; }
.facts, figcaption, caption, footer { color: var(--soft); font-size: .87rem; }
.facts { overflow-wrap: anywhere; }
.verdict { font-weight: 600; }
.warning { color: var(--warn); }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
figure { margin: .4rem 0 1.2rem; }
figcaption { margin-top: .3rem; max-width: 60rem; }
footer { margin-top: 3rem; border-top: 1px solid var(--rule); padding-top: 1rem; }
[hidden] { display: none !important; }
.filter { position: sticky; top: 0; z-index: 3; background: var(--bg); padding: .4rem 0; }
.filter input {
  font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--rule);
  border-radius: 4px; padding: .25rem .5rem; width: min(20rem, 55vw); margin-left: .4rem;
}
button {
  font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--rule);
  border-radius: 4px; padding: .15rem .6rem; cursor: pointer;
}
button:hover { border-color: var(--accent); color: var(--accent); }
.tag {
  font-size: .75rem; color: var(--soft); border: 1px solid var(--rule); border-radius: 3px;
  padding: 0 .3em;
}
`;

/** A shade at the right edge says that there is more; the script takes it away at the end. */
const scrollStyle = `
.scrollbox { position: relative; }
.scroll { overflow-x: auto; scrollbar-width: thin; scrollbar-color: var(--soft) transparent; }
.scrollbox::after {
  content: "\\203a"; position: absolute; top: 0; right: 0; bottom: 0; width: 1.6rem; display: none;
  align-items: center; justify-content: center; font-size: 1.5rem; color: var(--text);
  pointer-events: none; z-index: 2; background: linear-gradient(to right, transparent, var(--veil));
}
.scrollbox.more::after { display: flex; }
`;

const tableStyle = `
table {
  border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; margin: .6rem 0;
}
caption {
  text-align: left; padding-bottom: .3rem; caption-side: top; max-width: calc(100vw - 2.5rem);
}
th, td {
  padding: .28rem .55rem; text-align: right; white-space: nowrap;
  border-bottom: 1px solid var(--rule);
}
thead th { color: var(--soft); font-weight: 600; vertical-align: bottom; }
tbody th { font-weight: 500; }
th.name, td.name { text-align: left; }
thead button {
  font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer;
  text-align: inherit;
}
thead button:hover { color: var(--accent); }
th[aria-sort="ascending"] button::after { content: " \\2191"; }
th[aria-sort="descending"] button::after { content: " \\2193"; }
.rows small {
  display: block; white-space: normal; max-width: 17rem; color: var(--soft); margin-left: 1.9em;
  line-height: 1.3;
}
.rows tbody tr:hover { background: var(--panel); }
.heat th.method { padding: .2rem .1rem; vertical-align: bottom; text-align: left; }
.heat th.method > span {
  writing-mode: vertical-rl; transform: rotate(180deg); max-height: 12rem; white-space: nowrap;
  overflow: hidden; text-overflow: ellipsis; font-weight: 500;
}
.heat td.cell {
  padding: .28rem .35rem; min-width: 3.4rem; border: 1px solid var(--bg);
  background: color-mix(in srgb, var(--heat) var(--w, 0%), var(--bg));
}
.heat td.none {
  background: repeating-linear-gradient(135deg, var(--panel) 0 6px, var(--rule) 6px 7px);
  color: var(--soft);
}
.heat tbody th {
  white-space: normal; min-width: 9rem; max-width: 14rem; position: sticky; left: 0; z-index: 1;
  background: var(--bg);
}
.mark { width: 1.7em; height: .8em; margin-right: .45em; vertical-align: -.05em; }
.mark path, .curve path { vector-effect: non-scaling-stroke; }
`;

/** Of the lines of all curves. */
/** What a picture with curves needs that is a file of its own. */
export const curveFileStyle = (): string =>
  `${chartStyle}${curveStyle}svg.chart { background: var(--bg); }\n.curve path { vector-effect: non-scaling-stroke; }\n`;

export const curveStyle = `
.curve .line { fill: none; stroke: var(--c); stroke-width: 1.6; stroke-linejoin: round; }
.curve.agent .line { stroke-width: 3; }
.curve .band { fill: var(--c); opacity: .13; }
.curve .after { stroke: var(--c); stroke-width: 1.1; stroke-dasharray: 1.5 4; }
.curve .dot { fill: var(--c); stroke: var(--bg); stroke-width: .8; }
.curve .leader { fill: none; stroke: var(--c); stroke-width: .7; opacity: .8; }
.chart .curve .label { fill: var(--c); font-size: 12px; }
.chart .curve .label tspan { fill: var(--soft); font-size: 11px; }
.curve.agent .label { font-weight: 700; }
.curve:hover .line { stroke-width: 4; }
.zoom { display: flex; align-items: center; gap: .3rem; margin: .3rem 0; }
.zoom output { color: var(--soft); font-size: .85rem; margin-left: .4rem; }
.brush { fill: var(--accent); fill-opacity: .15; stroke: var(--accent); }
.curve:hover .label { font-weight: 700; text-decoration: underline; }
.legend { display: flex; flex-wrap: wrap; gap: .1rem .9rem; margin: .3rem 0; font-size: .85rem; }
.legend b { flex-basis: 100%; font-weight: 600; margin-top: .3rem; }
.legend label { white-space: nowrap; cursor: pointer; }
.legend input { accent-color: var(--accent); margin: 0 .35em 0 0; vertical-align: -.1em; }
.legend label:has(input:not(:checked)) { color: var(--soft); text-decoration: line-through; }
`;

const figureStyle = `
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
.key i.critical { background: var(--critical); height: .3em; width: 1.2em; vertical-align: .2em; }
.key i.boundkey {
  background: none; border-top: 2px dashed var(--warn); height: .3em; width: 1.2em;
  border-radius: 0;
}
.held { fill: var(--memory); }
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
`;

const deviceStyle = `
@media (max-width: 40rem) {
  body { padding: 1rem .75rem 3rem; }
  .bars li { grid-template-columns: 5.5rem minmax(0, 1fr); }
  .bartext { grid-column: 2; margin-top: -.3rem; }
  .filter { position: static; }
  .scrollbox::after { display: flex; }
  .scrollbox.end::after { display: none; }
  th, td { padding: .28rem .4rem; }
  .rows th.name { white-space: normal; min-width: 8.2rem; max-width: 45vw; }
  .rows small { margin-left: 0; font-size: .75rem; }
  .legend label { white-space: normal; overflow-wrap: anywhere; }
  .heat tbody th { min-width: 7rem; max-width: 40vw; overflow-wrap: anywhere; }
}
@media print {
  .scroll { overflow: visible; }
  .scrollbox::after, .filter, .zoom { display: none; }
  section { break-inside: avoid-page; }
}
`;

export const style = [
  chartStyle,
  textStyle,
  scrollStyle,
  tableStyle,
  curveStyle,
  figureStyle,
  scheduleStyle,
  shardingStyle,
  deviceStyle,
].join("");
