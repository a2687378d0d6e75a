/** A sharding on the page: facts on all of it, and what its collectives send. */
import type { ShardingTimeline } from "../../../env/sim/timeline/sharding/contract.ts";
import type { ShardingSummary } from "../../../env/sim/timeline/sharding-summary.ts";
import { collectiveRows, shardingFacts } from "../../text/shardings/facts.ts";
import { stepRows } from "../../text/shardings/step-rows.ts";
import { html, lines, type Markup } from "../markup.ts";
import { rowsMarkup } from "./stage-tables.ts";

export function shardingTables(summary: ShardingSummary, timeline: ShardingTimeline): Markup {
  const facts = shardingFacts(summary).map(([name, text]) => html`<li>${name}: ${text}</li>`);
  return html`<ul class="facts">
${lines(facts)}</ul>
${rowsMarkup("Where the step goes on the rank that computes longest", stepRows(timeline))}
${summary.collectives.length === 0 ? null : rowsMarkup("Collectives of one batch", collectiveRows(summary))}`;
}
