/** The report of `diff`, as text with units and as JSON in us and bytes. */
import { unknownWorkLines } from "../../env/model/graph/unknown-work.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import type { Difference } from "../../env/sim/timeline/explain/difference.ts";
import type { Explanation } from "../../env/sim/timeline/explain/explanation.ts";
import { kindTotals } from "../../env/sim/timeline/explain/shares.ts";
import { formatBytes, formatCount, formatOn, formatUs, type Scale, scaleFor } from "../../results/format.ts";
import { table } from "./columns.ts";
import { bottleneckJson, bottleneckSentence, groupWords, kindWords, percent } from "./explain-words.ts";

export interface DifferenceParts {
  readonly scenario: Scenario;
  /** Where the two plans came from. */
  readonly before: string;
  readonly after: string;
  readonly difference: Difference;
}

/** Groups that are listed, those with most weights first; the rest are only counted. */
const SHOWN_RELOCATIONS = 20;
/** Links that are listed, those whose busy time changed most. */
const SHOWN_LINKS = 12;

export function differenceText(parts: DifferenceParts): string {
  const { scenario, before, after, difference } = parts;
  const [one, two] = [difference.before, difference.after];
  const scale = scaleFor("us", Math.max(one.timeline.makespanUs, two.timeline.makespanUs));
  return [
    `${scenario.name}: ${before} -> ${after}`,
    ...unknownWorkLines(scenario.meta.unknownWork),
    `One step takes ${stepWords(one)} before and ${stepWords(two)} after${changeWords(one, two)}.`,
    `Before: ${bottleneckSentence(scenario, one)}`,
    `After:  ${bottleneckSentence(scenario, two)}`,
    "",
    ...relocationLines(parts),
    "",
    ...table([["critical path", `before ${scale.unit}`, "after", "change"], ...pathRows(difference, scale)]),
    "",
    ...table([
      ["device", `busy ${scale.unit}`, "after", "peak memory", "after", "limit"],
      ...scenario.cluster.devices.map(({ name, memoryBytes }, d) => [
        name,
        formatOn(scale, one.timeline.deviceBusyUs[d]),
        formatOn(scale, two.timeline.deviceBusyUs[d]),
        formatBytes(one.timeline.peakBytes[d]),
        formatBytes(two.timeline.peakBytes[d]),
        memoryBytes === Number.POSITIVE_INFINITY ? "none" : formatBytes(memoryBytes),
      ]),
    ]),
    "",
    ...table([
      ["link", `busy ${scale.unit}`, "after", "carried", "after"],
      ...linkRows(scenario, difference, scale),
      [
        "all links",
        formatOn(scale, sum(one.timeline.linkBusyUs)),
        formatOn(scale, sum(two.timeline.linkBusyUs)),
        formatBytes(sum(carriedBytes(one))),
        formatBytes(sum(carriedBytes(two))),
      ],
    ]),
    "",
  ].join("\n");
}

const stepWords = ({ timeline: { makespanUs, violation } }: Explanation): string =>
  `${formatUs(makespanUs)}${violation === null ? "" : " (but does not fit in memory)"}`;

function changeWords({ timeline: one }: Explanation, { timeline: two }: Explanation): string {
  if (one.makespanUs === two.makespanUs) return ", the same";
  const change = two.makespanUs - one.makespanUs;
  const share = one.makespanUs > 0 ? ` (${percent(Math.abs(change) / one.makespanUs)})` : "";
  return `, ${formatUs(Math.abs(change))}${share} ${change < 0 ? "less" : "more"}`;
}

function relocationLines({ scenario, difference: { relocations } }: DifferenceParts): string[] {
  const { devices } = scenario.cluster;
  const ops = relocations.reduce((count, relocation) => count + relocation.ops.length, 0);
  if (ops === 0) return ["  The two plans are the same."];
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

function pathRows({ before, after }: Difference, scale: Scale): string[][] {
  return pathChanges(before, after).map(({ what, beforeUs, afterUs }) => [
    what,
    formatOn(scale, beforeUs),
    formatOn(scale, afterUs),
    `${afterUs < beforeUs ? "" : "+"}${formatOn(scale, afterUs - beforeUs)}`,
  ]);
}

/** What the critical paths of both consist of. */
function pathChanges(before: Explanation, after: Explanation) {
  const [one, two] = [kindTotals(before.criticalPath.shares), kindTotals(after.criticalPath.shares)];
  return kindWords
    .filter(([kind]) => one.has(kind) || two.has(kind))
    .map(([kind, what]) => ({ what, beforeUs: one.get(kind) ?? 0, afterUs: two.get(kind) ?? 0 }));
}

/** The links whose busy time changed most. */
function linkRows({ cluster }: Scenario, { before, after }: Difference, scale: Scale): string[][] {
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

function carriedBytes({ timeline: { transfers, linkBusyUs } }: Explanation): Float64Array {
  const bytes = new Float64Array(linkBusyUs.length);
  for (const hop of transfers) bytes[hop.link] += hop.bytes;
  return bytes;
}

const sum = (values: Float64Array): number => values.reduce((all, value) => all + value, 0);

export function differenceJson({
  scenario,
  difference: { before, after, relocations },
}: DifferenceParts): unknown {
  const { devices } = scenario.cluster;
  return {
    scenario: scenario.name,
    unknownWork: scenario.meta.unknownWork,
    before: sideJson(scenario, before),
    after: sideJson(scenario, after),
    changeUs: after.timeline.makespanUs - before.timeline.makespanUs,
    moved: relocations.map(({ group, from, to, ops, parameterBytes }) => ({
      group,
      from: devices[from].name,
      to: devices[to].name,
      parameterBytes,
      ops: ops.map((op) => scenario.graph.names[op]),
    })),
    criticalPath: pathChanges(before, after),
  };
}

function sideJson(scenario: Scenario, told: Explanation) {
  const { timeline, bottleneck } = told;
  const carried = carriedBytes(told);
  return {
    makespanUs: timeline.makespanUs,
    feasible: timeline.violation === null,
    sentence: bottleneckSentence(scenario, told),
    bottleneck: bottleneckJson(scenario, bottleneck),
    devices: scenario.cluster.devices.map(({ name }, d) => ({
      name,
      busyUs: timeline.deviceBusyUs[d],
      peakBytes: timeline.peakBytes[d],
    })),
    links: scenario.cluster.links.map(({ name }, link) => ({
      name,
      busyUs: timeline.linkBusyUs[link],
      bytes: carried[link],
    })),
  };
}
