/** What makes meshes inside the stages of a pipeline valid. Each mistake is one sentence. */
import { InputError } from "../errors.ts";
import { type OpGraph, Role } from "../graph/graph.ts";
import type { Scenario } from "../scenario.ts";
import { isHybrid, mayHaveMeshes, ranksOf, shardingInside, sharedOtherwise } from "./inside.ts";
import type { PipelinePlan } from "./pipeline.ts";
import { checkMesh, checkOpFields, checkSplits } from "./sharding-checks.ts";

/** Pre: devices and stages of ops are valid. */
export function checkInside(scenario: Scenario, plan: PipelinePlan): void {
  plan.stages.forEach((_, stage) => {
    checkStage(scenario, plan, stage);
  });
  checkPlaces(scenario, plan);
  if (!isHybrid(plan)) return;
  checkSharedRanks(scenario, plan);
  checkTraining(scenario, plan);
}

function checkStage(scenario: Scenario, plan: PipelinePlan, stage: number): void {
  const { inside, devices } = plan.stages[stage];
  if (inside === undefined) return;
  const where = `Stage ${stage} of the pipeline`;
  const { axes, zero } = inside;
  const ranks = Array.isArray(axes) ? ranksOf(plan.stages[stage]) : Number.NaN;
  if (Number.isInteger(ranks) && ranks > 0 && devices.length % ranks !== 0)
    throw new InputError(
      `${where} has ${devices.length} devices for replicas of ${axes.map(({ size }) => size).join(" x ")}, expected a multiple of ${ranks}.`,
    );
  if (zero !== undefined && zero !== 0 && zero !== 1)
    throw new InputError(
      `${where} has zero ${JSON.stringify(zero)} inside, expected 0 or 1: gradients stay whole between micro-batches.`,
    );
  if (zero === 1 && !scenario.graph.role.includes(Role.update))
    throw new InputError(`${where} divides the optimizer's state, and the graph has no update op.`);
  told(where, () => {
    const sharding = shardingInside(plan, stage, devices.slice(0, ranks));
    checkMesh(scenario, sharding);
    if (plan.split?.length !== scenario.graph.opCount) return;
    checkSplits(scenario, sharding);
    checkOpFields(scenario.graph, sharding);
  });
}

/** Sentences on the mesh of a stage begin with the stage. */
function told(where: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${where}: ${error.message}`) : error;
  }
}

/** Splits are of ops whose stages have a mesh. */
function checkPlaces({ graph }: Scenario, plan: PipelinePlan): void {
  const { split, stageOf, stages } = plan;
  for (const field of ["ratios", "layouts", "panels"] as const)
    for (const { op } of plan[field] ?? []) checkPlace(graph, plan, field, op);
  if (split === undefined) return;
  if (!Array.isArray(split) || split.length !== graph.opCount)
    throw new InputError(
      `The pipeline's split has ${split?.length ?? "no"} entries for ${graph.opCount} ops; give one split or null per op.`,
    );
  const v = split.findIndex((own, op) => own !== null && stages[stageOf[op]]?.inside === undefined);
  if (v !== -1)
    throw new InputError(
      `Op "${graph.names[v]}" has a split, but its stage ${stageOf[v]} has no mesh inside.`,
    );
}

function checkPlace({ names, opCount }: OpGraph, plan: PipelinePlan, field: string, op: number): void {
  if (!Number.isInteger(op) || op < 0 || op >= opCount)
    throw new InputError(`The pipeline's ${field} name op ${op}, expected 0..${opCount - 1}.`);
  const stage = plan.stageOf[op];
  if (plan.stages[stage]?.inside === undefined)
    throw new InputError(
      `The pipeline's ${field} name op "${names[op]}", but its stage ${stage} has no mesh inside.`,
    );
  if (plan.split === undefined)
    throw new InputError(`The pipeline has ${field} but no split; give a split of the ops that they name.`);
}

function checkSharedRanks({ cluster }: Scenario, { stages }: PipelinePlan): void {
  const shared = sharedOtherwise(stages);
  if (shared === null) return;
  throw new InputError(
    `Stage ${shared.stage} of the pipeline shares "${cluster.devices[shared.device].name}" with a replica of other ranks; replicas share all ranks in the same order, or none.`,
  );
}

function checkTraining({ graph }: Scenario, { stages, stageOf, swap }: PipelinePlan): void {
  if (!mayHaveMeshes(graph))
    throw new InputError(
      "A stage with a mesh inside sums gradients for its updates, and the graph has a backward pass but no update op.",
    );
  const v = swap?.findIndex((flag, op) => flag === 1 && ranksOf(stages[stageOf[op]]) > 1) ?? -1;
  if (v !== -1)
    throw new InputError(
      `The pipeline swaps op "${graph.names[v]}", whose stage has a mesh inside; only stages without can swap.`,
    );
}
