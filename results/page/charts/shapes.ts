/** SVG shapes that several charts share. Classes are those of `chartStyle`. */
import { type Attributes, element, type Fragment, html, type Markup } from "../markup.ts";

/** The part of a chart that holds its data, in pixels. */
export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Charts of lanes alone in a row of the page, and two of them side by side. */
export const WIDE_LANES = 1000;
export const HALF_LANES = 600;

/** From the start of a step to its end, in a chart of lanes of this width. */
export const lanesFrame = (width: number): Pick<Frame, "left" | "right"> => ({
  left: width < WIDE_LANES ? 96 : 120,
  right: width - 64,
});

export type Anchor = "start" | "middle" | "end";

export interface TextPlace {
  readonly x: number;
  readonly y: number;
  readonly anchor?: Anchor;
  readonly transform?: string;
}

/** `title` is what a reader sees who points at the line. */
export function verticalLine(kind: string, x: number, { top, bottom }: Frame, title?: string): Markup {
  return element("line", { class: kind, x1: x, x2: x, y1: top, y2: bottom }, titleMark(title));
}

export function horizontalLine(
  kind: string,
  y: number,
  { left, right }: Pick<Frame, "left" | "right">,
  title?: string,
): Markup {
  return element("line", { class: kind, x1: left, x2: right, y1: y, y2: y }, titleMark(title));
}

export function textAt(kind: string | null, text: Fragment, { x, y, anchor, transform }: TextPlace): Markup {
  const attributes = { class: kind, x, y, "text-anchor": anchor ?? null, transform: transform ?? null };
  return element("text", attributes, text);
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function rectangle(kind: string | null, { x, y, width, height }: Box, title?: string): Markup {
  return element("rect", { class: kind, x, y, width, height }, titleMark(title));
}

const titleMark = (title: string | undefined): Markup | null =>
  title === undefined ? null : html`<title>${title}</title>`;

/** A grid line from top to bottom and its text `below` pixels under it. */
export function verticalTick(x: number, frame: Frame, text: string, below: number): Markup {
  const place: TextPlace = { x, y: frame.bottom + below, anchor: "middle" };
  return html`${verticalLine("grid", x, frame)}${textAt("tick", text, place)}`;
}

/** A grid line from left to right and its text before it. */
export function horizontalTick(y: number, frame: Frame, text: string): Markup {
  const place: TextPlace = { x: frame.left - 6, y: y + 4, anchor: "end" };
  return html`${horizontalLine("grid", y, frame)}${textAt("tick", text, place)}`;
}

/** A tick's value on the scale of its axis, without digits that are only rounding errors. */
export const tickText = (value: number, { size }: { readonly size: number }): string =>
  String(Number((value / size).toPrecision(6)));

/** The beginning of a long name, with an ellipsis for the rest. */
export function shortened(name: string, most: number): string {
  const characters = Array.from(name);
  return characters.length > most ? `${characters.slice(0, most - 1).join("")}…` : name;
}

/** The `svg` element of a chart that stands in a page, never smaller than its text can be read. */
export function pageChart(
  width: number,
  height: number,
  label: string,
  content: Markup,
  more: Attributes = {},
): Markup {
  const attributes = {
    class: "chart",
    style: `min-width:${width}px`,
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
    "aria-label": label,
    ...more,
  };
  return element("svg", attributes, "\n", content, "\n");
}

/** The `svg` element of a chart that is a file of its own, with its style inside. */
export function fileChart(
  width: number,
  height: number,
  { label, style }: { readonly label: string; readonly style: string },
  content: Markup,
): Markup {
  const attributes = {
    xmlns: "http://www.w3.org/2000/svg",
    class: "chart",
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    role: "img",
    "aria-label": label,
  };
  return element("svg", attributes, html`\n<style>${{ markup: style }}</style>\n`, content);
}
