/**
 * The report of `explain` on a pipeline, as text and as JSON. It tells what bounds the pipeline, in
 * shares that add up to the iteration. Then come its stages, and the best change of each kind.
 */
import type { ChangeKind } from "../../../../agents/search/pipelines/single-changes.ts";
import type { Outcome } from "../../../../env/sim/evaluator/contract.ts";
import type { PipelineTimeline } from "../../../../env/sim/timeline/pipeline/contract.ts";
import { type LossName, lossNames, pipelineLosses } from "../../../../env/sim/timeline/pipeline/losses.ts";
import type { ScoredPlan } from "../../../../env/sim/timeline/scored-plan.ts";
import {
  formatBytes,
  formatCount,
  formatOn,
  formatValue,
  scaleFor,
} from "../../../../results/text/format.ts";
import { percent } from "../../../../results/text/pipelines/stage-rows.ts";
import { visibleName } from "../../../../results/text/visible.ts";
import { table } from "../../columns.ts";
import { scoreJson, scoreNotes, scoreWords, violationLines } from "../score-report.ts";
import { pipelineLines } from "./pipeline-text.ts";

export interface TriedChange {
  readonly kind: ChangeKind;
  readonly what: string;
  readonly outcome: Outcome;
}

export interface ChangeSearch {
  /** The best change of each kind, best first, also where none helps. */
  readonly best: readonly TriedChange[];
  readonly tried: number;
  readonly helping: number;
  /** False where an interrupt ended the search early. */
  readonly complete: boolean;
}

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

function memorySentence({ scenario, outcome, limitBytes }: ScoredPlan): string {
  const { peakBytes } = outcome;
  const fill = (d: number): number =>
    limitBytes[d] === Number.POSITIVE_INFINITY ? 0 : peakBytes[d] / limitBytes[d];
  const fullest = peakBytes.reduce((most, _, d) => (fill(d) > fill(most) ? d : most), 0);
  const { name } = scenario.cluster.devices[fullest];
  if (fill(fullest) === 0) return "No device has a memory limit.";
  return `Nearest to its memory limit is ${name}: ${formatBytes(peakBytes[fullest])} of ${formatBytes(limitBytes[fullest])} (${percent(fill(fullest))}).`;
}

function changeLines(scored: ScoredPlan, { best, tried, helping, complete }: ChangeSearch): string[] {
  const early = complete ? "" : "Stopped early: ";
  const of = `${early}${formatCount(tried)} single changes simulated, ${formatCount(helping)} help.`;
  const { cost } = scored.outcome;
  const [first] = best;
  const rows = best.map((change) => [change.what, ...valueCells(scored, change.outcome)]);
  const summary =
    first === undefined || first.outcome.cost >= cost
      ? "No single change helps."
      : `Best single change: ${visibleName(first.what)}; ${gainWords(scored, first.outcome)}.`;
  return [
    summary,
    of,
    ...(rows.length > 0 ? ["", ...table([["the best of each kind", scored.spec.id, "gain"], ...rows])] : []),
  ];
}

function gainWords({ spec, outcome: base }: ScoredPlan, { value, violation }: Outcome): string {
  if (value === null) return `it still does not fit, by ${formatBytes(violation?.excessBytes ?? 0)}`;
  const after = `the ${spec.id} is ${formatValue(spec.unit, value)}`;
  if (base.value === null) return `the plan then fits, and ${after}`;
  return `${after}, ${formatValue(spec.unit, base.value - value)} (${percent(1 - value / base.value)}) less`;
}

function valueCells({ spec, outcome: base }: ScoredPlan, { value }: Outcome): [string, string] {
  if (value === null) return ["does not fit", "-"];
  return [formatValue(spec.unit, value), base.value === null ? "fits" : percent(1 - value / base.value)];
}

export function pipelineExplanationJson({ scored, pipeline, search }: PipelineParts): unknown {
  const { best, tried, helping, complete } = search;
  const changes = best.map(({ kind, what, outcome }) => ({
    kind,
    what,
    value: outcome.value,
    gain:
      outcome.value === null || scored.outcome.value === null ? null : scored.outcome.value - outcome.value,
    helps: outcome.cost < scored.outcome.cost,
  }));
  return {
    scenario: scored.scenario.name,
    ...scoreJson(scored),
    sentence: pipelineSentence(pipeline),
    bestChange: changes[0]?.helps === true ? changes[0] : null,
    bestOfKinds: changes,
    changes: { tried, helping, complete },
  };
}
