/**
 * The entry of pipeline plans in the table of plan kinds: how they are copied, written and read.
 * What makes one valid is in pipeline-checks.ts.
 */
import { InputError } from "../errors.ts";
import type { OpSplit } from "../layout/natural.ts";
import type { Scenario } from "../scenario.ts";
import {
  type CollectiveName,
  type PipelinePlan,
  type PipelineStage,
  type ScheduleChoice,
  type StageInside,
  type Sync,
  shares,
} from "./pipeline.ts";
import { checkPipeline } from "./pipeline-checks.ts";
import { deviceIn, flagsIn, integersIn, listsIn, meshAxesIn, shown } from "./plan-fields.ts";
import type { PlanJson, PlanKind } from "./plan-kind.ts";
import { fieldsIn } from "./sharding-fields/fields-in.ts";
import { copyFields, type MeshAxesOf } from "./sharding-fields/op-fields.ts";

export const pipelineKind: PlanKind<PipelinePlan> = {
  kind: "pipeline",
  validate: checkPipeline,
  copy: ({ stageOf, stages, schedule, recompute, swap, split, ...rest }) => ({
    ...rest,
    ...copyFields(rest),
    stageOf: stageOf.slice(),
    stages: stages.map(copyStage),
    schedule: structuredClone(schedule),
    ...(recompute !== undefined && { recompute: recompute.slice() }),
    ...(swap !== undefined && { swap: swap.slice() }),
    ...(split !== undefined && { split: split.map(copySplit) }),
  }),
  equal: (a, b) => JSON.stringify(toJson(a)) === JSON.stringify(toJson(b)),
  toJson,
  fromJson,
};

const copySplit = (split: OpSplit | null): OpSplit | null => split?.map((axes) => [...axes]) ?? null;

const copyStage = ({ devices, share, inside }: PipelineStage): PipelineStage => ({
  devices: [...devices],
  share,
  ...(inside !== undefined && { inside: copyInside(inside) }),
});

const copyInside = ({ axes, zero }: StageInside): StageInside => ({
  axes: axes.map(({ name, size }) => ({ name, size })),
  ...(zero !== undefined && { zero }),
});

function toJson(plan: PipelinePlan): PlanJson {
  const { stageOf, stages, microBatches, schedule, recompute, swap, collective, sync, split } = plan;
  return {
    kind: "pipeline",
    stages: stages.map(copyStage),
    microBatches,
    schedule: structuredClone(schedule),
    stageOf: Array.from(stageOf),
    ...(recompute !== undefined && { recompute: Array.from(recompute) }),
    ...(swap !== undefined && { swap: Array.from(swap) }),
    ...(collective !== undefined && { collective }),
    ...(sync !== undefined && { sync }),
    ...(split !== undefined && { split: split.map(copySplit) }),
    ...copyFields(plan),
  };
}

const FIELDS = [
  "kind",
  "stages",
  "microBatches",
  "schedule",
  "stageOf",
  "recompute",
  "swap",
  "collective",
  "sync",
  "split",
  "ratios",
  "layouts",
  "panels",
];

/** Devices may be numbers or names. */
function fromJson(scenario: Scenario, json: PlanJson, where: string): PipelinePlan {
  const stranger = Object.keys(json).find((field) => !FIELDS.includes(field));
  if (stranger !== undefined)
    throw new InputError(`${where}: a pipeline has no field "${stranger}", expected ${FIELDS.join(", ")}.`);
  const { opCount } = scenario.graph;
  const { stageOf, recompute, swap, microBatches, collective, sync, split, ratios, layouts, panels } = json;
  const stages = stagesIn(scenario, json.stages, where);
  const axesOf: MeshAxesOf = (op) => stages[(stageOf as number[])[op]]?.inside?.axes ?? [];
  const plan: PipelinePlan = {
    kind: "pipeline",
    stages,
    microBatches: microBatches as number,
    schedule: scheduleIn(json.schedule, where),
    stageOf: Int32Array.from(integersIn(stageOf, opCount, `${where}: stageOf`)),
    ...(recompute !== undefined && { recompute: flagsIn(recompute, opCount, `${where}: recompute`) }),
    ...(swap !== undefined && { swap: flagsIn(swap, opCount, `${where}: swap`) }),
    ...(collective !== undefined && { collective: collective as CollectiveName }),
    ...(sync !== undefined && { sync: sync as Sync }),
    ...(split !== undefined && { split: splitIn(split, axesOf, where) }),
    ...fieldsIn(scenario.graph, axesOf, { ratios, layouts, panels }, where),
  };
  try {
    checkPipeline(scenario, plan);
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${where}: ${error.message}`) : error;
  }
  return plan;
}

function scheduleIn(schedule: unknown, where: string): ScheduleChoice {
  const choice = typeof schedule === "string" ? { name: schedule } : schedule;
  if (typeof choice === "object" && choice !== null && typeof (choice as ScheduleChoice).name === "string")
    return structuredClone(choice) as ScheduleChoice;
  throw new InputError(
    `${where}: schedule is ${shown(schedule)}, expected the name of a schedule or an object with its name.`,
  );
}

function stagesIn(scenario: Scenario, stages: unknown, where: string): PipelineStage[] {
  if (!Array.isArray(stages))
    throw new InputError(`${where}: stages is ${shown(stages)}, expected a list of stages.`);
  return stages.map((stage: unknown, number) => {
    const {
      devices,
      share = "split",
      inside,
    } = (stage ?? {}) as Partial<Record<keyof PipelineStage, unknown>>;
    const at = `${where}, stage ${number}`;
    if (!Array.isArray(devices))
      throw new InputError(`${at}: devices is ${shown(devices)}, expected a list of devices.`);
    if (!shares.includes(share as PipelineStage["share"]))
      throw new InputError(`${at}: share is ${shown(share)}, expected ${shares.join(" or ")}.`);
    return {
      devices: devices.map((device) => deviceIn(scenario, device, at)),
      share: share as PipelineStage["share"],
      ...(inside !== undefined && { inside: insideIn(inside, at) }),
    };
  });
}

function insideIn(inside: unknown, where: string): StageInside {
  const { axes, zero } = (inside ?? {}) as Partial<Record<keyof StageInside, unknown>>;
  if (!Array.isArray(axes))
    throw new InputError(`${where}: inside is ${shown(inside)}, expected an object with a list of axes.`);
  return { axes: meshAxesIn(axes), ...(zero !== undefined && { zero: zero as StageInside["zero"] }) };
}

/** Axes may be numbers or names of the mesh of the op's stage. */
function splitIn(split: unknown, axesOf: MeshAxesOf, where: string): (OpSplit | null)[] {
  if (!Array.isArray(split)) throw new InputError(`${where}: split is ${shown(split)}, expected a list.`);
  return split.map((own: unknown, v) =>
    own === null ? null : listsIn(axesOf(v), own, `${where}: split ${v}`),
  );
}
