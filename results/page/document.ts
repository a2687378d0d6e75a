/**
 * What is around the content of every page: one document without external resources, its style and
 * its script. The content security policy holds a page to that: no script but its own.
 */
import { switchStyle } from "./charts/legend.ts";
import { zoomScript } from "./charts/zoom-script.ts";
import { schedulePatterns } from "./drawing/schedule-style.ts";
import { axisPatterns } from "./drawing/shardings/axis-style.ts";
import { element, html, type Markup } from "./markup.ts";
import { hashOf, script } from "./script.ts";
import { style } from "./style.ts";

export interface PageContent {
  readonly title: string;
  /** Marks of lines that the switches of a legend know. */
  readonly lines: number;
  /** Of the body. */
  readonly content: Markup;
  /** Rules beyond those of every page. */
  readonly style?: string;
  /** Scripts beyond those of every page. */
  readonly scripts?: readonly string[];
  /** True where its scripts load files of data that stand beside the page. */
  readonly loadsFiles?: boolean;
}

export function documentText(given: PageContent): string {
  const { content, scripts = [] } = given;
  const whole = [script, zoomScript, ...scripts].join("");
  const page = html`<!doctype html>
<html lang="en">
${headOf(given, whole)}
<body>
${hiddenPatterns}
${content}
<script>${{ markup: whole }}</script>
</body>
</html>
`;
  return page.markup;
}

/** Patterns are of no effect in what is not rendered, so this has no size instead. */
const hiddenPatterns: Markup = element(
  "svg",
  { width: 0, height: 0, style: "position:absolute", "aria-hidden": "true" },
  schedulePatterns,
  axisPatterns,
);

/** Files beside a page are its own origin on a host, and of the scheme `file` on a disk. */
function headOf({ title, lines, style: own = "", loadsFiles = false }: PageContent, whole: string): Markup {
  const files = loadsFiles ? " 'self' file:" : "";
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src '${hashOf(whole)}'${files}`;
  return html`<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
${element("meta", { "http-equiv": "Content-Security-Policy", content: { markup: policy } })}
<title>${title}</title>
<style>${{ markup: style + switchStyle(lines) + own }}</style>
</head>`;
}

/** Shown by the script alone, because it does nothing without it. */
export function filterOf(methods: readonly string[]): Markup | null {
  if (methods.length < 4) return null;
  const field = html`<label>Filter methods<input type="search" placeholder="such as heft tabu"/></label> \
<output></output>`;
  return element("p", { class: "filter", hidden: "", "data-methods": JSON.stringify(methods) }, field);
}
