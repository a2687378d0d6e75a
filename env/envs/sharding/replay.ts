/**
 * From a sharding plan to the episode of `Sharding/Mesh-v1` that makes it: the env's options, and
 * the actions. The plan of that episode costs the same.
 */
import { Role } from "../../model/graph/graph.ts";
import { iterationOf, type ShardingPlan, splitOf } from "../../model/plan/sharding.ts";
import type { Scenario } from "../../model/scenario.ts";
import { createMeshEnv, type MeshChoices, STOP } from "./mesh.ts";

export interface ShardingReplay {
  readonly options: MeshChoices;
  readonly actions: readonly number[];
}

/**
 * The episode, or one sentence where there is none: the plan has what no action decides, or
 * propagation divides an op in another way. Weights and inputs are decided first, then every op
 * where these do not lead to the plan.
 */
export function shardingReplay(scenario: Scenario, plan: ShardingPlan): ShardingReplay | string {
  const { graph } = scenario;
  if ((plan.layouts ?? []).length > 0) return "The plan gives outputs layouts of their own; no action does.";
  if (plan.recompute?.includes(1)) return "The plan computes ops again; no action does.";
  if ((plan.panels ?? []).length > 0) return "The plan passes products panel by panel; no action does.";
  for (let v = 0; v < graph.opCount; v++)
    if (graph.role[v] !== Role.forward && plan.split[v] !== null)
      return `Op "${graph.names[v]}" of the plan has a split of its own; here it follows its twin.`;
  const choices = {
    mesh: plan.mesh,
    ...(plan.memory?.zero !== undefined && { zero: plan.memory.zero }),
    ...(plan.collective !== undefined && { collective: plan.collective }),
    ...(plan.sync !== undefined && { sync: plan.sync }),
  };
  let last = "";
  for (const scope of ["arguments", "ops"] as const)
    for (const grouped of [true, false]) {
      const options: MeshChoices = { ...choices, scope, grouped };
      const found = actionsTo(scenario, plan, options);
      if (typeof found !== "string") return { options, actions: found };
      last = found;
    }
  return last;
}

/**
 * Takes each tile that the plan has and that divides nothing as the plan does not, in the order of
 * tiles. Divisions only grow, so such a tile could never be taken back.
 */
function actionsTo(scenario: Scenario, plan: ShardingPlan, options: MeshChoices): readonly number[] | string {
  const { graph } = scenario;
  let env = createMeshEnv({ scenario, ...options });
  let { actionMask } = env.reset().info;
  const actions: number[] = [];
  for (let isNew = true; isNew; ) {
    isNew = false;
    for (const [i, { ops, dimension, axis }] of env.tiles.entries()) {
      if (actionMask[i + 1] === 0) continue;
      if (!ops.every((op) => plan.split[op]?.[dimension].includes(axis))) continue;
      const next = env.clone();
      const { info } = next.step(i + 1);
      if (!isPart(next.split, plan.split)) continue;
      env = next;
      actionMask = info.actionMask;
      actions.push(i + 1);
      isNew = true;
    }
  }
  const made = env.plan();
  const other = graph.topologicalOrder.find((v) => !sameSplit(scenario, plan, made, v));
  if (other === undefined) return [...actions, STOP];
  return `Propagation divides op "${graph.names[other]}" in another way than the plan.`;
}

/** Is each dimension divided by the first axes of those that divide it in the plan? */
const isPart = (made: ShardingPlan["split"], plan: ShardingPlan["split"]): boolean =>
  made.every(
    (split, v) =>
      split === null ||
      split.every((axes, dimension) => axes.every((axis, i) => plan[v]?.[dimension][i] === axis)),
  );

function sameSplit({ graph }: Scenario, a: ShardingPlan, b: ShardingPlan, v: number): boolean {
  if (iterationOf(graph, v) === null) return true;
  return JSON.stringify(splitOf(graph, a, v)) === JSON.stringify(splitOf(graph, b, v));
}
