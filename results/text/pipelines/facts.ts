/** What there is to say of a whole pipeline: pairs of a name and a text, for terminal and page. */
import { Role } from "../../../env/model/graph/graph.ts";
import type { ScheduleChoice } from "../../../env/model/plan/pipeline.ts";
import type { PipelineTimeline, StageFacts } from "../../../env/sim/timeline/pipeline/contract.ts";
import { idleShares, pipelineLosses } from "../../../env/sim/timeline/pipeline/losses.ts";
import { computingUs } from "../../../env/sim/timeline/pipeline/stage-facts.ts";
import { formatCount, formatNumber } from "../format.ts";
import { visibleName } from "../visible.ts";
import { percent } from "./stage-rows.ts";

export type Fact = readonly [string, string];

export function pipelineFacts(timeline: PipelineTimeline): Fact[] {
  return [
    ["schedule", scheduleText(timeline.plan.schedule)],
    ["micro-batches", microBatchText(timeline)],
    ["idle", idleText(timeline)],
    ["bottleneck", bottleneckText(timeline)],
    ...treatedFacts(timeline),
    ...versionFacts(timeline),
  ];
}

/** `chimera, pairs 2`; a whole order is too long to print. */
export function scheduleText({ name, ...options }: ScheduleChoice): string {
  const plain = Object.entries(options).filter(([, value]) => typeof value !== "object");
  return [visibleName(name), ...plain.map(([option, value]) => visibleName(`${option} ${value}`))].join(", ");
}

function microBatchText({ plan, scenario }: PipelineTimeline): string {
  const { batch } = scenario.graph;
  const count = formatCount(plan.microBatches);
  return batch === null ? count : `${count} of ${samplesText(batch / plan.microBatches)}`;
}

const samplesText = (samples: number): string =>
  samples === 1 ? "1 sample" : `${formatNumber(samples)} samples`;

function idleText(timeline: PipelineTimeline): string {
  const { bubble, transfers, sync } = idleShares(timeline);
  const count = timeline.stageDevices.length;
  const whole = `${percent(bubble + transfers + sync)} of ${count === 1 ? "1 device" : `${count} devices`}`;
  return (
    `${whole}: bubble ${percent(bubble)}, waiting for transfers ${percent(transfers)}, ` +
    `exposed synchronisation ${percent(sync)}`
  );
}

function bottleneckText(timeline: PipelineTimeline): string {
  const { device, stage } = pipelineLosses(timeline);
  const share =
    timeline.iterationUs > 0 ? computingUs(timeline.deviceTimes[device]) / timeline.iterationUs : 0;
  const name = visibleName(timeline.scenario.cluster.devices[device].name);
  return `stage ${stage} on ${name}, which computes ${percent(share)} of the iteration`;
}

/** Stages that compute again or swap, where there are any. */
function treatedFacts(timeline: PipelineTimeline): Fact[] {
  const of = (count: (own: StageFacts) => number): string =>
    timeline.stages
      .filter((own) => count(own) > 0)
      .map((own) =>
        count(own) === own.opCount ? `${own.stage}` : `${own.stage} (${count(own)} of ${own.opCount} ops)`,
      )
      .join(", ");
  const again = of(({ recomputedOps }) => recomputedOps);
  const swapped = of(({ swappedOps }) => swappedOps);
  return [
    ...(again === "" ? [] : [["recomputed", `stages ${again}`] as const]),
    ...(swapped === "" ? [] : [["swapped", `stages ${swapped}`] as const]),
  ];
}

/** Of schedules without a flush: versions of the weights, and how old gradients are. */
function versionFacts({ asynchronous, stages, scenario }: PipelineTimeline): Fact[] {
  if (!asynchronous) return [];
  const versions: Fact = [
    "versions",
    `${byStage(stages.map(({ weightVersions }) => weightVersions))} of the weights`,
  ];
  const ages = stages.map(({ staleness }) => staleness);
  if (!scenario.graph.role.includes(Role.update) && ages.every((age) => age === null)) return [versions];
  const most = byStage(ages.map((age) => age ?? 0));
  const word = most === "1" ? "update" : "updates";
  return [versions, ["staleness", `at most ${most} ${word} between the passes of a micro-batch`]];
}

/** `2`, or `4, 3, 2, 1 by stage`. */
function byStage(values: readonly number[]): string {
  return values.every((value) => value === values[0]) ? String(values[0]) : `${values.join(", ")} (by stage)`;
}
