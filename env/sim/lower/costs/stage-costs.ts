/**
 * What the stages of a pipeline plan cost: times of each unit on each device, bytes of weights and
 * gradients, scratch memory, parcels. All sizes and times are those of the whole batch; a task
 * takes its share of them.
 */
import { isCpu } from "../../../model/cluster/cluster.ts";
import { type GradientBuffers, gradientBuffers } from "../../../model/layers/gradient-buffers.ts";
import type { PipelinePlan } from "../../../model/plan/pipeline.ts";
import type { Scenario } from "../../../model/scenario.ts";
import { type Parcels, parcelsOf } from "./parcels.ts";
import { unitScratchBytes } from "./unit-memory.ts";
import { type OpTimes, opTimes, type UnitTimes, unitTimes } from "./unit-times.ts";
import { HOST, unitOf, Work, worksOf } from "./work.ts";

export interface StageCosts extends UnitTimes, Parcels, GradientBuffers {
  readonly stageCount: number;
  readonly deviceCount: number;
  /** Scratch bytes of each unit beyond its holds. */
  readonly scratchBytes: Float64Array;
  /** Of each stage, shape [stageCount]. */
  readonly weightBytes: Float64Array;
  /** 1 for stages with updates to run or gradients to sum, shape [stageCount]. */
  readonly updates: Uint8Array;
  /** 1 for stages with an op that is computed again, shape [stageCount]. */
  readonly recomputes: Uint8Array;
}

/** Works out costs for plans of one scenario. `splitsBackward`: see `worksOf`. */
export type StageCoster = (plan: PipelinePlan, splitsBackward: boolean) => StageCosts;

export function createStageCosts(scenario: Scenario): StageCoster {
  const { graph, cluster } = scenario;
  const deviceCount = cluster.devices.length;
  const times: OpTimes = opTimes(scenario);
  const works = [worksOf(graph, false), worksOf(graph, true)];
  const hosts = [cluster.devices.findIndex(isCpu)].filter((d) => d !== -1);

  return (plan, splitsBackward) => {
    const stageCount = plan.stages.length;
    const workOf = works[splitsBackward ? 1 : 0];
    const weightBytes = new Float64Array(stageCount);
    const updates = new Uint8Array(stageCount);
    const recomputes = new Uint8Array(stageCount);
    for (let v = 0; v < graph.opCount; v++) {
      const stage = plan.stageOf[v];
      if (stage === HOST) continue;
      weightBytes[stage] += graph.parameterBytes[v];
      if (workOf[v] === Work.update) updates[stage] = 1;
      if (plan.recompute?.[v] === 1) recomputes[stage] = 1;
    }
    const gradients = gradientBuffers(graph, plan.stageOf, stageCount);
    gradients.gradientBytes.forEach((bytes, stage) => {
      if (bytes > 0) updates[stage] = 1;
    });
    const parcels = parcelsOf(scenario, plan, workOf);
    return {
      stageCount,
      deviceCount,
      ...unitTimes(scenario, plan, { workOf, times, hosts }),
      ...gradients,
      ...parcels,
      scratchBytes: unitScratchBytes(scenario, plan, workOf, parcels.holds),
      weightBytes,
      updates,
      recomputes,
    };
  };
}

/** Index of a unit on a device in `runUs` and `fixedUs`. */
export const timeIndex = (
  { stageCount, deviceCount }: StageCosts,
  [work, stage]: readonly [Parameters<typeof unitOf>[1], number],
  device: number,
): number => unitOf(stageCount, work, stage) * deviceCount + device;
