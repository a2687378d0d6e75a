/**
 * What the stages of a pipeline plan cost: times of each unit on each device, bytes of weights and
 * gradients, scratch memory, parcels. All sizes and times are those of the whole batch; a task
 * takes its share of them.
 */
import { isCpu } from "../../../model/cluster/cluster.ts";
import { type GradientBuffers, gradientBuffers } from "../../../model/layers/gradient-buffers.ts";
import { leaderPlan } from "../../../model/plan/inside.ts";
import type { PipelinePlan } from "../../../model/plan/pipeline.ts";
import type { Scenario } from "../../../model/scenario.ts";
import { createInsideCosts, type InsideCosts } from "../inside/inside-costs.ts";
import type { RankSizes } from "../inside/rank-sizes.ts";
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
  /** Absent where no stage has a mesh inside. Bytes of one that has are those of a rank. */
  readonly inside?: InsideCosts;
  /** Bytes on each rank; absent where parts inside stages are equal ones. */
  readonly byRank?: readonly RankCosts[];
}

/** Bytes of one rank; there are as many parcels and holds as those of the stages. */
export type RankCosts = Pick<StageCosts, "parcels" | "holds" | "gradientBytes" | "sharedGradients"> &
  Pick<RankSizes, "weightBytes" | "optimizerBytes">;

/** Works out costs for plans of one scenario. `splitsBackward`: see `worksOf`. */
export type StageCoster = (plan: PipelinePlan, splitsBackward: boolean) => StageCosts;

export function createStageCosts(scenario: Scenario): StageCoster {
  const { graph, cluster } = scenario;
  const deviceCount = cluster.devices.length;
  const times: OpTimes = opTimes(scenario);
  const works = [worksOf(graph, false), worksOf(graph, true)];
  const hosts = [cluster.devices.findIndex(isCpu)].filter((d) => d !== -1);

  const insideOf = createInsideCosts(scenario);

  return (given, splitsBackward) => {
    const plan = leaderPlan(given);
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
    const inside = insideOf(given, workOf);
    inside?.weightBytes.forEach((bytes, stage) => {
      if (inside.isInside[stage] === 1) weightBytes[stage] = bytes;
    });
    const gradients = gradientsOf(plan, inside);
    gradients.gradientBytes.forEach((bytes, stage) => {
      if (bytes > 0) updates[stage] = 1;
    });
    const parcels = parcelsOf(scenario, plan, workOf, inside ?? undefined);
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
      ...(inside !== null && { inside }),
      ...(inside?.byRank && { byRank: inside.byRank.map((sizes) => costsOfRank(plan, workOf, sizes)) }),
    };
  };

  function costsOfRank(plan: PipelinePlan, workOf: Uint8Array, sizes: RankSizes): RankCosts {
    const { weightBytes, optimizerBytes } = sizes;
    return {
      ...parcelsOf(scenario, plan, workOf, sizes),
      ...gradientsOf(plan, sizes),
      weightBytes,
      optimizerBytes,
    };
  }

  /** What goes to other stages is not divided: a rank may need all of it. */
  function gradientsOf({ stageOf, stages }: PipelinePlan, inside: RankSizes | null): GradientBuffers {
    const whole = gradientBuffers(graph, stageOf, stages.length);
    if (inside === null) return whole;
    const { gradientBytes } = gradientBuffers(graph, stageOf, stages.length, inside.outputBytes);
    return { ...whole, gradientBytes };
  }
}

/** Index of a unit on a device in `runUs` and `fixedUs`. */
export const timeIndex = (
  { stageCount, deviceCount }: StageCosts,
  [work, stage]: readonly [Parameters<typeof unitOf>[1], number],
  device: number,
): number => unitOf(stageCount, work, stage) * deviceCount + device;
