/** The pictures of one sharding or hybrid, by name: its step, its layouts and its mesh. */
import type { Frontier } from "../../../../agents/contract.ts";
import { acceleratorsOrAll } from "../../../../env/model/cluster/cluster.ts";
import { isHybrid, ranksOf, replicasOf, shardingInside } from "../../../../env/model/plan/inside.ts";
import type { PipelinePlan } from "../../../../env/model/plan/pipeline.ts";
import type { Plan } from "../../../../env/model/plan/plan.ts";
import type { ShardingPlan } from "../../../../env/model/plan/sharding.ts";
import type { Scenario } from "../../../../env/model/scenario.ts";
import { partProgram } from "../../../../env/sim/lower/sharding/program.ts";
import { shardingTimeline } from "../../../../env/sim/timeline/sharding/sharding-timeline.ts";
import { displayed } from "../../../text/displayed.ts";
import { visibleName } from "../../../text/visible.ts";
import { frontierChart } from "./frontier-chart.ts";
import { layoutChart } from "./layout-chart.ts";
import { layoutRows } from "./layout-rows.ts";
import { meshChart } from "./mesh-chart.ts";
import type { Picture } from "./picture.ts";
import { stepChart } from "./step-chart.ts";

/** Plans that divide ops. */
export type DividedPlan = ShardingPlan | PipelinePlan;

export const isDivided = (plan: Plan): plan is DividedPlan =>
  plan.kind === "sharding" || (plan.kind === "pipeline" && isHybrid(plan));

const titleOf = ({ name }: Scenario, by: string): string => `${visibleName(name)} under ${visibleName(by)}`;

/** `by`: who made the plan. */
export const stepPicture = (scenario: Scenario, plan: ShardingPlan, by: string): Picture =>
  stepChart(shardingTimeline(displayed(scenario), plan), titleOf(scenario, by));

export const meshPicture = ({ cluster, ...rest }: Scenario, plan: DividedPlan, by: string): Picture =>
  meshChart(cluster, plan, titleOf({ cluster, ...rest }, by));

/** Of a hybrid it is a layer of the stage with a mesh that is in the middle. */
export function layoutPicture(given: Scenario, plan: DividedPlan, by: string): Picture {
  const scenario = displayed(given);
  const { graph } = scenario;
  if (plan.kind === "sharding") {
    const part = partProgram(scenario, plan, new Uint8Array(graph.opCount));
    return layoutChart(graph, layoutRows(graph, part, plan.mesh), titleOf(scenario, by));
  }
  const divided = [...plan.stages.keys()].filter((stage) => ranksOf(plan.stages[stage]) > 1);
  const stage = divided[Math.floor((divided.length - 1) / 2)];
  const sharding = shardingInside(plan, stage, replicasOf(plan.stages[stage])[0]);
  const outside = Uint8Array.from(plan.stageOf, (of) => (of === stage ? 0 : 1));
  const part = partProgram(scenario, sharding, outside);
  const title = `stage ${stage} of ${titleOf(scenario, by)}`;
  return layoutChart(graph, layoutRows(graph, part, sharding.mesh), title);
}

/** Pre: the frontier has a point. */
export function frontierPicture(scenario: Scenario, frontier: Frontier, by: string): Picture {
  const { cluster } = scenario;
  const limitBytes = Math.min(
    ...acceleratorsOrAll(cluster).map((device) => cluster.devices[device].memoryBytes),
  );
  return frontierChart(frontier, { title: titleOf(scenario, by), limitBytes });
}
