/** The report of `explain` as JSON, in us and bytes. */
import type { Scenario } from "../../../env/model/scenario.ts";
import type { Explanation, PathSummary } from "../../../env/sim/timeline/explain/explanation.ts";
import { memoryAtPeak } from "../../../env/sim/timeline/explain/memory-steps.ts";
import type { ScoredPlan } from "../../../env/sim/timeline/scored-plan.ts";
import type { ExplanationParts, MoveSearch } from "./explain-report.ts";
import { bottleneckJson, nameOf, shareOf } from "./explain-words.ts";
import { mainSentence } from "./main-sentence.ts";
import { bytesOver, usOn, waitUs } from "./resource-shares.ts";
import { scoreJson } from "./score-report.ts";

export function explanationJson({ scored, told, search }: ExplanationParts): unknown {
  const { best, tried, helping, stuck, complete } = search;
  return {
    scenario: scored.scenario.name,
    ...scoreJson(scored),
    sentence: mainSentence(scored, told),
    ...(told === null ? { devices: devicesJson(scored) } : stepJson(scored, told)),
    bestMove: best === null ? null : moveJson(scored, best),
    moves: { tried, helping, ...(stuck > 0 && { stuck }), complete },
  };
}

/** What each device does and holds, where no step was simulated. */
function devicesJson({ scenario, loads, timeline, outcome, limitBytes }: ScoredPlan) {
  return scenario.cluster.devices.map(({ name }, d) => ({
    name,
    ...(loads === null
      ? { busyUs: timeline!.deviceBusyUs[d], share: shareOf(timeline!.deviceBusyUs[d], timeline!.makespanUs) }
      : { loadUs: loads.loadUs[d], computeUs: loads.computeUs[d], transferUs: loads.transferUs[d] }),
    peakBytes: outcome.peakBytes[d],
    limitBytes: limitBytes[d] === Number.POSITIVE_INFINITY ? null : limitBytes[d],
  }));
}

function stepJson({ scenario, limitBytes }: ScoredPlan, told: Explanation) {
  const { timeline, bottleneck } = told;
  const { makespanUs } = timeline;
  const atPeak = memoryAtPeak(told.tasks);
  return {
    bottleneck: bottleneckJson(scenario, bottleneck),
    criticalPath: pathJson(scenario, told.criticalPath),
    lastChain: pathJson(scenario, told.lastChain),
    devices: scenario.cluster.devices.map(({ name }, d) => ({
      name,
      busyUs: timeline.deviceBusyUs[d],
      share: shareOf(timeline.deviceBusyUs[d], makespanUs),
      criticalUs: usOn(told.criticalPath, { kind: "device", index: d }),
      peakBytes: timeline.peakBytes[d],
      peakParts: atPeak[d],
      waitedForUs: waitUs(told.lastChain, { kind: "device", index: d }),
      limitBytes: limitBytes[d] === Number.POSITIVE_INFINITY ? null : limitBytes[d],
    })),
    links: scenario.cluster.links.map(({ name }, link) => ({
      name,
      busyUs: timeline.linkBusyUs[link],
      share: shareOf(timeline.linkBusyUs[link], makespanUs),
      criticalUs: usOn(told.criticalPath, { kind: "link", index: link }),
      waitedForUs: waitUs(told.lastChain, { kind: "link", index: link }),
      bytes: bytesOver(told, link),
    })),
  };
}

function moveJson({ scenario, spec, outcome: base }: ScoredPlan, best: NonNullable<MoveSearch["best"]>) {
  const { grouping, graph, cluster } = scenario;
  const first = grouping.members[grouping.memberStart[best.group]];
  const { value } = best.outcome;
  const gain = value === null || base.value === null ? null : base.value - value;
  return {
    group: best.group,
    ops: grouping.memberStart[best.group + 1] - grouping.memberStart[best.group],
    firstOp: graph.names[first],
    from: best.from === -1 ? null : cluster.devices[best.from].name,
    to: cluster.devices[best.to].name,
    value,
    gain,
    ...(spec.id === "makespan" && { makespanUs: value, gainUs: gain }),
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
