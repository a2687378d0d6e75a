/** Labelled horizontal bars with a limit mark, as plain HTML that reflows on a phone. */
import { html, lines, type Markup, px } from "../markup.ts";

export interface BarPart {
  /** Class in the style sheet that colours the part. */
  readonly kind: string;
  readonly size: number;
}

export interface Bar {
  readonly label: string;
  /** The size at which the bar fills its row. */
  readonly full: number;
  readonly parts: readonly BarPart[];
  /** Where the limit mark stands; null for none. */
  readonly limit: number | null;
  /** What the bar says, in words and numbers. */
  readonly text: string;
}

export function barList(bars: readonly Bar[]): Markup {
  return html`<ul class="bars">
${lines(bars.map(barMarkup))}</ul>`;
}

function barMarkup({ label, parts, limit, text, full }: Bar): Markup {
  const percent = (size: number) => `${px((100 * size) / Math.max(full, Number.MIN_VALUE))}%`;
  const partMark = ({ kind, size }: BarPart) => html`<i class="${kind}" style="width:${percent(size)}"></i>`;
  const limitMark = limit === null ? null : html`<b style="left:${percent(limit)}"></b>`;
  return html`<li>
<span class="barlabel">${label}</span>
<span class="bar">${parts.map(partMark)}${limitMark}</span>
<span class="bartext">${text}</span>
</li>`;
}
