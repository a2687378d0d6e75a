/**
 * The Gantt chart of one plan as an SVG file: the chart of the page with its style inside, its
 * critical path marked, a title and a legend, so that it can be looked at and put into a document
 * by itself.
 */

import type { Scenario } from "../../env/model/scenario.ts";
import type { Explanation } from "../../env/sim/timeline/explain/explanation.ts";
import { formatUs } from "../format.ts";
import { ganttChart } from "../page/gantt.ts";
import { html } from "../page/markup.ts";
import { chartStyle } from "../page/style.ts";

const HEAD = 46;
const KEY_WIDTH = 110;

export function ganttSvg(
  scenario: Scenario,
  { timeline, criticalPath }: Explanation,
  { plan, bound }: { readonly plan: string; readonly bound: number },
): string {
  const { width, height, label, content, keys } = ganttChart(scenario, timeline, {
    method: plan,
    bound,
    criticalPath: criticalPath.segments,
  });
  const all = [...keys, ["critical", "critical path"] as const];
  const svg = html`<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 ${width} ${height + HEAD}" width="${width}" height="${height + HEAD}" role="img" aria-label="${label}">
<style>${{ markup: `${chartStyle}svg.chart { background: var(--bg); }` }}</style>
<text class="lanelabel" x="10" y="18">${scenario.name} under ${plan}: ${formatUs(timeline.makespanUs)}</text>
${all.map(
  (
    [kind, text],
    i,
  ) => html`<rect class="${kind}" x="${10 + i * KEY_WIDTH}" y="27" width="10" height="10"/><text x="${25 + i * KEY_WIDTH}" y="36">${text}</text>
`,
)}${bound > 0 ? html`<line class="bound" x1="${10 + all.length * KEY_WIDTH}" x2="${24 + all.length * KEY_WIDTH}" y1="32" y2="32"/><text x="${29 + all.length * KEY_WIDTH}" y="36">bound</text>` : null}
<g transform="translate(0 ${HEAD})">
${content}
</g>
</svg>
`;
  return svg.markup;
}
