/** A pipeline on the terminal: what holds for all of it, then its stages in two tables. */
import type { PipelineTimeline } from "../../../../env/sim/timeline/pipeline/contract.ts";
import { pipelineFacts } from "../../../../results/text/pipelines/facts.ts";
import { stageMemoryRows, stageRows } from "../../../../results/text/pipelines/stage-rows.ts";
import { columns, table } from "../../columns.ts";

export function pipelineLines(
  timeline: PipelineTimeline,
  { limitBytes }: { readonly limitBytes: Float64Array },
): string[] {
  return [...columns(pipelineFacts(timeline)), ...stageLines(timeline, limitBytes)];
}

/** The tables alone. */
export const stageLines = (timeline: PipelineTimeline, limitBytes: Float64Array): string[] => [
  "",
  ...table(stageRows(timeline)),
  "",
  ...table(stageMemoryRows(timeline, limitBytes)),
];
