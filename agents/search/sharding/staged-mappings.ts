/**
 * Adaptive Paddle's pipelines (Ao et al., arXiv 2112.02752). The last axis of a mesh counts stages;
 * the ranks of a stage divide its ops along the other axes. At first the stages have equally many
 * layers: single ops, or such as have to be on one device.
 *
 * A proposal gives a random op a random mapping. With probability 1/3 each the op stays in its
 * stage, goes to the one before or to the one after. All between it and that stage go with it, so
 * stages are in one piece. A stage never loses its last layer.
 */
import { type LayerChain, layerChain } from "../../../env/model/layers/layer-chain.ts";
import { planOfLayers } from "../../../env/model/layers/stage-plan.ts";
import { rankCount } from "../../../env/model/layout/mesh.ts";
import { HOST_STAGE, microBatchLimit, type PipelinePlan } from "../../../env/model/plan/pipeline.ts";
import type { Rng } from "../../../env/model/rng.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { meshOf } from "../../problems/sharding/mesh/meshes.ts";
import { type Climbed, type Climbing, changed, climb } from "./mapping-climb.ts";
import { type StrategySpace, strategySpace } from "./strategies.ts";

export interface StagedMapping {
  readonly strategy: Int32Array;
  /** The first layer of each stage, ascending from 0. */
  readonly firsts: readonly number[];
}

export interface StagedSpace {
  /** Of the ranks of one stage. */
  readonly mappings: StrategySpace;
  readonly mesh: ReturnType<typeof meshOf>;
  startOf(strategy: Int32Array): StagedMapping;
  planOf(mapping: StagedMapping): PipelinePlan;
  propose(mapping: StagedMapping, rng: Rng): StagedMapping | null;
}

/** Layers of a chain that is not thinned. */
const ALL_LAYERS = Number.MAX_SAFE_INTEGER;

/** A sentence where some op can be in no stage. */
export const singleLayers = (scenario: Scenario): LayerChain | string => layerChain(scenario, ALL_LAYERS);

/**
 * Stages have devices that follow each other in the list. Null where there are more stages than
 * layers, or one stage.
 *
 * @param sizes axes of a stage's mesh, then the number of stages
 */
export function stagedSpace(
  chain: LayerChain,
  devices: readonly number[],
  sizes: readonly number[],
  wantedMicroBatches: number,
): StagedSpace | null {
  const { scenario, layerOf, count } = chain;
  const { graph } = scenario;
  const stageCount = sizes[sizes.length - 1];
  if (stageCount < 2 || stageCount > count) return null;
  const inner = sizes.length === 1 ? [1] : sizes.slice(0, -1);
  const ranks = rankCount(inner);
  const mesh = meshOf(devices.slice(0, ranks), inner);
  const mappings = strategySpace(graph, mesh);
  const stages = Array.from({ length: stageCount }, (_, stage) => ({
    devices: devices.slice(stage * ranks, (stage + 1) * ranks),
    share: "split" as const,
  }));
  const microBatches = Math.min(wantedMicroBatches, microBatchLimit(graph));
  const layersOfOps = mappings.ops.map((v) => layerOf[v]);
  const movable = [...mappings.ops.keys()].filter((op) => layersOfOps[op] !== HOST_STAGE);
  return {
    mappings,
    mesh,
    startOf: (strategy) => ({
      strategy,
      firsts: stages.map((_, stage) => Math.floor((stage * count) / stageCount)),
    }),
    planOf({ strategy, firsts }) {
      const stageOfLayer = new Int32Array(count);
      firsts.forEach((first, stage) => {
        stageOfLayer.fill(stage, first);
      });
      const schedule = { name: "1f1b" };
      const plan = planOfLayers(chain, stageOfLayer, { stages, microBatches, schedule });
      if (ranks === 1) return plan;
      const inside = { axes: mesh.axes };
      const { split } = mappings.planOf(strategy);
      return {
        ...plan,
        stages: stages.map((stage) => ({ ...stage, inside })),
        split: split.map((own, v) => (plan.stageOf[v] === HOST_STAGE ? null : own)),
      };
    },
    propose({ strategy, firsts }, rng) {
      const op = movable[rng.int(movable.length)];
      const mapped = changed(strategy, op, rng.int(mappings.legal[op].length));
      const moved = movedFirsts(firsts, count, layersOfOps[op], rng.int(3) - 1);
      return mapped === null && moved === null
        ? null
        : { strategy: mapped ?? strategy, firsts: moved ?? firsts };
    },
  };
}

/** `by`: -1 to the stage before, 1 to the one after. Null where the layer stays. */
export function movedFirsts(
  firsts: readonly number[],
  count: number,
  layer: number,
  by: number,
): readonly number[] | null {
  const stage = firsts.findLastIndex((first) => first <= layer);
  const end = firsts[stage + 1] ?? count;
  if (by === -1 && stage > 0 && layer + 1 < end) return firsts.with(stage, layer + 1);
  if (by === 1 && stage + 1 < firsts.length && layer > firsts[stage]) return firsts.with(stage + 1, layer);
  return null;
}

export const climbStages = (
  space: StagedSpace,
  rng: Rng,
  start: Int32Array,
  climbing: Climbing<StagedMapping>,
): Generator<Climbed<StagedMapping>, void> =>
  climb(space.startOf(start), (mapping) => space.propose(mapping, rng), climbing);
