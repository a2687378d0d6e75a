/**
 * What is around the content of every page: one document without external resources, its style and
 * its script. The content security policy holds a page to that: no script but its own.
 */
import { switchStyle } from "./charts/legend.ts";
import { element, html, type Markup } from "./markup.ts";
import { script, scriptHash } from "./script.ts";
import { style } from "./style.ts";

export interface PageContent {
  readonly title: string;
  /** Marks of lines that the switches of a legend know. */
  readonly lines: number;
  /** Of the body. */
  readonly content: Markup;
}

export function documentText({ title, lines, content }: PageContent): string {
  const page = html`<!doctype html>
<html lang="en">
${headOf(title, lines)}
<body>
${content}
<script>${{ markup: script }}</script>
</body>
</html>
`;
  return page.markup;
}

function headOf(title: string, lines: number): Markup {
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src '${scriptHash}'`;
  return html`<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
${element("meta", { "http-equiv": "Content-Security-Policy", content: { markup: policy } })}
<title>${title}</title>
<style>${{ markup: style + switchStyle(lines) }}</style>
</head>`;
}

/** Shown by the script alone, because it does nothing without it. */
export function filterOf(methods: readonly string[]): Markup | null {
  if (methods.length < 4) return null;
  const field = html`<label>Filter methods<input type="search" placeholder="such as heft tabu"/></label> \
<output></output>`;
  return element("p", { class: "filter", hidden: "", "data-methods": JSON.stringify(methods) }, field);
}
