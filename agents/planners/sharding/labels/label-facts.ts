/** What planners of labels say of their tables. */
import type { ShardingPlan } from "../../../../env/model/plan/sharding.ts";
import type { Fact } from "../../../contract.ts";
import type { LabelTables } from "../../../problems/sharding/labels/label-tables.ts";

export const meshText = ({ mesh }: Pick<ShardingPlan, "mesh">): string =>
  mesh.axes.map(({ size }) => size).join("x");

export function labelFacts({ groups, problem }: LabelTables, plan: ShardingPlan): Fact[] {
  const labels = problem.nodes.map(({ time }) => time.length);
  return [
    { name: "mesh", value: meshText(plan) },
    { name: "groups of ops with labels", value: groups.heads.filter((head) => head !== -1).length },
    { name: "most labels of a group", value: Math.max(...labels) },
  ];
}
