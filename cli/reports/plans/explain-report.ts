/**
 * The report of `explain` as text with units: the score under the objective, what bounds it, and
 * the best single move. Where a step was simulated it has the paths through that step.
 */
import type { Scenario } from "../../../env/model/scenario.ts";
import type { Outcome } from "../../../env/sim/evaluator/contract.ts";
import type { ObjectiveSpec } from "../../../env/sim/objectives/evaluator.ts";
import type { Move } from "../../../env/sim/timeline/explain/best-move.ts";
import type { Explanation, PathSummary } from "../../../env/sim/timeline/explain/explanation.ts";
import { memoryAtPeak } from "../../../env/sim/timeline/explain/memory-steps.ts";
import { kindTotals } from "../../../env/sim/timeline/explain/shares.ts";
import type { ScoredPlan } from "../../../env/sim/timeline/scored-plan.ts";
import {
  formatBytes,
  formatCount,
  formatOn,
  formatValue,
  type Scale,
  scaleFor,
} from "../../../results/text/format.ts";
import { table } from "../columns.ts";
import { memoryRows } from "./explain-memory.ts";
import { groupWords, kindWords, percent, shareOf } from "./explain-words.ts";
import { mainSentence } from "./main-sentence.ts";
import { bytesOver, usOn, waitUs } from "./resource-shares.ts";
import { deviceTable, limitText, scoreNotes, scoreWords, violationLines } from "./score-report.ts";

/** Links that are listed: a cluster may have dozens. */
const SHOWN_LINKS = 12;

/** What trying every move of one group to another device found. */
export interface MoveSearch {
  /** Null where no move helps. */
  readonly best: Move | null;
  readonly tried: number;
  readonly helping: number;
  /** Moves after which the plan's order of ops would wait for itself. */
  readonly stuck: number;
  /** False where an interrupt ended the search early. */
  readonly complete: boolean;
}

export interface ExplanationParts {
  /** Where the plan came from. */
  readonly plan: string;
  readonly scored: ScoredPlan;
  /** The simulated step; null where the objective simulates none. */
  readonly told: Explanation | null;
  readonly search: MoveSearch;
}

export function explanationText(parts: ExplanationParts): string {
  const { plan, scored, told } = parts;
  return [
    `${scored.scenario.name} under ${plan}: ${scoreWords(scored)}`,
    ...violationLines(scored),
    mainSentence(scored, told),
    ...scoreNotes(scored),
    "",
    ...(told === null ? table(deviceTable(scored)) : stepLines(scored, told)),
    "",
    ...moveLines(parts),
    "",
  ].join("\n");
}

/** The simulated step in tables. */
function stepLines(scored: ScoredPlan, told: Explanation): string[] {
  const scale = scaleFor("us", told.timeline.makespanUs);
  const { scenario } = scored;
  return [
    ...table(timeRows(told, scale)),
    "",
    ...table(stepDeviceRows(scored, told, scale)),
    "",
    ...table(memoryRows(scenario.cluster.devices, memoryAtPeak(told.tasks))),
    "",
    ...linkLines(scenario, told, scale),
  ];
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

function stepDeviceRows({ scenario, limitBytes }: ScoredPlan, told: Explanation, scale: Scale): string[][] {
  const { timeline, criticalPath, lastChain } = told;
  const rows = scenario.cluster.devices.map(({ name }, d) => [
    name,
    formatOn(scale, timeline.deviceBusyUs[d]),
    percent(shareOf(timeline.deviceBusyUs[d], timeline.makespanUs)),
    formatOn(scale, usOn(criticalPath, { kind: "device", index: d })),
    formatOn(scale, waitUs(lastChain, { kind: "device", index: d })),
    formatBytes(timeline.peakBytes[d]),
    limitText(limitBytes[d]),
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
function linkLines(scenario: Scenario, told: Explanation, scale: Scale): string[] {
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

function moveLines({ scored: { scenario, spec, outcome: base }, search }: ExplanationParts): string[] {
  const { best, tried, helping, stuck, complete } = search;
  const early = complete ? "" : "Stopped early: ";
  const cannot =
    stuck === 0
      ? ""
      : `; ${formatCount(stuck)} cannot run, because the plan's order of ops waits for itself there`;
  const of = `${early}${formatCount(tried)} single moves tried, ${formatCount(helping)} help${cannot}.`;
  if (best === null) return [`No single move of a group helps. ${of}`];
  const { memberStart, members } = scenario.grouping;
  const ops = members.subarray(memberStart[best.group], memberStart[best.group + 1]);
  const from = best.from === -1 ? "several devices" : scenario.cluster.devices[best.from].name;
  const to = scenario.cluster.devices[best.to].name;
  return [
    `Best single move: ${groupWords(scenario, best.group, ops)} from ${from} to ${to}: ` +
      `${gainWords(spec, base, best.outcome)}.`,
    of,
  ];
}

function gainWords({ id, unit }: ObjectiveSpec, base: Outcome, { value, violation }: Outcome): string {
  if (value === null || violation !== null)
    return `it still does not fit, by ${formatBytes(violation?.excessBytes ?? 0)}`;
  const after =
    id === "makespan"
      ? `a step takes ${formatValue(unit, value)}`
      : `the ${id} is ${formatValue(unit, value)}`;
  if (base.value === null) return `the plan then fits, and ${after}`;
  const saved = base.value - value;
  return `${after}, ${formatValue(unit, saved)} (${percent(saved / base.value)}) less`;
}
