/**
 * A tensor on a mesh as a row of boxes, one for each of its axes. A divided axis has the colour,
 * pattern and name of the mesh axes that divide it; a partial sum is a dashed box in front.
 */
import type { MeshAxis } from "../../../../env/model/layout/mesh.ts";
import { visibleName } from "../../../text/visible.ts";
import { rectangle, shortened, textAt } from "../../charts/shapes.ts";
import { element, html, type Markup } from "../../markup.ts";
import { axisClass } from "./axis-style.ts";
import type { ShownAxis, ShownTensor } from "./layout-rows.ts";

export const BOX_HEIGHT = 18;
const CHARACTER_PX = 6.3;
const PADDING = 12;
const GAP = 3;
const LONGEST_NAME = 14;

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** What is drawn, and where it ends. */
export interface DrawnTensor {
  readonly markup: Markup;
  readonly right: number;
}

export function tensorBoxes(tensor: ShownTensor, axes: readonly MeshAxis[], { x, y }: Place): DrawnTensor {
  const parts: Markup[] = [];
  let right = x;
  const place = (width: number, draw: (x: number) => Markup): void => {
    parts.push(draw(right));
    right += width + GAP;
  };
  for (const axis of tensor.partial) {
    const text = `Σ ${visibleName(axes[axis].name)}`;
    const width = widthOf(text);
    place(width, (at) => sumBox(text, axis, { x: at, y }, width));
  }
  for (const each of tensor.axes) {
    const text = axisText(each, axes);
    const width = widthOf(text);
    place(width, (at) => axisBox(text, each, { x: at, y }, width));
  }
  if (tensor.axes.length === 0 && tensor.partial.length === 0)
    place(widthOf("whole"), (at) => axisBox("whole", WHOLE_AXIS, { x: at, y }, widthOf("whole")));
  return { markup: html`${parts}`, right: right - GAP };
}

const WHOLE_AXIS: ShownAxis = { name: "", length: 1, dividedBy: [] };

const widthOf = (text: string): number => Math.round(text.length * CHARACTER_PX + PADDING);

/** `head 12 ÷ tensor`. */
function axisText({ name, length, dividedBy }: ShownAxis, axes: readonly MeshAxis[]): string {
  const own = `${name === "" ? "" : `${shortened(visibleName(name), LONGEST_NAME)} `}${length}`;
  const by = dividedBy.map((axis) => visibleName(axes[axis].name)).join(" ");
  return by === "" ? own : `${own} ÷ ${by}`;
}

/** Several mesh axes on one axis of the tensor have a part of the box each. */
function axisBox(text: string, { dividedBy }: ShownAxis, { x, y }: Place, width: number): Markup {
  const box = { x, y, width, height: BOX_HEIGHT };
  const label = textAt("in", text, { x: x + width / 2, y: y + 13, anchor: "middle" });
  if (dividedBy.length === 0) return html`${rectangle("whole", box)}${label}`;
  const ground = rectangle("ground", box);
  const part = width / dividedBy.length;
  const parts = dividedBy.map((axis, i) => {
    const own = { ...box, x: x + i * part, width: part };
    const marks = html`${rectangle("part", own)}${rectangle("pattern", own)}${rectangle("edge", own)}`;
    return element("g", { class: axisClass(axis) }, marks);
  });
  return html`${ground}${parts}${label}`;
}

function sumBox(text: string, axis: number, { x, y }: Place, width: number): Markup {
  const box = { x, y, width, height: BOX_HEIGHT };
  const label = textAt("in", text, { x: x + width / 2, y: y + 13, anchor: "middle" });
  return element("g", { class: axisClass(axis) }, rectangle("sum", box), label);
}
