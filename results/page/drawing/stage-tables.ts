/** The stages of a pipeline on the page: the rows of the terminal, and facts on all of them. */
import { memoryLimits } from "../../../env/sim/objectives/memory-limits.ts";
import type { PipelineTimeline } from "../../../env/sim/timeline/pipeline/contract.ts";
import { pipelineFacts } from "../../text/pipelines/facts.ts";
import { stageMemoryRows, stageRows } from "../../text/pipelines/stage-rows.ts";
import { element, html, lines, type Markup } from "../markup.ts";
import { columnHead, scrollBox } from "../parts.ts";

export function stageTables(timeline: PipelineTimeline): Markup {
  const facts = pipelineFacts(timeline).map(([name, text]) => html`<li>${name}: ${text}</li>`);
  const limits = memoryLimits(timeline.scenario);
  return html`<ul class="facts">
${lines(facts)}</ul>
${rowsMarkup("Stages; times are those of one micro-batch", stageRows(timeline))}
${rowsMarkup("Memory of each stage's fullest device at its peak", stageMemoryRows(timeline, limits))}`;
}

const WORD_COLUMNS: readonly string[] = ["stage", "first", "last", "devices", "fullest device", "of"];

/** The first row has the titles, the first column names the row. */
export function rowsMarkup(caption: string, [titles, ...rows]: readonly (readonly string[])[]): Markup {
  const kinds = titles.map((title) => (WORD_COLUMNS.includes(title) ? "name" : null));
  const body = rows.map(([first, ...rest]) => {
    const cells = rest.map((text, i) => element("td", { class: kinds[i + 1] }, text));
    return html`<tr>${element("th", { scope: "row", class: "name" }, first)}${cells}</tr>`;
  });
  return scrollBox(
    caption,
    html`<table class="rows">
<caption>${caption}</caption>
<thead><tr>${titles.map((title, i) => columnHead(title, kinds[i] === "name" ? "name" : null))}</tr></thead>
<tbody>
${lines(body)}</tbody>
</table>`,
  );
}
