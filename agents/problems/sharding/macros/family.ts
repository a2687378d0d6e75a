/**
 * The families of tensor parallelism: their meshes and their plans. In the order of their machines
 * the ranks of a family are neighbours, and copies of it lie across.
 */
import type { OpGraph } from "../../../../env/model/graph/graph.ts";
import type { Mesh } from "../../../../env/model/layout/mesh.ts";
import type { ShardingPlan } from "../../../../env/model/plan/sharding.ts";
import { cubePlan } from "./cube.ts";
import { megatronPlan } from "./megatron.ts";
import { summaPlan } from "./summa.ts";

export const tensorFamilies = ["1d", "1d-sequence", "2d", "2.5d", "3d"] as const;
export type TensorFamily = (typeof tensorFamilies)[number];

/** What a family is on so many ranks. */
export interface FamilyShape {
  readonly family: TensorFamily;
  readonly ranks: number;
  /** Copies of the family, which share the batch. */
  readonly copies: number;
  /** Grids of 2.5D; absent for the smallest number above 1 that leaves a square. */
  readonly depth?: number;
}

/** A mesh of the devices, or one sentence where the family has no such number of ranks. */
export function familyMesh(devices: readonly number[], shape: FamilyShape): Mesh | string {
  const { family, ranks, copies } = shape;
  const axes = familyAxes(shape);
  if (typeof axes === "string") return axes;
  if (copies * ranks !== devices.length)
    return `${copies} copies of ${ranks} ranks are not the ${devices.length} devices.`;
  // Megatron's plan has two axes always.
  const all = copies > 1 || family.startsWith("1d") ? [{ name: "copies", size: copies }, ...axes] : axes;
  return { axes: all, devices: [...devices] };
}

function familyAxes({ family, ranks, depth }: FamilyShape): Mesh["axes"] | string {
  const axesOf = (sizes: Readonly<Record<string, number>>) =>
    Object.entries(sizes).map(([name, size]) => ({ name, size }));
  if (family === "3d") {
    const side = Math.round(Math.cbrt(ranks));
    if (side ** 3 !== ranks) return `3D needs a cube of ranks, and ${ranks} are none.`;
    return axesOf({ batch: side, column: side, row: side });
  }
  if (family === "2d") {
    const side = Math.round(Math.sqrt(ranks));
    return side ** 2 === ranks
      ? axesOf({ row: side, column: side })
      : `2D needs a square of ranks, and ${ranks} are none.`;
  }
  if (family !== "2.5d") return axesOf({ tensor: ranks });
  const grids = depth ?? depthOf(ranks);
  const side = grids === null ? 0 : Math.round(Math.sqrt(ranks / grids));
  if (grids === null || side ** 2 * grids !== ranks)
    return `2.5D needs grids of a square of ranks, and ${ranks} ranks are not ${depth ?? "several"} of them.`;
  return axesOf({ depth: grids, row: side, column: side });
}

/** Null where no number of grids above 1 leaves a square above 1. */
function depthOf(ranks: number): number | null {
  for (let depth = 2; depth < ranks; depth++) if (Number.isInteger(Math.sqrt(ranks / depth))) return depth;
  return null;
}

/** Pre: the mesh is one of the family's. */
export function familyPlan(graph: OpGraph, mesh: Mesh, family: TensorFamily): ShardingPlan {
  if (family === "2d" || family === "2.5d") return summaPlan(graph, mesh);
  if (family === "3d") return cubePlan(graph, mesh);
  return megatronPlan(graph, mesh, { sequences: family === "1d-sequence" });
}
