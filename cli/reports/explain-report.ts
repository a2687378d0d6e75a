/** The report of `explain`, as text with units and as JSON in us and bytes. */
import { unknownWorkLines } from "../../env/model/graph/unknown-work.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import { type Bound, gapOf, type Outcome } from "../../env/sim/evaluator/contract.ts";
import type { Move } from "../../env/sim/timeline/explain/best-move.ts";
import type { Explanation, PathSummary } from "../../env/sim/timeline/explain/explanation.ts";
import { memoryAtPeak } from "../../env/sim/timeline/explain/memory-steps.ts";
import { kindTotals } from "../../env/sim/timeline/explain/shares.ts";
import type { Resource } from "../../env/sim/timeline/explain/tasks.ts";
import {
  formatBytes,
  formatCount,
  formatGap,
  formatOn,
  formatUs,
  type Scale,
  scaleFor,
} from "../../results/format.ts";
import { table } from "./columns.ts";
import { memoryRows } from "./explain-memory.ts";
import {
  bottleneckJson,
  bottleneckSentence,
  groupWords,
  kindWords,
  nameOf,
  percent,
  shareOf,
} from "./explain-words.ts";

/** Links that are listed: a cluster may have dozens. */
const SHOWN_LINKS = 12;

/** What trying every move of one group to another device found. */
export interface MoveSearch {
  /** Null where no move helps. */
  readonly best: Move | null;
  readonly tried: number;
  readonly helping: number;
  /** False where an interrupt ended the search early. */
  readonly complete: boolean;
}

export interface ExplanationParts {
  readonly scenario: Scenario;
  /** Where the plan came from. */
  readonly plan: string;
  readonly told: Explanation;
  readonly bound: Bound;
  /** The plan as it is. */
  readonly base: Outcome;
  readonly search: MoveSearch;
}

export function explanationText(parts: ExplanationParts): string {
  const { scenario, plan, told, bound } = parts;
  const { makespanUs } = told.timeline;
  const gap = gapOf(makespanUs, bound.value);
  const against =
    gap === null ? "" : `, ${formatGap(gap)} above the bound of ${formatUs(bound.value)} (${bound.argument})`;
  const scale = scaleFor("us", makespanUs);
  return [
    `${scenario.name} under ${plan}: one step takes ${formatUs(makespanUs)}${against}`,
    ...unknownWorkLines(scenario.meta.unknownWork),
    ...memorySentence(parts),
    bottleneckSentence(scenario, told),
    "",
    ...table(timeRows(told, scale)),
    "",
    ...table(deviceRows(parts, scale)),
    "",
    ...table(memoryRows(scenario.cluster.devices, memoryAtPeak(told.tasks))),
    "",
    ...linkLines(parts, scale),
    "",
    ...moveLines(parts),
    "",
  ].join("\n");
}

/** Where the time goes: both paths by kind of segment. */
function timeRows(
  { criticalPath, lastChain, timeline: { makespanUs } }: Explanation,
  scale: Scale,
): string[][] {
  const [critical, chain] = [kindTotals(criticalPath.shares), kindTotals(lastChain.shares)];
  const cells = (us: number) => [formatOn(scale, us), percent(shareOf(us, makespanUs))];
  const rows = kindWords
    .filter(([kind]) => critical.has(kind) || chain.has(kind))
    .map(([kind, words]) => [words, ...cells(critical.get(kind) ?? 0), ...cells(chain.get(kind) ?? 0)]);
  return [
    ["where the time goes", `critical path ${scale.unit}`, "share", `last chain ${scale.unit}`, "share"],
    ...rows,
    ["tasks", formatCount(tasksOn(criticalPath)), "", formatCount(tasksOn(lastChain)), ""],
  ];
}

const tasksOn = ({ segments }: PathSummary): number =>
  segments.filter(({ kind }) => kind === "compute" || kind === "transfer").length;

function memorySentence({ scenario: { cluster, graph }, told: { timeline } }: ExplanationParts): string[] {
  if (timeline.violation === null) return [];
  const { device, excessBytes, limitBytes, op } = timeline.violation;
  const at = op === -1 ? "" : `, most of all when "${graph.names[op]}" takes its room`;
  return [
    `The plan does not fit: ${cluster.devices[device].name} needs ${formatBytes(excessBytes)} ` +
      `more than its ${formatBytes(limitBytes)}${at}.`,
  ];
}

function deviceRows({ scenario, told }: ExplanationParts, scale: Scale): string[][] {
  const { timeline, criticalPath, lastChain } = told;
  const rows = scenario.cluster.devices.map(({ name, memoryBytes }, d) => [
    name,
    formatOn(scale, timeline.deviceBusyUs[d]),
    percent(shareOf(timeline.deviceBusyUs[d], timeline.makespanUs)),
    formatOn(scale, usOn(criticalPath, { kind: "device", index: d })),
    formatOn(scale, waitUs(lastChain, { kind: "device", index: d })),
    formatBytes(timeline.peakBytes[d]),
    memoryBytes === Number.POSITIVE_INFINITY ? "none" : formatBytes(memoryBytes),
  ]);
  return [
    ["device", `busy ${scale.unit}`, "share", "critical", "waited for", "peak memory", "limit"],
    ...rows,
  ];
}

/**
 * The links on which the critical path and the last chain spend most time. Busy time decides
 * between equals.
 */
function linkLines({ scenario, told }: ExplanationParts, scale: Scale): string[] {
  const { timeline, criticalPath, lastChain } = told;
  const used = scenario.cluster.links
    .map(({ name }, index) => ({
      name,
      busyUs: timeline.linkBusyUs[index],
      criticalUs: usOn(criticalPath, { kind: "link", index }),
      waitUs: waitUs(lastChain, { kind: "link", index }),
      bytes: bytesOver(told, index),
    }))
    .filter(({ bytes, busyUs }) => bytes > 0 || busyUs > 0)
    .sort((a, b) => b.criticalUs + b.waitUs - a.criticalUs - a.waitUs || b.busyUs - a.busyUs);
  if (used.length === 0) return ["  No link carries anything."];
  const rows = used
    .slice(0, SHOWN_LINKS)
    .map((link) => [
      link.name,
      formatOn(scale, link.busyUs),
      percent(shareOf(link.busyUs, timeline.makespanUs)),
      formatOn(scale, link.criticalUs),
      formatOn(scale, link.waitUs),
      formatBytes(link.bytes),
    ]);
  const left = used.length - rows.length;
  return [
    ...table([["link", `busy ${scale.unit}`, "share", "critical", "waited for", "carried"], ...rows]),
    ...(left > 0 ? [`  and ${formatCount(left)} more; --json lists them all`] : []),
  ];
}

/** Time of the path on a device or link, without waiting. */
function usOn({ shares }: PathSummary, { kind, index }: Resource): number {
  return shares
    .filter(
      (share) => share.kind !== "wait" && share.resource.kind === kind && share.resource.index === index,
    )
    .reduce((sum, { us }) => sum + us, 0);
}

function waitUs({ shares }: PathSummary, { kind, index }: Resource): number {
  const wait = shares.find(
    (share) => share.kind === "wait" && share.resource.kind === kind && share.resource.index === index,
  );
  return wait?.us ?? 0;
}

const bytesOver = ({ timeline: { transfers } }: Explanation, link: number): number =>
  transfers.reduce((sum, hop) => sum + (hop.link === link ? hop.bytes : 0), 0);

function moveLines({ scenario, base, search }: ExplanationParts): string[] {
  const { best, tried, helping, complete } = search;
  const early = complete ? "" : "Stopped early: ";
  const of = `${early}${formatCount(tried)} single moves tried, ${formatCount(helping)} help.`;
  if (best === null) return [`No single move of a group helps. ${of}`];
  const { memberStart, members } = scenario.grouping;
  const ops = members.subarray(memberStart[best.group], memberStart[best.group + 1]);
  const from = best.from === -1 ? "several devices" : scenario.cluster.devices[best.from].name;
  const to = scenario.cluster.devices[best.to].name;
  return [
    `Best single move: ${groupWords(scenario, best.group, ops)} from ${from} to ${to}: ` +
      `${gainWords(base, best.outcome)}.`,
    of,
  ];
}

function gainWords(base: Outcome, { value, violation }: Outcome): string {
  if (value === null || violation !== null)
    return `it still does not fit, by ${formatBytes(violation?.excessBytes ?? 0)}`;
  if (base.value === null) return `the plan then fits, and a step takes ${formatUs(value)}`;
  const saved = base.value - value;
  return `a step takes ${formatUs(value)}, ${formatUs(saved)} (${percent(saved / base.value)}) less`;
}

export function explanationJson({ scenario, told, bound, base, search }: ExplanationParts): unknown {
  const { timeline, bottleneck } = told;
  const { makespanUs } = timeline;
  const { best, tried, helping, complete } = search;
  const atPeak = memoryAtPeak(told.tasks);
  return {
    scenario: scenario.name,
    makespanUs,
    feasible: base.feasible,
    bound: bound.value,
    boundArgument: bound.argument,
    gap: gapOf(base.value, bound.value),
    unknownWork: scenario.meta.unknownWork,
    sentence: bottleneckSentence(scenario, told),
    bottleneck: bottleneckJson(scenario, bottleneck),
    criticalPath: pathJson(scenario, told.criticalPath),
    lastChain: pathJson(scenario, told.lastChain),
    devices: scenario.cluster.devices.map(({ name, memoryBytes }, d) => ({
      name,
      busyUs: timeline.deviceBusyUs[d],
      share: shareOf(timeline.deviceBusyUs[d], makespanUs),
      criticalUs: usOn(told.criticalPath, { kind: "device", index: d }),
      peakBytes: timeline.peakBytes[d],
      peakParts: atPeak[d],
      waitedForUs: waitUs(told.lastChain, { kind: "device", index: d }),
      limitBytes: memoryBytes === Number.POSITIVE_INFINITY ? null : memoryBytes,
    })),
    links: scenario.cluster.links.map(({ name }, link) => ({
      name,
      busyUs: timeline.linkBusyUs[link],
      share: shareOf(timeline.linkBusyUs[link], makespanUs),
      criticalUs: usOn(told.criticalPath, { kind: "link", index: link }),
      waitedForUs: waitUs(told.lastChain, { kind: "link", index: link }),
      bytes: bytesOver(told, link),
    })),
    bestMove: best === null ? null : moveJson(scenario, best, base),
    moves: { tried, helping, complete },
  };
}

function moveJson(scenario: Scenario, best: NonNullable<MoveSearch["best"]>, base: Outcome) {
  const { grouping, graph, cluster } = scenario;
  const first = grouping.members[grouping.memberStart[best.group]];
  const { value } = best.outcome;
  return {
    group: best.group,
    ops: grouping.memberStart[best.group + 1] - grouping.memberStart[best.group],
    firstOp: graph.names[first],
    from: best.from === -1 ? null : cluster.devices[best.from].name,
    to: cluster.devices[best.to].name,
    makespanUs: value,
    gainUs: value === null || base.value === null ? null : base.value - value,
  };
}

function pathJson(scenario: Scenario, { segments, shares }: PathSummary) {
  return {
    shares: shares.map(({ kind, resource, us, share }) => ({
      kind,
      on: nameOf(scenario, resource),
      us,
      share,
    })),
    segments: segments.map(({ kind, resource, task, fromUs, toUs }) => ({
      kind,
      on: nameOf(scenario, resource),
      op: scenario.graph.names[task.op],
      fromUs,
      toUs,
    })),
  };
}
