/**
 * The entry of pipeline plans in the table of plan kinds: what is checked, copied, written and
 * read of them.
 */
import { InputError } from "../errors.ts";
import type { Scenario } from "../scenario.ts";
import type { PipelinePlan, PipelineStage } from "./pipeline.ts";
import type { PlanJson, PlanKind } from "./plan-kind.ts";

export const pipelineKind: PlanKind<PipelinePlan> = {
  kind: "pipeline",
  validate,
  copy: ({ stageOf, stages, microBatches, schedule, recompute, swap }) => ({
    kind: "pipeline",
    stageOf: stageOf.slice(),
    stages: stages.map(({ devices, share }) => ({ devices: [...devices], share })),
    microBatches,
    schedule: structuredClone(schedule),
    ...(recompute === undefined ? {} : { recompute: recompute.slice() }),
    ...(swap === undefined ? {} : { swap: swap.slice() }),
  }),
  equal: (a, b) => JSON.stringify(toJson(a)) === JSON.stringify(toJson(b)),
  toJson,
  fromJson,
  lower() {
    throw new InputError("Pipeline plans cannot be simulated under this objective yet.");
  },
};

function toJson({ stageOf, stages, microBatches, schedule, recompute, swap }: PipelinePlan): PlanJson {
  return {
    kind: "pipeline",
    stageOf: Array.from(stageOf),
    stages: stages.map(({ devices, share }) => ({ devices: [...devices], share })),
    microBatches,
    schedule: structuredClone(schedule),
    ...(recompute === undefined ? {} : { recompute: Array.from(recompute) }),
    ...(swap === undefined ? {} : { swap: Array.from(swap) }),
  };
}

function validate({ graph, cluster }: Scenario, { stageOf, stages, microBatches }: PipelinePlan): void {
  if (stageOf?.length !== graph.opCount)
    throw new InputError(
      `The pipeline has ${stageOf?.length ?? "no"} entries for ${graph.opCount} ops; give one stage per op.`,
    );
  const v = stageOf.findIndex((stage) => !(stage >= 0 && stage < stages.length));
  if (v !== -1)
    throw new InputError(
      `Op "${graph.names[v]}" is in stage ${stageOf[v]}, expected 0..${stages.length - 1}.`,
    );
  const known = (d: number) => Number.isInteger(d) && d >= 0 && d < cluster.devices.length;
  const wrong = stages.findIndex(({ devices }) => devices.length === 0 || !devices.every(known));
  if (wrong !== -1)
    throw new InputError(
      `Stage ${wrong} of the pipeline has the devices ${JSON.stringify(stages[wrong].devices)}, expected some of 0..${cluster.devices.length - 1}.`,
    );
  if (!Number.isInteger(microBatches) || microBatches < 1)
    throw new InputError(`The pipeline has ${microBatches} micro-batches, expected 1 or more.`);
}

function fromJson(scenario: Scenario, json: PlanJson, where: string): PipelinePlan {
  const { stageOf, stages, microBatches, schedule, recompute, swap } = json;
  if (!Array.isArray(stageOf) || !Array.isArray(stages))
    throw new InputError(`${where} is a pipeline without its lists stageOf and stages.`);
  const plan: PipelinePlan = {
    kind: "pipeline",
    stageOf: Int32Array.from(stageOf),
    stages: stages as PipelineStage[],
    microBatches: microBatches as number,
    schedule: schedule as PipelinePlan["schedule"],
    ...(Array.isArray(recompute) ? { recompute: Uint8Array.from(recompute) } : {}),
    ...(Array.isArray(swap) ? { swap: Uint8Array.from(swap) } : {}),
  };
  try {
    validate(scenario, plan);
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${where}: ${error.message}`) : error;
  }
  return plan;
}
