/** Data parallelism by rule, without a cost. */
import type { OpGraph } from "../../../../env/model/graph/graph.ts";
import { type Mesh, sizesOf } from "../../../../env/model/layout/mesh.ts";
import type { ShardingPlan } from "../../../../env/model/plan/sharding.ts";
import { groupPlan, groupSplits } from "../labels/group-splits.ts";
import { labelGroups } from "../labels/groups.ts";
import { batchAlone, type Offer } from "../labels/offers.ts";

/**
 * Every op on its share of the batch; ops without a batch run whole. `evenly`: in equal parts, over
 * the most ranks that leave such.
 */
export function dataParallelPlan(
  graph: OpGraph,
  mesh: Mesh,
  { evenly = false }: { readonly evenly?: boolean } = {},
): ShardingPlan {
  const groups = labelGroups(graph);
  const offer: Offer = { ...batchAlone, ...(evenly && { evenly }) };
  const { counts, splits } = groupSplits(graph, groups, { offer, sizes: sizesOf(mesh) });
  return groupPlan(mesh, groups, splits, new Int32Array(counts.length));
}
