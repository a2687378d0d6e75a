/**
 * What a format loses: most targets hold devices and no order of ops. Then the export says so, with
 * the value of the plan as it is written. A pipeline becomes a placement for them, and its notes
 * say what that leaves out.
 */
import { InputError } from "../../env/model/errors.ts";
import { isHybrid } from "../../env/model/plan/inside.ts";
import type { PipelinePlan } from "../../env/model/plan/pipeline.ts";
import { type Placement, placement } from "../../env/model/plan/placement.ts";
import type { Plan } from "../../env/model/plan/plan.ts";
import type { ShardingPlan } from "../../env/model/plan/sharding.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import type { Evaluator } from "../../env/sim/evaluator/contract.ts";
import { evaluator, objectiveOf } from "../../env/sim/objectives/evaluator.ts";
import { formatValue } from "../text/format.ts";
import type { Exported, Exporter, ExportFormat } from "./contract.ts";
import { firstReplicas, lostByDevices } from "./pipeline/first-replicas.ts";

/** Pre: the plan is valid for the scenario, and given where the exporter's subject is a plan. */
export function exportScenario(format: ExportFormat, scenario: Scenario, plan: Plan | null): Exported {
  if (plan?.kind === "sharding" || (plan?.kind === "pipeline" && isHybrid(plan)))
    return exportDivided(format, scenario, plan);
  if (format.subject === "sharding")
    throw new InputError(
      `The format ${format.name} writes plans that divide ops, and the plan is ${plan === null ? "missing" : `a ${plan.kind}${plan.kind === "pipeline" ? " without meshes inside" : ""}`}.`,
    );
  if (plan?.kind === "pipeline") {
    if (format.subject === "pipeline") return format.write(scenario, plan);
    const { text, notes } = format.write(scenario, firstReplicas(scenario, plan));
    return { text, notes: [...notes, ...lostByDevices(format.name, scenario, plan)] };
  }
  if (format.subject !== "pipeline") return exportPlacement(format, scenario, plan);
  throw new InputError(
    `The format ${format.name} writes pipelines, and the plan is ${plan === null ? "missing" : `a ${plan.kind}`}.`,
  );
}

function exportDivided(
  format: ExportFormat,
  scenario: Scenario,
  plan: ShardingPlan | PipelinePlan,
): Exported {
  if (format.subject === "sharding") return format.write(scenario, plan);
  if (format.subject === "pipeline" && format.writeDivided !== undefined)
    return format.writeDivided(scenario, plan);
  throw new InputError(
    plan.kind === "pipeline"
      ? `The format ${format.name} cannot say how ops are divided, and stages of the pipeline have meshes inside.`
      : `The format ${format.name} writes ${format.subject === "pipeline" ? "pipelines" : "placements and pipelines"}, and the plan is a sharding.`,
  );
}

function exportPlacement(exporter: Exporter, scenario: Scenario, plan: Placement | null): Exported {
  const exported = exporter.write(scenario, plan);
  if (plan?.opPriority === undefined || exporter.keepsOrder) return exported;
  return { ...exported, notes: [...exported.notes, lostOrder(exporter, scenario, plan)] };
}

function lostOrder({ name }: Exporter, scenario: Scenario, plan: Placement): string {
  const lost = `The format ${name} cannot hold the plan's order of ops.`;
  if (!objectiveOf(scenario).keepsOrder) return lost;
  const score = evaluator(scenario);
  const [before, after] = [plan, placement(plan.device)].map((each) => valueText(score, each));
  return `${lost} Without it the ${scenario.objective} is ${after}, with it ${before}.`;
}

function valueText(score: Evaluator, plan: Placement): string {
  const { value } = score.evaluate(plan);
  return value === null ? "out of memory" : formatValue(score.unit, value);
}
