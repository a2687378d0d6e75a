/** The ranges of an op's dimensions that a sharding plan divides by ratios. */
import { type OpGraph, Role } from "../../graph/graph.ts";
import { sizesOf } from "../../layout/mesh.ts";
import type { DimensionRanges, OpSplit } from "../../layout/natural.ts";
import { type Ranges, ratioRanges, subdivided } from "../../layout/ranges.ts";
import { iterationOf, type ShardingPlan } from "../sharding.ts";
import type { OpRatio } from "./op-fields.ts";

/**
 * By dimension, null for equal parts. A backward or update op has the ratios of its forward twin,
 * by the names of dimensions. Where more mesh axes divide a dimension, each part is in equal parts.
 */
export function dimensionRanges(
  graph: OpGraph,
  plan: ShardingPlan,
  v: number,
  split: OpSplit,
): DimensionRanges {
  const sizes = sizesOf(plan.mesh);
  const leader = plan.split[v] !== null || graph.role[v] === Role.forward ? v : graph.twin[v];
  const given = leader === -1 ? [] : (ratiosOf(plan).get(leader) ?? []);
  const lead = leader === -1 ? null : plan.split[leader];
  if (given.length === 0 || lead === null) return { sizes, ranges: split.map(() => null) };
  const own = iterationOf(graph, v)!.dimensions;
  const known = iterationOf(graph, leader)!.dimensions;
  const ranges = own.map(({ name, size }, d): Ranges | null => {
    const ratio = given.find(({ dimension }) => known[dimension].name === name);
    if (ratio === undefined) return null;
    const axes = lead[ratio.dimension];
    if (!axes.every((axis, i) => split[d][i] === axis)) return null;
    return split[d]
      .slice(axes.length)
      .reduce((parts, axis) => subdivided(parts, sizes[axis]), ratioRanges(size, ratio.parts));
  });
  return { sizes, ranges };
}

const byOp = new WeakMap<readonly OpRatio[], ReadonlyMap<number, readonly OpRatio[]>>();
const NONE: ReadonlyMap<number, readonly OpRatio[]> = new Map();

/** Plans are not changed, so their ratios by op are kept. */
function ratiosOf({ ratios }: ShardingPlan): ReadonlyMap<number, readonly OpRatio[]> {
  if (ratios === undefined) return NONE;
  const before = byOp.get(ratios);
  if (before !== undefined) return before;
  const made = new Map<number, OpRatio[]>();
  for (const ratio of ratios) made.set(ratio.op, [...(made.get(ratio.op) ?? []), ratio]);
  byOp.set(ratios, made);
  return made;
}
