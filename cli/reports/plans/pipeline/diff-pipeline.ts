/**
 * The report of `diff` on two pipelines, as text and as JSON; their stages may have meshes inside.
 * It has both values, where the iteration goes in both, and what holds for all of each. Then come
 * forward ops that are in other stages or treated otherwise.
 */
import { ranksOf } from "../../../../env/model/plan/inside.ts";
import type { PipelineTimeline } from "../../../../env/sim/timeline/pipeline/contract.ts";
import { pipelineDifference } from "../../../../env/sim/timeline/pipeline/difference.ts";
import { type LossName, lossNames, pipelineLosses } from "../../../../env/sim/timeline/pipeline/losses.ts";
import type { ScoredPlan } from "../../../../env/sim/timeline/scored-plan.ts";
import { formatBytes, formatCount } from "../../../../results/text/format.ts";
import { scheduleText } from "../../../../results/text/pipelines/facts.ts";
import { shortName } from "../../../../results/text/pipelines/short-name.ts";
import { visibleName } from "../../../../results/text/visible.ts";
import { table } from "../../columns.ts";
import { changeTable, infeasibleLines, valueSentence } from "../diff-report.ts";
import { scoreJson, scoreNotes } from "../score-report.ts";
import { pipelineSentence } from "./explain-pipeline.ts";
import { pipelineJson } from "./pipeline-json.ts";

export interface PipelineSide {
  /** Where it came from. */
  readonly plan: string;
  readonly scored: ScoredPlan;
  readonly pipeline: PipelineTimeline;
}

const SHOWN_OPS = 20;
const LONGEST_OP = 44;

export function pipelineDifferenceText(before: PipelineSide, after: PipelineSide): string {
  const [one, two] = [before, after].map((side) => ({ ...side, told: null }));
  return [
    `${before.scored.scenario.name}: ${before.plan} -> ${after.plan}`,
    valueSentence(one, two),
    `Before: ${pipelineSentence(before.pipeline)}`,
    `After:  ${pipelineSentence(after.pipeline)}`,
    ...infeasibleLines(one, two),
    ...scoreNotes(before.scored),
    "",
    ...changeTable("where the iteration goes", joinedParts(before.pipeline, after.pipeline)),
    "",
    ...table(factRows(before.pipeline, after.pipeline)),
    "",
    ...opLines(before.pipeline, after.pipeline),
    "",
  ].join("\n");
}

const lossWords: Readonly<Record<LossName, string>> = {
  work: "work, shared evenly",
  imbalance: "more work of a stage",
  recompute: "recomputation, the price of memory",
  inside: "exposed communication inside stages",
  transfers: "waiting for transfers",
  sync: "exposed synchronisation",
  bubble: "bubble",
};

/** Parts that either has, on the device of each that computes longest. */
function joinedParts(before: PipelineTimeline, after: PipelineTimeline) {
  const [one, two] = [before, after].map((side) => pipelineLosses(side).parts);
  return [
    ...lossNames
      .filter((name) => name === "work" || one[name] > 0 || two[name] > 0)
      .map((name) => ({ words: lossWords[name], beforeUs: one[name], afterUs: two[name] })),
    { words: "the iteration", beforeUs: before.iterationUs, afterUs: after.iterationUs },
  ];
}

function factRows(before: PipelineTimeline, after: PipelineTimeline): string[][] {
  const facts: readonly (readonly [string, (side: PipelineTimeline) => string])[] = [
    ["schedule", ({ plan }) => scheduleText(plan.schedule)],
    ["micro-batches", ({ plan }) => formatCount(plan.microBatches)],
    ["stages", ({ plan }) => formatCount(plan.stages.length)],
    ["devices", ({ stageDevices }) => formatCount(stageDevices.length)],
    ["replicas x ranks of a stage", ({ plan }) => alike(plan.stages.map(shapeText))],
    ["sums of gradients", ({ plan }) => `${plan.collective ?? "ring"}, ${plan.sync ?? "overlapped"}`],
    ["most memory of a device", (side) => formatBytes(mostBytes(side))],
  ];
  return [
    ["of the whole", "before", "after"],
    ...facts.map(([name, text]) => [name, text(before), text(after)]),
  ];
}

function shapeText(stage: PipelineTimeline["plan"]["stages"][number]): string {
  const ranks = ranksOf(stage);
  const zero = stage.inside?.zero === 1 ? ", ZeRO 1" : "";
  return `${stage.devices.length / ranks} x ${ranks}${zero}`;
}

/** A text for all, or the different ones in turn. */
const alike = (texts: readonly string[]): string => [...new Set(texts)].join("; ");

const mostBytes = ({ stageDevices, peakBytes }: PipelineTimeline): number =>
  stageDevices.reduce((most, d) => Math.max(most, peakBytes[d]), 0);

function opLines(before: PipelineTimeline, after: PipelineTimeline): string[] {
  const changes = pipelineDifference(before, after);
  if (changes.length === 0) return ["All forward ops are in the same stages and treated alike."];
  const { names } = before.scenario.graph;
  const rows = changes
    .slice(0, SHOWN_OPS)
    .map((change) => [shortName(visibleName(names[change.op]), LONGEST_OP), change.before, change.after]);
  const left = changes.length - rows.length;
  return [
    `${formatCount(changes.length)} forward ops are in other stages or treated otherwise:`,
    ...table([["op", "before", "after"], ...rows]),
    ...(left > 0 ? [`  and ${formatCount(left)} more; --json lists them all`] : []),
  ];
}

export function pipelineDifferenceJson(before: PipelineSide, after: PipelineSide): unknown {
  const { scenario, spec } = before.scored;
  const sideJson = ({ scored, pipeline }: PipelineSide) => ({
    ...scoreJson(scored),
    sentence: pipelineSentence(pipeline),
    pipeline: pipelineJson(pipeline),
  });
  return {
    scenario: scenario.name,
    objective: spec.id,
    unit: spec.unit,
    before: sideJson(before),
    after: sideJson(after),
    change: after.scored.unlimitedValue - before.scored.unlimitedValue,
    iteration: joinedParts(before.pipeline, after.pipeline),
    ops: pipelineDifference(before.pipeline, after.pipeline).map(({ op, ...texts }) => ({
      op: scenario.graph.names[op],
      ...texts,
    })),
  };
}
