/** What an open row of the ranked table says: who, by which command, with what. */
import { element, html, type Markup } from "../markup.ts";
import type { SiteRow } from "./data/site-data.ts";

/** The script puts it under the row, with the gap on each scenario. */
export function detailTemplate({ row: { entry }, file }: SiteRow): Markup {
  const facts = [
    entry.methodName,
    `${entry.seeds} seeds from root seed ${entry.rootSeed}`,
    entry.trainedOn.length === 0 ? "no training declared" : `trained on ${entry.trainedOn.join(", ")}`,
  ];
  return html`<template><p>${facts.join(" · ")}</p>
${commandMark(entry.command)}
<p><a href="${file}.html">Page of the entry</a> · <a href="${file}.json">entry.json</a></p>
<p>Mean gap on each scenario; each links to its page:</p></template>`;
}

/** A command that the script gives a button to copy it. */
export const commandMark = (command: string): Markup =>
  element("div", { class: "command" }, html`<code>${command}</code>`);
