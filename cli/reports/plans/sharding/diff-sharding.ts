/**
 * The report of `diff` on two shardings, as text and as JSON. It has both values and where the step
 * goes in both. Then come ops that are divided otherwise, and collectives that are gone or new.
 */
import { Role } from "../../../../env/model/graph/graph.ts";
import type { ScoredPlan } from "../../../../env/sim/timeline/scored-plan.ts";
import type { CollectiveSpan, ShardingTimeline } from "../../../../env/sim/timeline/sharding/contract.ts";
import {
  type ShardingDifference,
  shardingDifference,
} from "../../../../env/sim/timeline/sharding/difference.ts";
import { formatCount } from "../../../../results/text/format.ts";
import { shortName } from "../../../../results/text/pipelines/short-name.ts";
import { collectiveText } from "../../../../results/text/shardings/names.ts";
import { stepParts, tensorText } from "../../../../results/text/shardings/step-rows.ts";
import { visibleName } from "../../../../results/text/visible.ts";
import { table } from "../../columns.ts";
import { changeTable, infeasibleLines, valueSentence } from "../diff-report.ts";
import { scoreJson, scoreNotes } from "../score-report.ts";
import { shardingSentence } from "./explain-sharding.ts";

export interface ShardingSide {
  /** Where it came from. */
  readonly plan: string;
  readonly scored: ScoredPlan;
  readonly timeline: ShardingTimeline;
}

const SHOWN_OPS = 20;
const LONGEST_OP = 44;

export function shardingDifferenceText(before: ShardingSide, after: ShardingSide): string {
  const found = shardingDifference(before.timeline, after.timeline);
  const [one, two] = [before, after].map((side) => ({ ...side, told: null }));
  return [
    `${before.scored.scenario.name}: ${before.plan} -> ${after.plan}`,
    valueSentence(one, two),
    `Before: mesh ${meshText(before)}. ${shardingSentence(before.timeline)}`,
    `After:  mesh ${meshText(after)}. ${shardingSentence(after.timeline)}`,
    ...infeasibleLines(one, two),
    ...scoreNotes(before.scored),
    "",
    ...changeTable("where the step goes", joinedParts(before.timeline, after.timeline)),
    "",
    ...splitLines(before, found),
    "",
    ...collectiveLines("Collectives that are gone", before.timeline, found.gone),
    ...collectiveLines("Collectives that are new", after.timeline, found.added),
    "",
  ].join("\n");
}

const meshText = ({ timeline }: ShardingSide): string =>
  timeline.plan.mesh.axes.map(({ name, size }) => `${visibleName(name)} ${size}`).join(" x ");

/** Of the rank of each that computes longest; parts that either has. */
function joinedParts(before: ShardingTimeline, after: ShardingTimeline) {
  const [one, two] = [before, after].map(
    (side) => new Map(stepParts(side, side.slowest).map(({ words, us }) => [words, us])),
  );
  const words = [...new Set([...one.keys(), ...two.keys()])];
  return [
    ...words.map((name) => ({ words: name, beforeUs: one.get(name) ?? 0, afterUs: two.get(name) ?? 0 })),
    { words: "the step", beforeUs: before.iterationUs, afterUs: after.iterationUs },
  ];
}

/** Forward ops alone: others follow them. */
function splitLines({ timeline }: ShardingSide, { splits }: ShardingDifference): string[] {
  const { graph } = timeline.scenario;
  const forward = splits.filter(({ op }) => graph.role[op] === Role.forward);
  if (forward.length === 0) return ["All forward ops are divided alike."];
  const rows = forward
    .slice(0, SHOWN_OPS)
    .map(({ op, before, after }) => [shortName(visibleName(graph.names[op]), LONGEST_OP), before, after]);
  const left = forward.length - rows.length;
  return [
    `${formatCount(forward.length)} forward ops are divided otherwise:`,
    ...table([["op", "before", "after"], ...rows]),
    ...(left > 0 ? [`  and ${formatCount(left)} more; --json lists them all`] : []),
  ];
}

/** Counted by kind, axes and what they are for. */
function collectiveLines(
  title: string,
  timeline: ShardingTimeline,
  spans: readonly CollectiveSpan[],
): string[] {
  if (spans.length === 0) return [`${title}: none.`];
  const counts = new Map<string, { readonly first: CollectiveSpan; count: number }>();
  for (const span of spans) {
    const key = `${collectiveText(timeline.plan.mesh.axes, span)} of ${span.purpose}`;
    const known = counts.get(key) ?? { first: span, count: 0 };
    counts.set(key, known);
    known.count++;
  }
  const rows = [...counts].map(([name, { first, count }]) => [
    name,
    formatCount(count),
    shortName(visibleName(tensorText(timeline, first)), LONGEST_OP),
  ]);
  return [`${title}:`, ...table([["collective", "times", "such as that of"], ...rows])];
}

export function shardingDifferenceJson(before: ShardingSide, after: ShardingSide): unknown {
  const { splits, gone, added } = shardingDifference(before.timeline, after.timeline);
  const { scenario, spec } = before.scored;
  const sideJson = ({ scored, timeline }: ShardingSide) => ({
    ...scoreJson(scored),
    mesh: timeline.plan.mesh,
    sentence: shardingSentence(timeline),
    step: stepParts(timeline, timeline.slowest),
  });
  const spanJson = (side: ShardingSide) => (span: CollectiveSpan) => ({
    tensor: tensorText(side.timeline, span),
    kind: span.kind,
    axes: span.group.map((axis) => side.timeline.plan.mesh.axes[axis].name),
    purpose: span.purpose,
    bytes: span.bytes,
  });
  return {
    scenario: scenario.name,
    objective: spec.id,
    unit: spec.unit,
    before: sideJson(before),
    after: sideJson(after),
    change: after.scored.unlimitedValue - before.scored.unlimitedValue,
    step: joinedParts(before.timeline, after.timeline),
    splits: splits.map(({ op, ...texts }) => ({ op: scenario.graph.names[op], ...texts })),
    gone: gone.map(spanJson(before)),
    added: added.map(spanJson(after)),
  };
}
