/**
 * The report of `explain` on a sharding, as text and as JSON. It tells where the step goes on the
 * slowest rank, in parts that add up to it. Then come communication by mesh axis, the collectives
 * that cost most and the critical path. What each rank does and holds follows, and the best change
 * of each kind.
 */

import type { ScoredPlan } from "../../../../env/sim/timeline/scored-plan.ts";
import { communicationOf, costliest, spanUs } from "../../../../env/sim/timeline/sharding/communication.ts";
import {
  computingParts,
  type PathPart,
  type RankPart,
  type ShardingTimeline,
} from "../../../../env/sim/timeline/sharding/contract.ts";
import { computingUs } from "../../../../env/sim/timeline/sharding/sharding-timeline.ts";
import { formatCount, formatUs } from "../../../../results/text/format.ts";
import { percent } from "../../../../results/text/pipelines/stage-rows.ts";
import { shardingFacts } from "../../../../results/text/shardings/facts.ts";
import { collectiveText } from "../../../../results/text/shardings/names.ts";
import {
  communicationRows,
  costliestRows,
  pathParts,
  pathRows,
  rankRows,
  rankText,
  shownRanks,
  stepParts,
  stepRows,
  tensorText,
} from "../../../../results/text/shardings/step-rows.ts";
import { columns, table } from "../../columns.ts";
import { scoreJson, scoreNotes, scoreWords, violationLines } from "../score-report.ts";
import { type ChangeSearch, changeLines, changesJson, memorySentence } from "../tried-changes.ts";

/** Collectives that are listed. */
const MOST_SHOWN = 8;

export interface ShardingParts {
  /** Where the plan came from. */
  readonly plan: string;
  readonly scored: ScoredPlan;
  readonly told: ShardingTimeline & { readonly path: readonly PathPart[] };
  readonly search: ChangeSearch;
}

export function shardingExplanationText({ plan, scored, told, search }: ShardingParts): string {
  const hasCollectives = communicationOf(told, told.slowest).length > 0;
  return [
    `${scored.scenario.name} under ${plan}: ${scoreWords(scored)}`,
    ...violationLines(scored),
    shardingSentence(told),
    memorySentence(scored),
    ...scoreNotes(scored),
    "",
    ...table(stepRows(told)),
    "",
    ...(hasCollectives
      ? [...table(communicationRows(told)), "", ...table(costliestRows(told, MOST_SHOWN)), ""]
      : ["  No rank sends anything to another.", ""]),
    ...table(pathRows(told, told.path)),
    "",
    ...columns(shardingFacts(scored.sharding!)),
    "",
    ...table(rankRows(told, scored.limitBytes)),
    ...leftOut(told),
    "",
    ...changeLines(scored, search),
    "",
  ].join("\n");
}

function leftOut(told: ShardingTimeline): string[] {
  const left = told.rankTimes.length - shownRanks(told).length;
  return left === 0 ? [] : [`  and ${formatCount(left)} more; --json lists them all`];
}

/** One sentence: how long the slowest rank computes, and for what it waits longest. */
export function shardingSentence(told: ShardingTimeline): string {
  const { slowest, iterationUs, rankTimes } = told;
  const share = (us: number): string => percent(iterationUs > 0 ? us / iterationUs : 0);
  const computing = computingUs(rankTimes[slowest]);
  const isWait = (part: RankPart): boolean => !computingParts.some((each) => each === part);
  const waits = stepParts(told, slowest).filter(({ part }) => isWait(part));
  const who = `No rank computes longer than ${rankText(told, slowest)}: ${formatUs(computing)}, ${share(computing)} of the step`;
  if (waits.length === 0) return `${who}; it waits for nothing.`;
  const longest = waits.reduce((most, next) => (next.us > most.us ? next : most));
  return `${who}; what it waits for longest is ${longest.words.replace(/^waiting for /, "")}, ${share(longest.us)}.`;
}

export function shardingExplanationJson({ scored, told, search }: ShardingParts): unknown {
  const { slowest, rankTimes, plan, scenario, peakBytes, peakParts, path } = told;
  const { axes, devices } = plan.mesh;
  const namesOf = (group: readonly number[]): string[] => group.map((axis) => axes[axis].name);
  return {
    scenario: scenario.name,
    ...scoreJson(scored),
    sentence: shardingSentence(told),
    slowest: { rank: slowest, device: scenario.cluster.devices[devices[slowest]].name },
    step: stepParts(told, slowest),
    communication: communicationOf(told, slowest).map(({ kind, group, ...numbers }) => ({
      name: collectiveText(axes, { kind, group }),
      kind,
      axes: namesOf(group),
      ...numbers,
    })),
    collectives: costliest(told, slowest).map((span) => ({
      tensor: tensorText(told, span),
      kind: span.kind,
      axes: namesOf(span.group),
      purpose: span.purpose,
      ranks: span.members,
      sentBytes: span.sentBytes[slowest],
      us: spanUs(span, slowest),
      exposedUs: span.exposedUs[slowest],
    })),
    criticalPath: pathParts(told, path),
    ranks: rankTimes.map((timeUs, rank) => ({
      rank,
      device: scenario.cluster.devices[devices[rank]].name,
      timeUs,
      peakBytes: peakBytes[devices[rank]],
      peakParts: peakParts[devices[rank]],
    })),
    ...changesJson(scored, search),
  };
}
