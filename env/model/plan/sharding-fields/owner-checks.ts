/** What makes the owners of a sharding plan valid: one sentence each. */
import { InputError } from "../../errors.ts";
import { Role } from "../../graph/graph.ts";
import type { Scenario } from "../../scenario.ts";
import type { ShardingPlan } from "../sharding.ts";

/** Pre: the mesh and the splits are valid. */
export function checkOwners({ graph }: Pick<Scenario, "graph">, { mesh, split, owners }: ShardingPlan): void {
  if (owners === undefined) return;
  const owned = new Set<number>();
  for (const { op, rank } of owners) {
    if (!Number.isInteger(op) || op < 0 || op >= graph.opCount)
      throw new InputError(`An owner of the sharding has op ${op}, expected 0..${graph.opCount - 1}.`);
    const where = `Op "${graph.names[op]}"`;
    if (graph.role[op] !== Role.forward || graph.parameterBytes[op] === 0)
      throw new InputError(`${where} has an owner; only forward ops with weights can.`);
    if (!Number.isInteger(rank) || rank < 0 || rank >= mesh.devices.length)
      throw new InputError(`${where} is owned by rank ${rank}, expected 0..${mesh.devices.length - 1}.`);
    if (owned.has(op)) throw new InputError(`${where} has two owners; one is the most.`);
    if (split[op] !== null)
      throw new InputError(`${where} has an owner and a split; give null for the split.`);
    owned.add(op);
  }
}
