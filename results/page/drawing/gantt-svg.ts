/**
 * The Gantt chart of one plan as an SVG file that needs nothing else. It is the chart of the page
 * with style, title and legend inside and the critical path marked.
 */

import type { Scenario } from "../../../env/model/scenario.ts";
import type { PathSummary } from "../../../env/sim/timeline/explain/explanation.ts";
import type { Timeline } from "../../../env/sim/timeline/timeline.ts";
import { formatUs } from "../../text/format.ts";
import { type GanttChart, ganttChart } from "../charts/gantt.ts";
import { fileChart, horizontalLine, rectangle, textAt } from "../charts/shapes.ts";
import { html, lines, type Markup } from "../markup.ts";
import { chartStyle } from "../palette.ts";

const HEAD = 46;
const KEY_WIDTH = 110;

export interface GanttTitle {
  /** The name of the plan. */
  readonly plan: string;
  /** A lower bound on the makespan in us; none is drawn where it is 0. */
  readonly bound: number;
}

export interface DrawnStep {
  readonly timeline: Timeline;
  /** Missing where the objective has no critical path. */
  readonly criticalPath?: Pick<PathSummary, "segments">;
}

export function ganttSvg(
  scenario: Scenario,
  { timeline, criticalPath }: DrawnStep,
  { plan, bound }: GanttTitle,
): string {
  const options = { method: plan, bound, criticalPath: criticalPath?.segments };
  const chart = ganttChart(scenario, timeline, options);
  const title = `${scenario.name} under ${plan}: ${formatUs(timeline.makespanUs)}`;
  const content = html`${textAt("lanelabel", title, { x: 10, y: 18 })}
${lines(legendOf(chart, bound > 0))}<g transform="translate(0 ${HEAD})">
${chart.content}
</g>
`;
  const look = { label: chart.label, style: `${chartStyle}svg.chart { background: var(--bg); }` };
  return `${fileChart(chart.width, chart.height + HEAD, look, content).markup}\n`;
}

/** One line: a square for each class of block, a dashed line for the bound. */
function legendOf({ keys }: GanttChart, hasBound: boolean): readonly Markup[] {
  const squares = keys.map(([kind, text], i) => {
    const x = 10 + i * KEY_WIDTH;
    const square = rectangle(kind, { x, y: 27, width: 10, height: 10 });
    return html`${square}${textAt(null, text, { x: x + 15, y: 36 })}`;
  });
  if (!hasBound) return squares;
  const x = 10 + keys.length * KEY_WIDTH;
  const dashes = horizontalLine("bound", 32, { left: x, right: x + 14 });
  return [...squares, html`${dashes}${textAt(null, "bound", { x: x + 19, y: 36 })}`];
}
