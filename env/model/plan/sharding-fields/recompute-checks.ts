/** What makes the recomputed ops of a sharding plan valid: one sentence each. */
import { InputError } from "../../errors.ts";
import { Role } from "../../graph/graph.ts";
import { kindsOf } from "../../graph/support.ts";
import type { Scenario } from "../../scenario.ts";
import { ownerOf, type ShardingPlan } from "../sharding.ts";

/** Pre: the mesh and the owners are valid. */
export function checkRecompute(
  { graph, cluster }: Pick<Scenario, "graph" | "cluster">,
  plan: ShardingPlan,
): void {
  const { recompute, mesh } = plan;
  if (recompute === undefined) return;
  if (recompute.length !== graph.opCount)
    throw new InputError(
      `The sharding's recompute has ${recompute.length} entries for ${graph.opCount} ops; give 0 or 1 for each op.`,
    );
  recompute.forEach((flag, v) => {
    if (flag === 0) return;
    const where = `The sharding's recompute of op "${graph.names[v]}" is ${flag}`;
    if (flag !== 1 || graph.role[v] !== Role.forward)
      throw new InputError(`${where}, expected 0, or 1 for a forward op.`);
    if (ownerOf(graph, plan, v) !== -1)
      throw new InputError(`${where}, but one rank owns the op; only ops that all ranks run can be.`);
    const kinds = kindsOf(graph, v);
    if (kinds !== null && mesh.devices.some((d) => !kinds.includes(cluster.devices[d].kind)))
      throw new InputError(`${where}, but the host runs the op; only ops that all ranks run can be.`);
  });
}
