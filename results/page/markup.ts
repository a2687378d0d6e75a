/**
 * Markup as a value: the `html` tag escapes every text and number put into it, so that no name in a
 * scenario can break a page. What it makes is well-formed XML but for the doctype; tests hold that.
 */

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

function render(fragment: Fragment): string {
  if (fragment === null) return "";
  if (typeof fragment === "string") return escaped(fragment);
  if (typeof fragment === "number") return String(fragment);
  if ("markup" in fragment) return fragment.markup;
  return fragment.map(render).join("");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML forbids them even as entities
  return text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f]/g, "\ufffd").replace(/[&<>"']/g, (c) => entities[c]);
}

/** A coordinate to a hundredth of a pixel: finer digits only cost bytes. */
export const px = (value: number): number => Math.round(value * 100) / 100;
