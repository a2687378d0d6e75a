/**
 * The report of `diff` as text with units: both scores under the objective, what moved, and what
 * that changed on devices. Where a step was simulated it has links and the critical path too.
 */
import { provenInfeasible } from "../../../agents/problems/infeasible.ts";
import { equalPlans } from "../../../env/model/plan/plan.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import type { Difference, Relocation } from "../../../env/sim/timeline/explain/difference.ts";
import type { Explanation } from "../../../env/sim/timeline/explain/explanation.ts";
import { kindTotals } from "../../../env/sim/timeline/explain/shares.ts";
import type { ScoredPlan } from "../../../env/sim/timeline/scored-plan.ts";
import { shortfallText } from "../../../results/comparison/row-text.ts";
import {
  formatBytes,
  formatCount,
  formatGap,
  formatOn,
  formatValue,
  type Scale,
  scaleFor,
} from "../../../results/text/format.ts";
import { table } from "../columns.ts";
import { groupWords, kindWords, percent } from "./explain-words.ts";
import { mainSentence } from "./main-sentence.ts";
import { limitText, memoryWord, scoreNotes } from "./score-report.ts";

/** One of the two plans. */
export interface DifferenceSide {
  /** Where it came from. */
  readonly plan: string;
  readonly scored: ScoredPlan;
  /** The simulated step; null where the objective simulates none. */
  readonly told: Explanation | null;
}

export interface DifferenceParts {
  readonly before: DifferenceSide;
  readonly after: DifferenceSide;
  readonly moved: readonly Relocation[];
}

/** Groups that are listed, those with most weights first; the rest are only counted. */
const SHOWN_RELOCATIONS = 20;
/** Links that are listed, those whose busy time changed most. */
const SHOWN_LINKS = 12;

export function differenceText({ before, after, moved }: DifferenceParts): string {
  const { scenario, spec, bound } = before.scored;
  return [
    `${scenario.name}: ${before.plan} -> ${after.plan}`,
    `${valueSentence(before, after)}`,
    `No plan is below ${formatValue(spec.unit, bound.value)} (${bound.argument})${gapWords(before, after)}.`,
    `Before: ${mainSentence(before.scored, before.told)}`,
    `After:  ${mainSentence(after.scored, after.told)}`,
    ...infeasibleLines(before, after),
    ...scoreNotes(before.scored),
    "",
    ...relocationLines(scenario, moved, equalPlans(before.scored.plan, after.scored.plan)),
    "",
    ...sidesLines(before, after),
    "",
  ].join("\n");
}

/** Whether any plan fits, where one of the two does not. */
export function infeasibleLines({ scored: one }: DifferenceSide, { scored: two }: DifferenceSide): string[] {
  if (one.outcome.feasible && two.outcome.feasible) return [];
  const proof = provenInfeasible(one.scenario);
  return proof === null ? [] : [proof];
}

/** `One step takes 86.00 us before and 75.00 us after, 11.00 us (12.8%) less.` */
export function valueSentence({ scored: one }: DifferenceSide, { scored: two }: DifferenceSide): string {
  const subject = one.spec.id === "makespan" ? "One step takes" : `The ${one.spec.id} is`;
  return `${subject} ${valueWords(one)} before and ${valueWords(two)} after${changeWords(one, two)}.`;
}

const valueWords = ({ scenario, spec, outcome, unlimitedValue }: ScoredPlan): string =>
  `${formatValue(spec.unit, unlimitedValue)}${outcome.feasible ? "" : ` (but ${lackWords(scenario, outcome)})`}`;

function lackWords({ cluster }: Scenario, { violation, shortfall }: ScoredPlan["outcome"]): string {
  if (shortfall !== undefined) return shortfallText(shortfall);
  const { device, excessBytes } = violation!;
  return `does not fit in memory: ${cluster.devices[device].name} is ${formatBytes(excessBytes)} over`;
}

function changeWords({ spec, unlimitedValue: one }: ScoredPlan, { unlimitedValue: two }: ScoredPlan): string {
  if (one === two) return ", the same";
  const share = one > 0 ? ` (${percent(Math.abs(two - one) / one)})` : "";
  return `, ${formatValue(spec.unit, Math.abs(two - one))}${share} ${two < one ? "less" : "more"}`;
}

function gapWords({ scored: one }: DifferenceSide, { scored: two }: DifferenceSide): string {
  const words = ({ gap }: ScoredPlan) => (gap === null ? "no value" : formatGap(gap));
  return one.gap === null && two.gap === null ? "" : `; gap ${words(one)} before, ${words(two)} after`;
}

/** What devices and links do under both plans. */
function sidesLines(before: DifferenceSide, after: DifferenceSide): string[] {
  const [one, two] = [before.told, after.told];
  if (one === null || two === null) return table(deviceRows(before.scored, after.scored));
  const { scenario } = before.scored;
  const scale = scaleFor("us", Math.max(one.timeline.makespanUs, two.timeline.makespanUs));
  const sides: Sides = { before: one, after: two };
  return [
    ...table([["critical path", `before ${scale.unit}`, "after", "change"], ...pathRows(sides, scale)]),
    "",
    ...table(deviceRows(before.scored, after.scored)),
    "",
    ...table([
      ["link", `busy ${scale.unit}`, "after", "carried", "after"],
      ...linkRows(scenario, sides, scale),
      [
        "all links",
        formatOn(scale, sum(one.timeline.linkBusyUs)),
        formatOn(scale, sum(two.timeline.linkBusyUs)),
        formatBytes(sum(carriedBytes(one))),
        formatBytes(sum(carriedBytes(two))),
      ],
    ]),
  ];
}

/** Work and memory of each device under both plans, by the objective's rules. */
function deviceRows(one: ScoredPlan, two: ScoredPlan): string[][] {
  const [before, after] = [workUs(one), workUs(two)];
  const scale = scaleFor(
    "us",
    Math.max(one.timeline?.makespanUs ?? 0, two.timeline?.makespanUs ?? 0, ...before, ...after),
  );
  return [
    [
      "device",
      `${one.loads === null ? "busy" : "load"} ${scale.unit}`,
      "after",
      memoryWord(one),
      "after",
      "limit",
    ],
    ...one.scenario.cluster.devices.map(({ name }, d) => [
      name,
      formatOn(scale, before[d]),
      formatOn(scale, after[d]),
      formatBytes(one.outcome.peakBytes[d]),
      formatBytes(two.outcome.peakBytes[d]),
      limitText(one.limitBytes[d]),
    ]),
  ];
}

export const workUs = ({ loads, timeline }: ScoredPlan): Float64Array =>
  loads?.loadUs ?? timeline!.deviceBusyUs;

/** Both steps, where both were simulated. */
type Sides = Pick<Difference, "before" | "after">;

function relocationLines(scenario: Scenario, relocations: readonly Relocation[], isSame: boolean): string[] {
  const { devices } = scenario.cluster;
  const ops = relocations.reduce((count, relocation) => count + relocation.ops.length, 0);
  if (ops === 0)
    return [
      isSame ? "  The two plans are the same." : "  No op moved; the two plans differ in the order of ops.",
    ];
  const bytes = relocations.reduce((all, { parameterBytes }) => all + parameterBytes, 0);
  const heaviest = [...relocations].sort(
    (a, b) => b.parameterBytes - a.parameterBytes || b.ops.length - a.ops.length,
  );
  const left = heaviest.length - SHOWN_RELOCATIONS;
  return [
    ...table([
      [
        `moved: ${formatCount(ops)} of ${formatCount(scenario.graph.opCount)} ops, ${formatBytes(bytes)} of weights`,
        "from",
        "to",
        "weights",
      ],
      ...heaviest
        .slice(0, SHOWN_RELOCATIONS)
        .map((moved) => [
          groupWords(scenario, moved.group, moved.ops),
          devices[moved.from].name,
          devices[moved.to].name,
          formatBytes(moved.parameterBytes),
        ]),
    ]),
    ...(left > 0 ? [`  and ${formatCount(left)} more; --json lists them all`] : []),
  ];
}

function pathRows({ before, after }: Sides, scale: Scale): string[][] {
  return pathChanges(before, after).map(({ what, beforeUs, afterUs }) => [
    what,
    formatOn(scale, beforeUs),
    formatOn(scale, afterUs),
    `${afterUs < beforeUs ? "" : "+"}${formatOn(scale, afterUs - beforeUs)}`,
  ]);
}

/** What the critical paths of both consist of. */
export function pathChanges(before: Explanation, after: Explanation) {
  const [one, two] = [kindTotals(before.criticalPath.shares), kindTotals(after.criticalPath.shares)];
  return kindWords
    .filter(([kind]) => one.has(kind) || two.has(kind))
    .map(([kind, what]) => ({ what, beforeUs: one.get(kind) ?? 0, afterUs: two.get(kind) ?? 0 }));
}

/** The links whose busy time changed most. */
function linkRows({ cluster }: Scenario, { before, after }: Sides, scale: Scale): string[][] {
  const [one, two] = [carriedBytes(before), carriedBytes(after)];
  const changeUs = (link: number) =>
    Math.abs(after.timeline.linkBusyUs[link] - before.timeline.linkBusyUs[link]);
  return Array.from(cluster.links.keys())
    .filter((link) => one[link] + two[link] > 0)
    .sort((a, b) => changeUs(b) - changeUs(a) || a - b)
    .slice(0, SHOWN_LINKS)
    .map((link) => [
      cluster.links[link].name,
      formatOn(scale, before.timeline.linkBusyUs[link]),
      formatOn(scale, after.timeline.linkBusyUs[link]),
      formatBytes(one[link]),
      formatBytes(two[link]),
    ]);
}

export function carriedBytes({ timeline: { transfers, linkBusyUs } }: Explanation): Float64Array {
  const bytes = new Float64Array(linkBusyUs.length);
  for (const hop of transfers) bytes[hop.link] += hop.bytes;
  return bytes;
}

const sum = (values: Float64Array): number => values.reduce((all, value) => all + value, 0);

/** A part of an iteration in both plans. */
interface ChangedPart {
  readonly words: string;
  readonly beforeUs: number;
  readonly afterUs: number;
}

/** Where the time goes in both plans, on one scale. Pre: the last part is the whole. */
export function changeTable(title: string, parts: readonly ChangedPart[]): string[] {
  const { beforeUs: oneUs, afterUs: twoUs } = parts[parts.length - 1];
  const scale = scaleFor("us", Math.max(oneUs, twoUs));
  return table([
    [title, `before ${scale.unit}`, "after", "change"],
    ...parts.map(({ words, beforeUs, afterUs }) => [
      words,
      formatOn(scale, beforeUs),
      formatOn(scale, afterUs),
      formatOn(scale, afterUs - beforeUs),
    ]),
  ]);
}
