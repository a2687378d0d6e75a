/** Shapes of the families that tests try, and their plans of small networks. */
import {
  type FamilyShape,
  familyMesh,
  familyPlan,
} from "../../../../../agents/problems/sharding/macros/family.ts";
import type { Mesh } from "../../../../../env/model/layout/mesh.ts";
import type { ShardingPlan } from "../../../../../env/model/plan/sharding.ts";
import type { NumberedGraph } from "../../../../env/sim/lower/sharding/numbered-graph.ts";

export const SHAPES: readonly FamilyShape[] = [
  ...[2, 4, 8].map((ranks) => ({ family: "1d" as const, ranks, copies: 1 })),
  ...[2, 4, 8].map((side) => ({ family: "2d" as const, ranks: side ** 2, copies: 1 })),
  ...[2, 4].flatMap((side) =>
    [2, 4].map((depth) => ({ family: "2.5d" as const, ranks: side ** 2 * depth, copies: 1, depth })),
  ),
  ...[2, 4].map((side) => ({ family: "3d" as const, ranks: side ** 3, copies: 1 })),
];

const meshOf = (shape: FamilyShape): Mesh =>
  familyMesh(
    Array.from({ length: shape.ranks * shape.copies }, (_, d) => d),
    shape,
  ) as Mesh;

/** The gradient of the output arrives in the parts in which the family leaves the output. */
export function planFor({ graph }: NumberedGraph, shape: FamilyShape): ShardingPlan {
  const plan = familyPlan(graph, meshOf(shape), shape.family);
  const [loss, gradient] = ["loss", "dout"].map((name) => graph.names.indexOf(name));
  return { ...plan, split: plan.split.map((own, v) => (v === gradient ? plan.split[loss] : own)) };
}

/** Small enough to be executed on numbers. */
export const SMALL: readonly FamilyShape[] = [
  { family: "1d", ranks: 2, copies: 2 },
  { family: "2d", ranks: 4, copies: 1 },
  { family: "2d", ranks: 9, copies: 1 },
  { family: "2d", ranks: 4, copies: 2 },
  { family: "2.5d", ranks: 8, copies: 1, depth: 2 },
  { family: "3d", ranks: 8, copies: 1 },
  { family: "3d", ranks: 8, copies: 2 },
  { family: "3d", ranks: 27, copies: 1 },
];
