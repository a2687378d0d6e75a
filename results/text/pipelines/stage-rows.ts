/**
 * The stages of a pipeline as rows of text, a title row first. They tell what each runs and for how
 * long, and what its fullest device holds. Terminal and page show the same rows.
 */
import { ranksOf } from "../../../env/model/plan/inside.ts";
import { memoryPartNames } from "../../../env/sim/timeline/explain/memory-steps.ts";
import type { PipelineTimeline, StageFacts } from "../../../env/sim/timeline/pipeline/contract.ts";
import { formatBytes, formatCount, formatOn, scaleFor } from "../format.ts";
import { memoryPartWords } from "../memory-parts.ts";
import { visibleName } from "../visible.ts";
import { shortName } from "./short-name.ts";

const MOST_DEVICES = 4;
const LONGEST_OP = 26;

export const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

/** Ops, devices, time of one micro-batch, idle share. */
export function stageRows(timeline: PipelineTimeline): string[][] {
  const { stages } = timeline;
  const scale = scaleFor(
    "us",
    stages.reduce((most, { forwardUs, backwardUs }) => Math.max(most, forwardUs, backwardUs), 0),
  );
  const optional = (
    [
      ["recompute", "recomputeUs"],
      ["weights", "weightsUs"],
    ] as const
  ).filter(([, field]) => stages.some((own) => own[field] > 0));
  return [
    [
      "stage",
      "ops",
      "first",
      "last",
      "devices",
      `forward ${scale.unit}`,
      ...optional.map(([title]) => `${title} ${scale.unit}`),
      `backward ${scale.unit}`,
      "idle",
    ],
    ...stages.map((own) => [
      String(own.stage),
      formatCount(own.opCount),
      opName(timeline, own.firstOp),
      opName(timeline, own.lastOp),
      devicesText(timeline, own),
      formatOn(scale, own.forwardUs),
      ...optional.map(([, field]) => formatOn(scale, own[field])),
      formatOn(scale, own.backwardUs),
      percent(own.idleShare),
    ]),
  ];
}

const opName = ({ scenario }: PipelineTimeline, op: number): string =>
  op === -1 ? "-" : shortName(visibleName(scenario.graph.names[op]), LONGEST_OP);

function devicesText({ scenario, plan }: PipelineTimeline, { stage }: StageFacts): string {
  const { devices, share } = plan.stages[stage];
  const ranks = ranksOf(plan.stages[stage]);
  const names = devices.map((device) => visibleName(scenario.cluster.devices[device].name));
  if (names.length === 1) return names[0];
  const listed = names.length <= MOST_DEVICES ? names.join(" ") : `${names[0]} .. ${names[names.length - 1]}`;
  const count = ranks === 1 ? names.length : `${names.length / ranks} x ${ranks} ranks`;
  return `${count} ${share}: ${listed}`;
}

/** Of each stage the device that holds most, by name of what it holds at its peak. */
export function stageMemoryRows(timeline: PipelineTimeline, limitBytes: Float64Array): string[][] {
  const { scenario, plan, peakBytes, peakParts, stageDevices } = timeline;
  const held = memoryPartNames.filter((part) => stageDevices.some((d) => peakParts[d][part] > 0));
  return [
    ["stage", "fullest device", ...held.map((part) => memoryPartWords[part]), "peak", "limit"],
    ...plan.stages.map(({ devices }, stage) => {
      const fullest = devices.reduce((most, d) => (peakBytes[d] > peakBytes[most] ? d : most));
      return [
        String(stage),
        visibleName(scenario.cluster.devices[fullest].name),
        ...held.map((part) => formatBytes(peakParts[fullest][part])),
        formatBytes(peakBytes[fullest]),
        limitBytes[fullest] === Number.POSITIVE_INFINITY ? "none" : formatBytes(limitBytes[fullest]),
      ];
    }),
  ];
}
