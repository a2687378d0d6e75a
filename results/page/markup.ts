/**
 * Markup as a value. The `html` tag and `element` escape every text and number put into them, so no
 * name in a scenario can break a page. What they make is well-formed XML but for the doctype; tests
 * hold that.
 */
import { visible } from "../text/visible.ts";

export interface Markup {
  readonly markup: string;
}
export type Fragment = Markup | string | number | null | readonly Fragment[];

export function html(literals: TemplateStringsArray, ...fragments: readonly Fragment[]): Markup {
  let markup = literals[0];
  fragments.forEach((fragment, i) => {
    markup += render(fragment) + literals[i + 1];
  });
  return { markup };
}

/** Values by name; a number is rounded like a coordinate, null leaves the attribute out. */
export type Attributes = Readonly<Record<string, string | number | Markup | null>>;

/** `<name a="1">content</name>`, or `<name a="1"/>` where there is no content. */
export function element(name: string, attributes: Attributes, ...content: readonly Fragment[]): Markup {
  const given = Object.entries(attributes).filter(([, value]) => value !== null);
  const opening = [name, ...given.map(([key, value]) => `${key}="${attributeText(value!)}"`)].join(" ");
  const inside = render(content);
  return { markup: inside === "" ? `<${opening}/>` : `<${opening}>${inside}</${name}>` };
}

/** Line feeds and tabs are references, because readers of attributes turn them into spaces. */
const attributeText = (value: string | number | Markup): string =>
  render(typeof value === "number" ? px(value) : value)
    .replaceAll("\n", "&#10;")
    .replaceAll("\t", "&#9;");

/** One fragment a line, so that the source of a page can be read. */
export const lines = (fragments: readonly Fragment[]): Markup => ({
  markup: fragments.map((fragment) => `${render(fragment)}\n`).join(""),
});

function render(fragment: Fragment): string {
  if (fragment === null) return "";
  if (typeof fragment === "string") return escaped(fragment);
  if (typeof fragment === "number") return String(fragment);
  if ("markup" in fragment) return fragment.markup;
  return fragment.map(render).join("");
}

export const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * Control characters are visible escapes, because XML forbids them even as references. So are marks
 * that would turn the text around them.
 */
const escaped = (text: string): string => visible(text).replace(/[&<>"']/g, (c) => entities[c]);

/** A coordinate to a hundredth of a pixel: finer digits only cost bytes. */
export const px = (value: number): number => Math.round(value * 100) / 100;
