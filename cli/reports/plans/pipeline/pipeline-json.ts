/** A pipeline as JSON: its stages, its devices and what bounds it; times in us, sizes in bytes. */
import type { PipelineTimeline } from "../../../../env/sim/timeline/pipeline/contract.ts";
import { idleShares, pipelineLosses } from "../../../../env/sim/timeline/pipeline/losses.ts";
import { idleShareOf } from "../../../../env/sim/timeline/pipeline/stage-facts.ts";

export function pipelineJson(timeline: PipelineTimeline) {
  const { scenario, plan, iterationUs, window, stages, stageDevices, deviceTimes } = timeline;
  const { graph, cluster } = scenario;
  const { stage, device, parts, largest } = pipelineLosses(timeline);
  const nameOf = (op: number): string | null => (op === -1 ? null : graph.names[op]);
  return {
    iterationUs,
    schedule: plan.schedule,
    microBatches: plan.microBatches,
    measured: window,
    idleShares: idleShares(timeline),
    bottleneck: { stage, device: cluster.devices[device].name, partsUs: parts, largest },
    stages: stages.map(({ firstOp, lastOp, ...facts }) => {
      const { devices, share } = plan.stages[facts.stage];
      const names = devices.map((d) => cluster.devices[d].name);
      return { ...facts, firstOp: nameOf(firstOp), lastOp: nameOf(lastOp), devices: names, share };
    }),
    devices: stageDevices.map((d) => ({
      name: cluster.devices[d].name,
      timeUs: deviceTimes[d],
      idleShare: idleShareOf(deviceTimes[d]),
      peakBytes: timeline.peakBytes[d],
      peakParts: timeline.peakParts[d],
    })),
  };
}
