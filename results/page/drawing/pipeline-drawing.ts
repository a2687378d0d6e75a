/**
 * The picture of a pipeline plan: the blocks of its timeline on the lanes of the stages' devices.
 * With a flush it is one batch, without one the steady state that the value is measured in.
 */
import { Work, type WorkCode } from "../../../env/sim/lower/costs/work.ts";
import type { PipelineBlock, PipelineTimeline } from "../../../env/sim/timeline/pipeline/contract.ts";
import { idleShareOf } from "../../../env/sim/timeline/pipeline/stage-facts.ts";
import { formatUs } from "../../text/format.ts";
import { visibleName } from "../../text/visible.ts";
import type { BlockPhase, ScheduleBlock, ScheduleDrawing } from "./schedule-blocks.ts";

const phases: Readonly<Record<WorkCode, BlockPhase>> = {
  [Work.forward]: "forward",
  [Work.backward]: "backward",
  [Work.weights]: "weights",
  [Work.recompute]: "recompute",
  [Work.update]: "update",
};

/** `by`: who made the plan. */
export function pipelineDrawing(timeline: PipelineTimeline, by: string): ScheduleDrawing {
  const { scenario, stageDevices, blocks, syncs, window, deviceTimes } = timeline;
  const laneOf = new Map(stageDevices.map((device, lane) => [device, lane]));
  const drawn = [...blocks.filter(hasStage).map(blockOf), ...syncs.map(syncOf)];
  return {
    title: `${visibleName(scenario.name)} under ${visibleName(by)}${steadyText(timeline)}`,
    lanes: stageDevices.map((device) => visibleName(scenario.cluster.devices[device].name)),
    blocks: drawn.flatMap(({ device, ...block }) => {
      const lane = laneOf.get(device);
      const startUs = Math.max(block.startUs, window.fromUs) - window.fromUs;
      const endUs = Math.min(block.endUs, window.toUs) - window.fromUs;
      return lane === undefined || endUs <= startUs ? [] : [{ ...block, lane, startUs, endUs }];
    }),
    untilUs: window.toUs - window.fromUs,
    idle: stageDevices.map((device) => idleShareOf(deviceTimes[device])),
  };
}

const steadyText = ({ asynchronous, window, iterationUs }: PipelineTimeline): string =>
  asynchronous ? `, ${window.batches} batches of its steady state, ${formatUs(iterationUs)} each` : "";

type Drawn = Omit<ScheduleBlock, "lane"> & { readonly device: number };

/** Inputs of the host are in no stage. */
const hasStage = ({ stage }: PipelineBlock): boolean => stage >= 0;

function blockOf({ device, stage, work, microBatch, startUs, endUs }: PipelineBlock): Drawn {
  const number = work === Work.update ? null : microBatch;
  return { device, stage, phase: phases[work], microBatch: number, startUs, endUs };
}

const syncOf = ({ device, stage, startUs, endUs }: PipelineTimeline["syncs"][number]): Drawn => ({
  device,
  stage,
  phase: "sync",
  microBatch: null,
  startUs,
  endUs,
});
