/**
 * Meshes inside the stages of a chain, by two axes. Ranks along `tensor` divide Megatron's regions
 * (tensor-regions.ts), those along `data` the batch of every op that has one. Replicas divide the
 * batch too; ranks along `data` can divide the optimizer's state beside (ZeRO, stage 1).
 */
import { type OpGraph, Role } from "../graph/graph.ts";
import { isEvenAlong } from "../layout/equal-parts.ts";
import type { MeshAxis } from "../layout/mesh.ts";
import type { OpSplit } from "../layout/natural.ts";
import { ranksOf } from "../plan/inside.ts";
import type { PipelineStage, StageInside } from "../plan/pipeline.ts";
import { iterationOf } from "../plan/sharding.ts";
import { tensorRegions } from "./tensor-regions.ts";

export const DATA = "data";
export const TENSOR = "tensor";

/** How the devices of a stage divide its work. */
export interface StageFamily {
  /** Ranks that divide tensors, next to each other. */
  readonly tensor: number;
  /** Whether those that divide the batch divide the optimizer's state too. */
  readonly zero: boolean;
}

export const PLAIN: StageFamily = { tensor: 1, zero: false };

/** The mesh of a family on so many devices; null where it needs none. */
export function insideOf({ tensor, zero }: StageFamily, deviceCount: number): StageInside | null {
  const ranks: MeshAxis = { name: TENSOR, size: tensor };
  if (!zero || deviceCount === tensor) return tensor === 1 ? null : { axes: [ranks] };
  return { axes: [{ name: DATA, size: deviceCount / tensor }, ranks], zero: 1 };
}

/** The family of a stage; null where its mesh is none of these. */
export function familyOf(stage: PipelineStage): StageFamily | null {
  const tensor = axisOf(stage, TENSOR)?.size ?? 1;
  const family = { tensor, zero: stage.inside?.zero === 1 };
  const own = JSON.stringify(ranksOf(stage) === 1 ? null : stage.inside);
  return own === JSON.stringify(insideOf(family, stage.devices.length)) ? family : null;
}

const axisOf = ({ inside }: PipelineStage, name: string): MeshAxis | undefined =>
  inside?.axes.find((axis) => axis.name === name);

/**
 * How the ops of each stage are divided, for meshes of these axes; absent where no stage has one.
 *
 * @param stageOf stage of each op, below 0 for none
 */
export function splitsInside(
  graph: OpGraph,
  stageOf: ArrayLike<number>,
  stages: readonly PipelineStage[],
): readonly (OpSplit | null)[] | undefined {
  if (stages.every((stage) => ranksOf(stage) === 1)) return undefined;
  const meshes = stages.map((stage) => ({
    axes: stage.inside?.axes.map(({ name }) => name) ?? [],
    data: axisOf(stage, DATA)?.size ?? 1,
    dimension: tensorRegions(graph, axisOf(stage, TENSOR)?.size ?? 1).dimension,
  }));
  return Array.from(stageOf, (stage, v): OpSplit | null => {
    const iteration = graph.role[v] === Role.forward ? iterationOf(graph, v) : null;
    if (stage < 0 || iteration === null) return null;
    const { axes, data, dimension } = meshes[stage];
    const batch =
      data === 1
        ? -1
        : iteration.dimensions.findIndex(
            ({ kind }, d) => kind === "batch" && d !== dimension[v] && isEvenAlong(iteration, d, data),
          );
    if (dimension[v] < 0 && batch < 0) return null;
    return iteration.dimensions.map((_, d) =>
      d === dimension[v] ? [axes.indexOf(TENSOR)] : d === batch ? [axes.indexOf(DATA)] : [],
    );
  });
}
