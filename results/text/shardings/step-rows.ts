/**
 * The step of a sharding as rows of text, a title row first. Rows tell where the time of a rank
 * goes, what communication costs, and the critical path. Parts of a rank and of the path add up to
 * the step.
 */
import { Role } from "../../../env/model/graph/graph.ts";
import { memoryPartNames } from "../../../env/sim/timeline/explain/memory-steps.ts";
import { communicationOf, costliest, spanUs } from "../../../env/sim/timeline/sharding/communication.ts";
import type {
  CollectiveSpan,
  PathPart,
  RankPart,
  ShardingTimeline,
} from "../../../env/sim/timeline/sharding/contract.ts";
import { computingUs } from "../../../env/sim/timeline/sharding/sharding-timeline.ts";
import { formatBytes, formatCount, formatOn, scaleFor } from "../format.ts";
import { memoryPartWords } from "../memory-parts.ts";
import { shortName } from "../pipelines/short-name.ts";
import { percent } from "../pipelines/stage-rows.ts";
import { visibleName } from "../visible.ts";
import { collectiveText, tensorName } from "./names.ts";

const LONGEST_TENSOR = 44;
const MOST_RANKS = 16;

const partWords: Readonly<Record<RankPart, string>> = {
  forward: "computing, forward",
  recompute: "computing, forward again",
  backward: "computing, backward",
  update: "computing, updates",
  steps: "exposed communication",
  ranks: "waiting for slower ranks",
  host: "waiting for the host",
  other: "other waiting",
};

/** What a part of the step of a rank is called, and its time. */
export interface StepPart {
  readonly part: RankPart;
  readonly words: string;
  readonly us: number;
}

/** Parts with time; exposed communication by kind and axes. They add up to the step. */
export function stepParts(timeline: ShardingTimeline, rank: number): StepPart[] {
  const time = timeline.rankTimes[rank];
  const { axes } = timeline.plan.mesh;
  const exposed = communicationOf(timeline, rank).map((each) => ({
    part: "steps" as const,
    words: `exposed ${collectiveText(axes, each)}`,
    us: each.exposedUs,
  }));
  const plain = (part: RankPart): StepPart => ({ part, words: partWords[part], us: time[part] });
  return [
    ...(["forward", "recompute", "backward", "update"] as const).map(plain),
    ...exposed,
    ...(["ranks", "host", "other"] as const).map(plain),
  ].filter(({ us }) => us > 0);
}

const shareText = (us: number, { iterationUs }: ShardingTimeline): string =>
  percent(iterationUs > 0 ? us / iterationUs : 0);

/** Of the rank that computes longest. */
export function stepRows(timeline: ShardingTimeline): string[][] {
  const { slowest, iterationUs } = timeline;
  const scale = scaleFor("us", iterationUs);
  const row = (words: string, us: number) => [words, formatOn(scale, us), shareText(us, timeline)];
  return [
    [`where the step goes on ${rankText(timeline, slowest)}`, scale.unit, "share"],
    ...stepParts(timeline, slowest).map(({ words, us }) => row(words, us)),
    row("the step", iterationUs),
  ];
}

/** `rank 3, gpu:3`. */
export const rankText = ({ scenario, plan }: ShardingTimeline, rank: number): string =>
  `rank ${rank}, ${visibleName(scenario.cluster.devices[plan.mesh.devices[rank]].name)}`;

export function communicationRows(timeline: ShardingTimeline): string[][] {
  const { slowest, iterationUs, plan } = timeline;
  const scale = scaleFor("us", iterationUs);
  return [
    ["communication of that rank", "times", "sent", `in flight ${scale.unit}`, "exposed", "share"],
    ...communicationOf(timeline, slowest).map((each) => [
      collectiveText(plan.mesh.axes, each),
      formatCount(each.count),
      formatBytes(each.sentBytes),
      formatOn(scale, each.inFlightUs),
      formatOn(scale, each.exposedUs),
      shareText(each.exposedUs, timeline),
    ]),
  ];
}

/** The collectives that the rank waits for longest. */
export function costliestRows(timeline: ShardingTimeline, most: number): string[][] {
  const { slowest, plan } = timeline;
  const shown = costliest(timeline, slowest).slice(0, most);
  const scale = scaleFor("us", Math.max(0, ...shown.map((span) => spanUs(span, slowest))));
  return [
    ["collectives that cost most", "is", "for", "sent", `takes ${scale.unit}`, "exposed"],
    ...shown.map((span) => [
      shortName(visibleName(tensorText(timeline, span)), LONGEST_TENSOR),
      collectiveText(plan.mesh.axes, span),
      span.purpose,
      formatBytes(span.sentBytes[slowest]),
      formatOn(scale, spanUs(span, slowest)),
      formatOn(scale, span.exposedUs[slowest]),
    ]),
  ];
}

export const tensorText = ({ scenario }: ShardingTimeline, { op, output }: CollectiveSpan): string =>
  tensorName(scenario.graph, { op, output });

const roleWords = new Map<number, string>([
  [Role.forward, partWords.forward],
  [Role.backward, partWords.backward],
  [Role.update, partWords.update],
]);

/** The critical path by role of ops, kind and axes of collectives, and waiting; largest first. */
export function pathParts(
  { plan, collectives }: ShardingTimeline,
  path: readonly PathPart[],
): { readonly words: string; readonly us: number }[] {
  const sums = new Map<string, number>();
  for (const { kind, of, us } of path) {
    const words =
      kind === "computing"
        ? roleWords.get(of)!
        : kind === "collective"
          ? collectiveText(plan.mesh.axes, collectives[of])
          : kind === "host"
            ? "the host and what it sends"
            : partWords.other;
    sums.set(words, (sums.get(words) ?? 0) + us);
  }
  return [...sums].map(([words, us]) => ({ words, us })).sort((a, b) => b.us - a.us);
}

export function pathRows(timeline: ShardingTimeline, path: readonly PathPart[]): string[][] {
  const scale = scaleFor("us", timeline.iterationUs);
  return [
    ["critical path, over all ranks", scale.unit, "share"],
    ...pathParts(timeline, path).map(({ words, us }) => [
      words,
      formatOn(scale, us),
      shareText(us, timeline),
    ]),
  ];
}

/** Ranks that are listed, the first ones; the slowest is among them in any case. */
export function shownRanks({ rankTimes, slowest }: ShardingTimeline): number[] {
  const first = [...rankTimes.keys()].slice(0, MOST_RANKS);
  return slowest < first.length ? first : [...first.slice(0, -1), slowest];
}

/** What each rank does and holds at its peak, by name. */
export function rankRows(timeline: ShardingTimeline, limitBytes: Float64Array): string[][] {
  const { scenario, plan, rankTimes, peakBytes, peakParts, iterationUs } = timeline;
  const scale = scaleFor("us", iterationUs);
  const { devices } = plan.mesh;
  const held = memoryPartNames.filter((part) => devices.some((d) => peakParts[d][part] > 0));
  return [
    [
      "rank",
      "device",
      `computing ${scale.unit}`,
      "exposed",
      "other waiting",
      ...held.map((part) => memoryPartWords[part]),
      "peak",
      "limit",
    ],
    ...shownRanks(timeline).map((rank) => {
      const device = devices[rank];
      const { ranks, host, other, steps } = rankTimes[rank];
      return [
        String(rank),
        visibleName(scenario.cluster.devices[device].name),
        formatOn(scale, computingUs(rankTimes[rank])),
        formatOn(scale, steps),
        formatOn(scale, ranks + host + other),
        ...held.map((part) => formatBytes(peakParts[device][part])),
        formatBytes(peakBytes[device]),
        limitBytes[device] === Number.POSITIVE_INFINITY ? "none" : formatBytes(limitBytes[device]),
      ];
    }),
  ];
}
