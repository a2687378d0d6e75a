/** Labelled horizontal bars with a limit mark, as plain HTML that reflows on a phone. */
import { html, type Markup, px } from "./markup.ts";

export interface BarPart {
  /** Class in the style sheet that colours the part. */
  readonly kind: string;
  readonly size: number;
}

export interface Bar {
  readonly label: string;
  readonly parts: readonly BarPart[];
  /** Where the limit mark stands; null for none. */
  readonly limit: number | null;
  /** What the bar says, in words and numbers. */
  readonly text: string;
}

export function barList(bars: readonly Bar[]): Markup {
  const sizes = bars.map(({ parts, limit }) => Math.max(limit ?? 0, total(parts)));
  const full = Math.max(...sizes, Number.MIN_VALUE) * 1.02;
  const percent = (size: number) => `${px((100 * size) / full)}%`;
  return html`<ul class="bars">${bars.map(
    ({ label, parts, limit, text }) => html`
<li><span class="barlabel">${label}</span><span class="bar">${parts.map(({ kind, size }) => html`<i class="${kind}" style="width:${percent(size)}"></i>`)}${limit === null ? null : html`<b style="left:${percent(limit)}"></b>`}</span><span class="bartext">${text}</span></li>`,
  )}
</ul>`;
}

const total = (parts: readonly BarPart[]): number => parts.reduce((sum, { size }) => sum + size, 0);
