/**
 * The picture of a pipeline schedule as an SVG file that needs nothing else, with style, title and
 * key inside. It is also a figure for a page (document.ts).
 */
import { fileChart, pageChart, rectangle, textAt } from "../charts/shapes.ts";
import { html, lines, type Markup } from "../markup.ts";
import { chartStyle } from "../palette.ts";
import { figure, scrollBox } from "../parts.ts";
import type { ScheduleDrawing } from "./schedule-blocks.ts";
import { type ScheduleChart, scheduleChart } from "./schedule-chart.ts";
import { schedulePatterns, scheduleStyle } from "./schedule-style.ts";

const HEAD = 46;
const KEY_WIDTH = 150;

export function scheduleSvg(drawing: ScheduleDrawing): string {
  const chart = scheduleChart(drawing);
  const content = html`${schedulePatterns}
${textAt("lanelabel", chart.label, { x: 10, y: 18 })}
${keysOf(chart)}<g transform="translate(0 ${HEAD})">
${chart.content}
</g>
`;
  const style = `${chartStyle}${scheduleStyle}svg.chart { background: var(--bg); }`;
  const look = { label: chart.label, style };
  return `${fileChart(chart.width, chart.height + HEAD, look, content).markup}\n`;
}

/** The same picture for a page. */
export function scheduleFigure(drawing: ScheduleDrawing): Markup {
  const chart = scheduleChart(drawing);
  const content = html`${keysOf(chart)}<g transform="translate(0 ${HEAD})">
${chart.content}
</g>`;
  const svg = pageChart(chart.width, chart.height + HEAD, chart.label, content);
  const caption = `${chart.label} Numbers are micro-batches. Point at a block for its stage.`;
  return figure(scrollBox(`Schedule of ${drawing.title}`, svg), caption);
}

/** One line: a square for each phase. */
function keysOf({ keys }: ScheduleChart): Markup {
  return lines(
    keys.map(([phase, text], i) => {
      const box = { x: 10 + i * KEY_WIDTH, y: 27, width: 12, height: 10 };
      const isStriped = phase === "recompute" || phase === "weights";
      return html`${rectangle(phase, box)}${isStriped ? rectangle("striped", box) : null}${textAt(
        null,
        text,
        {
          x: box.x + 17,
          y: 36,
        },
      )}`;
    }),
  );
}
