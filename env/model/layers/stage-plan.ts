/** From the stages of a planner, intervals of a chain's layers, to the plan that is scored. */
import { Role } from "../graph/graph.ts";
import { HOST_STAGE, type PipelinePlan, type PipelineStage, type ScheduleChoice } from "../plan/pipeline.ts";
import type { LayerChain } from "./layer-chain.ts";

/** Layers from `from` up to, not including, `to`. */
export interface LayerStage extends PipelineStage {
  readonly from: number;
  readonly to: number;
  /** Whether its forward ops are computed again before the backward pass; default false. */
  readonly recompute?: boolean;
}

export interface StagePlan {
  readonly stages: readonly LayerStage[];
  readonly microBatches: number;
  readonly schedule: ScheduleChoice;
  /** Layers, instead of whole stages, that are computed again, 1 for each. */
  readonly recomputedLayers?: ArrayLike<number>;
  readonly swappedLayers?: ArrayLike<number>;
}

/**
 * The stages of a plan as intervals of the chain, to search on from; null where they are none, or
 * where parts of a stage are recomputed or swapped.
 */
export function stagesIn({ layerOf, count, scenario }: LayerChain, plan: PipelinePlan): StagePlan | null {
  if (plan.swap?.includes(1)) return null;
  const stageOfLayer = new Int32Array(count).fill(-1);
  const recomputed = new Int32Array(plan.stages.length).fill(-1);
  for (const [v, layer] of layerOf.entries()) {
    if (layer === HOST_STAGE) continue;
    const stage = plan.stageOf[v];
    if (stageOfLayer[layer] !== -1 && stageOfLayer[layer] !== stage) return null;
    stageOfLayer[layer] = stage;
    if (scenario.graph.role[v] !== Role.forward) continue;
    const flag = plan.recompute?.[v] ?? 0;
    if (recomputed[stage] !== -1 && recomputed[stage] !== flag) return null;
    recomputed[stage] = flag;
  }
  for (let i = 1; i < count; i++) if (stageOfLayer[i] < stageOfLayer[i - 1]) return null;
  const { microBatches, schedule } = plan;
  const stages = plan.stages.map((stage, s) => ({
    ...stage,
    from: stageOfLayer.indexOf(s),
    to: stageOfLayer.lastIndexOf(s) + 1,
    recompute: recomputed[s] === 1,
  }));
  return stages.some(({ from }) => from === -1) ? null : { stages, microBatches, schedule };
}

/** Pre: the stages cover all layers in order. */
export function stagePlan(chain: LayerChain, { stages, recomputedLayers, ...rest }: StagePlan): PipelinePlan {
  const stageOfLayer = new Int32Array(chain.count);
  stages.forEach(({ from, to }, stage) => {
    stageOfLayer.fill(stage, from, to);
  });
  const recomputed = stageOfLayer.map((stage, layer) =>
    Number(recomputedLayers?.[layer] === 1 || stages[stage].recompute === true),
  );
  return layerPlan(chain, { ...rest, stages, stageOfLayer, recomputedLayers: recomputed });
}

/** Stages of any layers. */
export interface LayerPlan extends Omit<StagePlan, "stages"> {
  readonly stages: readonly PipelineStage[];
  /** Shape [layers]. */
  readonly stageOfLayer: ArrayLike<number>;
}

/** Pre: stages are in an order that the data follow. */
export function layerPlan({ layerOf, scenario }: LayerChain, plan: LayerPlan): PipelinePlan {
  const { stageOfLayer, stages, microBatches, schedule } = plan;
  const flagged = (marks: ArrayLike<number> | undefined) =>
    Uint8Array.from(layerOf, (layer, v) =>
      layer !== HOST_STAGE && scenario.graph.role[v] === Role.forward && marks?.[layer] === 1 ? 1 : 0,
    );
  const recompute = flagged(plan.recomputedLayers);
  const swap = flagged(plan.swappedLayers);
  return {
    kind: "pipeline",
    stages: stages.map(({ devices, share }) => ({ devices, share })),
    microBatches,
    schedule,
    stageOf: layerOf.map((layer) => (layer === HOST_STAGE ? HOST_STAGE : stageOfLayer[layer])),
    ...(recompute.includes(1) && { recompute }),
    ...(swap.includes(1) && { swap }),
  };
}
