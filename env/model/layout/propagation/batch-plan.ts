/** Data parallelism by propagation: all axes of a mesh divide the batch of the inputs. */
import type { ShardingPlan } from "../../plan/sharding.ts";
import type { Scenario } from "../../scenario.ts";
import { type Mesh, sizesOf } from "../mesh.ts";
import { batchDecisions } from "./batch-decisions.ts";
import { completeSharding } from "./complete.ts";
import { propagationRules } from "./rules.ts";

export function batchPlan({ graph }: Pick<Scenario, "graph">, mesh: Mesh): ShardingPlan {
  const rules = propagationRules(graph);
  const decisions = mesh.axes.flatMap((_, axis) => batchDecisions(rules, axis));
  return {
    kind: "sharding",
    mesh,
    split: completeSharding(rules, sizesOf(mesh), decisions, "priority").split,
  };
}
