/** A picture of a sharding as a file of its own, or as a figure of a page. */
import { fileChart, pageChart, textAt } from "../../charts/shapes.ts";
import { html, type Markup } from "../../markup.ts";
import { chartStyle } from "../../palette.ts";
import { figure, scrollBox } from "../../parts.ts";
import { axisPatterns, shardingStyle } from "./axis-style.ts";

/** The inside of an `svg` element and what its attributes need. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** What it shows, and of what. */
  readonly title: string;
  /** One sentence without its end: what is to be seen. */
  readonly subtitle: string;
  readonly content: Markup;
}

const HEAD = 46;

export function pictureSvg({ width, height, title, subtitle, content }: Picture): string {
  const inside = html`${axisPatterns}
${textAt("heading", title, { x: 12, y: 20 })}
${textAt("column", subtitle, { x: 12, y: 37 })}
<g transform="translate(0 ${HEAD})">
${content}
</g>
`;
  const style = `${chartStyle}${shardingStyle}svg.chart { background: var(--bg); width: auto; max-width: none; }`;
  return `${fileChart(width, height + HEAD, { label: `${title}: ${subtitle}`, style }, inside).markup}\n`;
}

/** `name`: of the box that scrolls where the page is narrow. */
export function pictureFigure({ width, height, title, subtitle, content }: Picture, name: string): Markup {
  const caption = `${title}: ${subtitle}.`;
  return figure(scrollBox(name, pageChart(width, height, caption, content)), caption);
}
