/** The report of `diff` as JSON, in us and bytes. */

import {
  carriedBytes,
  type DifferenceParts,
  type DifferenceSide,
  pathChanges,
  workUs,
} from "./diff-report.ts";
import { bottleneckJson } from "./explain-words.ts";
import { mainSentence } from "./main-sentence.ts";
import { scoreJson } from "./score-report.ts";

export function differenceJson({ before, after, moved }: DifferenceParts): unknown {
  const { scenario, spec } = before.scored;
  const { devices } = scenario.cluster;
  const [one, two] = [before.told, after.told];
  const change = after.scored.unlimitedValue - before.scored.unlimitedValue;
  return {
    scenario: scenario.name,
    objective: spec.id,
    unit: spec.unit,
    unknownWork: scenario.meta.unknownWork,
    before: sideJson(before),
    after: sideJson(after),
    change,
    ...(spec.id === "makespan" && { changeUs: change }),
    moved: moved.map(({ group, from, to, ops, parameterBytes }) => ({
      group,
      from: devices[from].name,
      to: devices[to].name,
      parameterBytes,
      ops: ops.map((op) => scenario.graph.names[op]),
    })),
    ...(one !== null && two !== null && { criticalPath: pathChanges(one, two) }),
  };
}

function sideJson({ scored, told }: DifferenceSide) {
  const { scenario, outcome, loads } = scored;
  const work = workUs(scored);
  return {
    ...scoreJson(scored),
    sentence: mainSentence(scored, told),
    ...(told !== null && { bottleneck: bottleneckJson(scenario, told.bottleneck) }),
    devices: scenario.cluster.devices.map(({ name }, d) => ({
      name,
      ...(loads === null ? { busyUs: work[d] } : { loadUs: work[d] }),
      peakBytes: outcome.peakBytes[d],
    })),
    ...(told !== null && {
      links: scenario.cluster.links.map(({ name }, link) => ({
        name,
        busyUs: told.timeline.linkBusyUs[link],
        bytes: carriedBytes(told)[link],
      })),
    }),
  };
}
