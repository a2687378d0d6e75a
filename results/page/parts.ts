/** HTML parts that several sections of the page share. */
import { type Mark, swatch } from "./marks.ts";
import { element, type Fragment, html, type Markup } from "./markup.ts";

/** A part that may be wider than the page: it scrolls by itself, also by keyboard. */
export function scrollBox(label: string, content: Fragment): Markup {
  const attributes = { class: "scroll", tabindex: "0", role: "region", "aria-label": label };
  return element("div", { class: "scrollbox" }, element("div", attributes, "\n", content));
}

/** A figure with a caption under it. */
export function figure(content: Fragment, caption: Fragment): Markup {
  return html`<figure>
${content}
<figcaption>${caption}</figcaption>
</figure>`;
}

/** What the colours of a chart mean: class and text of each, the bound's dashed line last. */
export function keyList(keys: readonly (readonly [string, string])[]): Markup {
  const all = [...keys, ["boundkey", "bound"] as const];
  const items = all.map(([kind, text]) => html`<span class="key"><i class="${kind}"></i>${text}</span>`);
  return html`<span class="keys">${items}</span>`;
}

/** Heads of columns; `name` columns hold words, the others numbers. */
export const columnHead = (text: Fragment, kind: "name" | null = null): Markup =>
  element("th", { scope: "col", class: kind }, text);

/** A cell of a number. The script sorts by `value`, and a cell without one comes last. */
export function numberCell(text: Fragment, value: number | null, kind: string | null = null): Markup {
  const sortable = value !== null && Number.isFinite(value) ? String(value) : null;
  return element("td", { class: kind, "data-v": sortable }, text);
}

/** A method's name after its mark; agents are marked. */
export function methodName(method: Fragment, kind: "planner" | "agent", mark: Mark): Markup {
  const tag = kind === "agent" ? html` <span class="tag">agent</span>` : null;
  return html`${swatch(mark)}${method}${tag}`;
}
