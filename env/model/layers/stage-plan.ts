/** From the stages of a planner, intervals of a chain's layers, to the plan that is scored. */
import { type OpGraph, Role } from "../graph/graph.ts";
import { isHybrid } from "../plan/inside.ts";
import { HOST_STAGE, type PipelinePlan, type PipelineStage, type ScheduleChoice } from "../plan/pipeline.ts";
import type { LayerChain } from "./layer-chain.ts";
import { familyOf, splitsInside } from "./stage-families.ts";

/** Layers from `from` up to, not including, `to`. A mesh inside is of one of the families. */
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
  readonly recomputedLayers?: Uint8Array;
  readonly swappedLayers?: Uint8Array;
}

/**
 * The stages of a plan as intervals of the chain, to search on from. Null where they are none, or
 * where parts of a stage are recomputed or swapped. Null also where meshes or splits inside are of
 * none of the families.
 */
export function stagesIn({ layerOf, count, scenario }: LayerChain, plan: PipelinePlan): StagePlan | null {
  if (plan.swap?.includes(1) || !isOfFamilies(scenario.graph, plan)) return null;
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

/** Whether all meshes inside are of families, and divide ops as these do. */
export const isOfFamilies = (graph: OpGraph, { stageOf, stages, split }: PipelinePlan): boolean =>
  !isHybrid({ stages }) ||
  (stages.every((stage) => familyOf(stage) !== null) &&
    JSON.stringify(split) === JSON.stringify(splitsInside(graph, stageOf, stages)));

/** Pre: the stages cover all layers in order. */
export function stagePlan(chain: LayerChain, plan: StagePlan): PipelinePlan {
  const { stages, recomputedLayers } = plan;
  const stageOfLayer = new Int32Array(chain.count);
  const recomputed = recomputedLayers?.slice() ?? new Uint8Array(chain.count);
  stages.forEach(({ from, to, recompute }, stage) => {
    stageOfLayer.fill(stage, from, to);
    if (recompute === true) recomputed.fill(1, from, to);
  });
  return planOfLayers(chain, stageOfLayer, { ...plan, recomputedLayers: recomputed });
}

/**
 * The plan of stages that need not be intervals. Ops of stages with meshes inside are divided as
 * their families do. Pre: each stage has a layer.
 */
export function planOfLayers(
  { layerOf, scenario }: LayerChain,
  stageOfLayer: ArrayLike<number>,
  plan: Omit<StagePlan, "stages"> & { readonly stages: readonly PipelineStage[] },
): PipelinePlan {
  const { stages, microBatches, schedule, recomputedLayers, swappedLayers } = plan;
  const flagged = (layers: Uint8Array | undefined) =>
    Uint8Array.from(layerOf, (layer, v) =>
      layer !== HOST_STAGE && scenario.graph.role[v] === Role.forward && layers?.[layer] === 1 ? 1 : 0,
    );
  const [recompute, swap] = [flagged(recomputedLayers), flagged(swappedLayers)];
  const stageOf = layerOf.map((layer) => (layer === HOST_STAGE ? HOST_STAGE : stageOfLayer[layer]));
  const split = splitsInside(scenario.graph, stageOf, stages);
  return {
    kind: "pipeline",
    stages: stages.map(({ devices, share, inside }) => ({
      devices,
      share,
      ...(inside !== undefined && { inside }),
    })),
    microBatches,
    schedule,
    stageOf,
    ...(split !== undefined && { split }),
    ...(recompute.includes(1) && { recompute }),
    ...(swap.includes(1) && { swap }),
  };
}

/**
 * Stage of each layer under a plan, and which layers are recomputed and swapped, 1 for each; null
 * where some ops of a layer differ.
 */
export function layersUnder({ layerOf, count, scenario }: LayerChain, plan: PipelinePlan) {
  const [stageOfLayer, recompute, swap] = [0, 1, 2].map(() => new Int32Array(count).fill(UNSEEN));
  const agrees = (values: Int32Array, layer: number, value: number) => {
    const before = values[layer];
    values[layer] = value;
    return before === UNSEEN || before === value;
  };
  for (const [v, layer] of layerOf.entries()) {
    const stage = plan.stageOf[v];
    if ((layer === HOST_STAGE) !== (stage === HOST_STAGE)) return null;
    if (layer === HOST_STAGE) continue;
    if (!agrees(stageOfLayer, layer, stage)) return null;
    if (scenario.graph.role[v] !== Role.forward) continue;
    if (!agrees(recompute, layer, plan.recompute?.[v] ?? 0)) return null;
    if (!agrees(swap, layer, plan.swap?.[v] ?? 0)) return null;
  }
  const known = (flags: Int32Array) => Uint8Array.from(flags, (flag) => (flag === UNSEEN ? 0 : flag));
  return { stageOfLayer, recompute: known(recompute), swap: known(swap) };
}

const UNSEEN = -2;
