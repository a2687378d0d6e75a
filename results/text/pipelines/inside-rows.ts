/**
 * What goes on inside the stages of a hybrid as rows of text, a title row first. These are the
 * collectives of each stage by kind and mesh axes, on the device that waits longest for them.
 */
import type { InsideWait, PipelineTimeline } from "../../../env/sim/timeline/pipeline/contract.ts";
import { formatBytes, formatNumber, formatOn, scaleFor } from "../format.ts";
import { collectiveText } from "../shardings/names.ts";
import { visibleName } from "../visible.ts";
import { percent } from "./stage-rows.ts";

export function insideRows(timeline: PipelineTimeline): string[][] {
  const { scenario, plan, iterationUs } = timeline;
  const scale = scaleFor("us", iterationUs);
  return [
    ["inside stages, in one batch", "stage", "device", "times", "sent", `exposed ${scale.unit}`, "share"],
    ...longestWaits(timeline).map(({ step, stage, device, count, sentBytes, us }) => [
      step === null ? "waiting for other ranks" : collectiveText(plan.stages[stage].inside?.axes ?? [], step),
      String(stage),
      visibleName(scenario.cluster.devices[device].name),
      step === null ? "-" : formatNumber(count),
      step === null ? "-" : formatBytes(sentBytes),
      formatOn(scale, us),
      percent(iterationUs > 0 ? us / iterationUs : 0),
    ]),
  ];
}

/** Of each stage the waits of the device that waits longest, the first of equal ones. */
export function longestWaits({ insideWaits, plan }: PipelineTimeline): InsideWait[] {
  return plan.stages.flatMap((_, stage) => {
    const own = insideWaits.filter((wait) => wait.stage === stage);
    const usOn = new Map<number, number>();
    for (const { device, us } of own) usOn.set(device, (usOn.get(device) ?? 0) + us);
    const [longest] = [...usOn].sort((a, b) => b[1] - a[1])[0] ?? [-1];
    return own.filter(({ device }) => device === longest).sort((a, b) => b.us - a.us);
  });
}
