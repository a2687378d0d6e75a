/** A sharding on the page: facts on all of it, and what its collectives send. */
import type { ShardingSummary } from "../../../env/sim/timeline/sharding-summary.ts";
import { collectiveRows, shardingFacts } from "../../text/shardings/facts.ts";
import { html, lines, type Markup } from "../markup.ts";
import { rowsMarkup } from "./stage-tables.ts";

export function shardingTables(summary: ShardingSummary): Markup {
  const facts = shardingFacts(summary).map(([name, text]) => html`<li>${name}: ${text}</li>`);
  return html`<ul class="facts">
${lines(facts)}</ul>
${summary.collectives.length === 0 ? null : rowsMarkup("Collectives of one batch", collectiveRows(summary))}`;
}
