/**
 * The report of `explain` on a pipeline, as text and as JSON. It tells what bounds the pipeline, in
 * shares that add up to the iteration. Then come its stages, and the best change of each kind.
 */
import type { PipelineTimeline } from "../../../../env/sim/timeline/pipeline/contract.ts";
import { type LossName, lossNames, pipelineLosses } from "../../../../env/sim/timeline/pipeline/losses.ts";
import type { ScoredPlan } from "../../../../env/sim/timeline/scored-plan.ts";
import { formatOn, scaleFor } from "../../../../results/text/format.ts";
import { insideRows } from "../../../../results/text/pipelines/inside-rows.ts";
import { percent } from "../../../../results/text/pipelines/stage-rows.ts";
import { visibleName } from "../../../../results/text/visible.ts";
import { table } from "../../columns.ts";
import { scoreJson, scoreNotes, scoreWords, violationLines } from "../score-report.ts";
import { type ChangeSearch, changeLines, changesJson, memorySentence } from "../tried-changes.ts";
import { pipelineLines } from "./pipeline-text.ts";

export interface PipelineParts {
  /** Where the plan came from. */
  readonly plan: string;
  readonly scored: ScoredPlan;
  readonly pipeline: PipelineTimeline;
  readonly search: ChangeSearch;
}

export function pipelineExplanationText({ plan, scored, pipeline, search }: PipelineParts): string {
  return [
    `${scored.scenario.name} under ${plan}: ${scoreWords(scored)}`,
    ...violationLines(scored),
    pipelineSentence(pipeline),
    memorySentence(scored),
    ...scoreNotes(scored),
    "",
    ...table(lossRows(pipeline)),
    ...insideLines(pipeline),
    "",
    ...pipelineLines(pipeline, scored),
    "",
    ...changeLines(scored, search),
    "",
  ].join("\n");
}

/** One sentence: how much is work, and what costs most beside it. */
export function pipelineSentence(timeline: PipelineTimeline): string {
  const { parts, largest } = pipelineLosses(timeline);
  const share = (us: number): string => percent(timeline.iterationUs > 0 ? us / timeline.iterationUs : 0);
  const work = `Of the iteration ${share(parts.work)} is work that all devices share evenly`;
  if (parts[largest] <= 0) return `${work}; nothing comes on top of it.`;
  return `${work}; on top of it comes most of all ${lossWords(timeline)[largest]}, ${share(parts[largest])}.`;
}

function lossWords(timeline: PipelineTimeline): Readonly<Record<LossName, string>> {
  const { stage, device } = pipelineLosses(timeline);
  const name = visibleName(timeline.scenario.cluster.devices[device].name);
  return {
    work: "work, shared evenly",
    imbalance: `more work of stage ${stage} on ${name}`,
    recompute: "recomputation, the price of memory",
    inside: `exposed communication inside stages on ${name}`,
    transfers: `waiting for transfers on ${name}`,
    sync: `exposed synchronisation on ${name}`,
    bubble: `bubble on ${name}`,
  };
}

function lossRows(timeline: PipelineTimeline): string[][] {
  const { parts } = pipelineLosses(timeline);
  const { iterationUs } = timeline;
  const scale = scaleFor("us", iterationUs);
  const words = lossWords(timeline);
  const row = (text: string, us: number) => [
    text,
    formatOn(scale, us),
    percent(iterationUs > 0 ? us / iterationUs : 0),
  ];
  return [
    ["where the iteration goes", scale.unit, "share"],
    ...lossNames
      .filter((name) => name === "work" || parts[name] > 0)
      .map((name) => row(words[name], parts[name])),
    row("the iteration", iterationUs),
  ];
}

/** Where stages have meshes inside. */
const insideLines = (timeline: PipelineTimeline): string[] =>
  timeline.insideWaits.length === 0 ? [] : ["", ...table(insideRows(timeline))];

export function pipelineExplanationJson({ scored, pipeline, search }: PipelineParts): unknown {
  return {
    scenario: scored.scenario.name,
    ...scoreJson(scored),
    sentence: pipelineSentence(pipeline),
    ...changesJson(scored, search),
  };
}
