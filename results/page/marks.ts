/**
 * What tells methods apart: a colour, a shape and a dash pattern, the same in every table and
 * figure of a page. Any 84 methods of a page have different marks.
 */
import { element, html, type Markup, px } from "./markup.ts";
import { COLOUR_COUNT } from "./palette.ts";

export interface Mark {
  /** Of the method in the request, for the switches and filters of the page. */
  readonly index: number;
  /** A CSS colour. */
  readonly colour: string;
  /** Of SVG, null for a solid line. */
  readonly dashes: string | null;
  readonly shape: Shape;
}

export interface MethodMarks {
  of(method: string): Mark;
}

/** Outlines around 0, to be scaled by the radius of the mark. */
const shapes = {
  square: "M-.85 -.85H.85V.85H-.85Z",
  triangle: "M0 -1.15L1.05 .8H-1.05Z",
  diamond: "M0 -1.2L1.2 0L0 1.2L-1.2 0Z",
  drop: "M0 1.15L1.05 -.8H-1.05Z",
  plus: "M-.4 -1.15H.4V-.4H1.15V.4H.4V1.15H-.4V.4H-1.15V-.4H-.4Z",
  hourglass: "M-1 -1H1L-1 1H1Z",
  circle: "M-1 0A1 1 0 0 1 1 0A1 1 0 0 1 -1 0Z",
} as const;
export type Shape = keyof typeof shapes;

const shapeNames = Object.keys(shapes) as Shape[];
const dashPatterns = [null, "7 3", "2 2.5", "9 2.5 2 2.5"] as const;

export function methodMarks(methods: readonly string[]): MethodMarks {
  const indexOf = new Map(methods.map((method, index) => [method, index]));
  return {
    of(method) {
      const index = indexOf.get(method) ?? 0;
      return {
        index,
        colour: `var(--m${index % COLOUR_COUNT})`,
        dashes: dashPatterns[Math.floor(index / COLOUR_COUNT) % dashPatterns.length],
        shape: shapeNames[index % shapeNames.length],
      };
    },
  };
}

/** The shape around a point of a chart. */
export function shapeMark({ shape }: Mark, x: number, y: number, radius: number): Markup {
  const transform = `translate(${px(x)} ${px(y)}) scale(${radius})`;
  return element("path", { class: "dot", d: shapes[shape], transform });
}

/** A piece of the method's line with its shape, for tables and legends. */
export function swatch(mark: Mark): Markup {
  const line = element("path", { class: "line", d: "M0 6H24", "stroke-dasharray": mark.dashes });
  const attributes = { class: "mark curve", viewBox: "0 0 24 12", style: `--c:${mark.colour}` };
  return html`${element("svg", { ...attributes, "aria-hidden": "true" }, line, shapeMark(mark, 12, 6, 4))}`;
}
