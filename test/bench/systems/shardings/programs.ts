/** Collectives of the programs that splits come to. */
import type { Scenario } from "../../../../env/index.ts";
import type { Mesh } from "../../../../env/model/layout/mesh.ts";
import type { ShardingPlan } from "../../../../env/model/plan/sharding.ts";
import type { Move } from "../../../../env/sim/lower/sharding/instructions.ts";
import { shardedProgram } from "../../../../env/sim/lower/sharding/program.ts";

export const meshFor = (devices: number): Mesh => ({
  axes: [{ name: "x", size: devices }],
  devices: Array.from({ length: devices }, (_, device) => device),
});

export interface Collective extends Pick<Move, "purpose"> {
  readonly kind: Move["step"]["kind"];
  /** Role of the op whose tensor it moves. */
  readonly role: number;
}

type Program = Pick<Scenario, "graph" | "cluster">;

/** Steps that send, on a mesh of one axis of the first devices. */
export function collectivesOf(program: Program, split: ShardingPlan["split"], devices: number): Collective[] {
  const { graph } = program;
  const plan: ShardingPlan = { kind: "sharding", mesh: meshFor(devices), split };
  const { instructions, values } = shardedProgram(program, plan);
  return instructions.flatMap((each) => {
    if (each.kind !== "move" || each.step.kind === "slice") return [];
    return [{ kind: each.step.kind, purpose: each.purpose, role: graph.role[values[each.from].op] }];
  });
}

/** All-reduces of the ops of a role, of all ops where none is given. */
export const allReducesOf = (
  program: Program,
  split: ShardingPlan["split"],
  devices: number,
  role?: number,
): number =>
  collectivesOf(program, split, devices).filter(
    ({ kind, role: own }) => kind === "all-reduce" && (role === undefined || own === role),
  ).length;
