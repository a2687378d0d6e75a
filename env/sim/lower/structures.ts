/**
 * Structures of tasks, ready to be filled and run. A plan's structure is made once and kept for
 * plans like it, as searches score many that differ in times and bytes alone.
 */
import { InputError } from "../../model/errors.ts";
import { leaderPlan, ranksOf } from "../../model/plan/inside.ts";
import type { PipelinePlan } from "../../model/plan/pipeline.ts";
import type { Scenario } from "../../model/scenario.ts";
import { Phase, type PipelineSchedule } from "../../model/schedule/contract.ts";
import { makeSchedule, shapeOf } from "../../model/schedule/index.ts";
import type { Compiled } from "../engine/compile.ts";
import { createRefillableEngine, type RefillableEngine } from "../engine/engine.ts";
import { createPeakSlices, type PeaksAbove } from "../memory/peak-slices.ts";
import { createTensorColumns, type TensorColumns } from "../memory/tensor-columns.ts";
import { createStageCosts, type StageCosts } from "./costs/stage-costs.ts";
import { type LoweredPipeline, lowerPipeline } from "./pipeline.ts";
import { checkSize } from "./size.ts";
import { type Batches, batchesOf } from "./steady.ts";
import { scheduleKey, structureKey } from "./structure-key.ts";

/** A schedule that is laid out for one plan's shape. */
export interface Laid extends Batches {
  readonly schedule: PipelineSchedule;
  /** Whether weight gradients are a phase of their own. */
  readonly splitsBackward: boolean;
}

export interface Structure {
  readonly laid: Laid;
  readonly lowered: LoweredPipeline;
  readonly engine: RefillableEngine;
  readonly columns: TensorColumns;
  readonly peaksAbove: PeaksAbove;
}

export interface Structures {
  /** Pre: a valid plan. The costs are the plan's own; the structure may be shared. */
  of(plan: PipelinePlan): { readonly structure: Structure; readonly costs: StageCosts };
}

/** How many schedules and structures are kept, and the most tasks of all of them. */
const MOST_KEPT = 8;
const MOST_TASKS = 150_000;

export function createStructures(scenario: Scenario): Structures {
  const costsOf = createStageCosts(scenario);
  const schedules = new Map<string, Laid>();
  const structures = new Map<string, Structure>();
  const tasksIn = (kept: ReadonlyMap<string, Structure>): number =>
    [...kept.values()].reduce((sum, { lowered }) => sum + lowered.device.length, 0);

  return {
    of(plan) {
      const leaders = leaderPlan(plan);
      const name = scheduleKey(leaders);
      const laid = recalled(schedules, name) ?? layOut(scenario, leaders);
      schedules.set(name, laid);
      dropOldest(schedules, () => schedules.size > MOST_KEPT);
      const costs = costsOf(plan, laid.splitsBackward);
      const places = leaders === plan ? "" : JSON.stringify(plan.stages.map(({ devices }) => devices));
      const key = `${name}|${places}|${structureKey(plan, costs)}`;
      const structure = recalled(structures, key) ?? structureOf(scenario, plan, laid, costs);
      structures.set(key, structure);
      dropOldest(structures, () => structures.size > MOST_KEPT || tasksIn(structures) > MOST_TASKS);
      return { structure, costs };
    },
  };
}

/** Takes an entry out, so that it can be put back as the latest. */
function recalled<T>(kept: Map<string, T>, key: string): T | undefined {
  const found = kept.get(key);
  kept.delete(key);
  return found;
}

/** The latest stays in any case. */
function dropOldest(kept: Map<string, unknown>, isTooMuch: () => boolean): void {
  while (kept.size > 1 && isTooMuch()) kept.delete(kept.keys().next().value!);
}

export function layOut({ cluster }: Scenario, plan: PipelinePlan): Laid {
  const batches = batchesOf(plan);
  const schedule = makeSchedule(plan.schedule, shapeOf(cluster, plan, batches.iterations));
  const splitsBackward = schedule.order.some((items) => items.some(({ phase }) => phase === Phase.weights));
  return { ...batches, schedule, splitsBackward };
}

/** The tasks of a plan; throws a sentence where they wait for each other for ever. */
export function loweredPlan(
  scenario: Scenario,
  plan: PipelinePlan,
  laid: Laid,
  costs: StageCosts,
  joins: boolean,
): LoweredPipeline {
  checkSize(leaderPlan(plan), laid, Math.max(...plan.stages.map(ranksOf)));
  const lowered = lowerPipeline(scenario, plan, laid, costs, joins);
  checkEnds(lowered.compiled, plan);
  return lowered;
}

function structureOf(scenario: Scenario, plan: PipelinePlan, laid: Laid, costs: StageCosts): Structure {
  const lowered = loweredPlan(scenario, plan, laid, costs, true);
  return { laid, lowered, engine: createRefillableEngine(lowered.compiled), ...memoryOf(lowered) };
}

export function memoryOf(lowered: LoweredPipeline): Pick<Structure, "columns" | "peaksAbove"> {
  const { compiled, device, buffers, references } = lowered;
  const columns = createTensorColumns(compiled, device, buffers, references.isMessage);
  return { columns, peaksAbove: createPeakSlices(compiled, columns) };
}

function checkEnds({ opCount, waitsFor, depStart, depConsumer }: Compiled, plan: PipelinePlan): void {
  const left = waitsFor.slice();
  const ready = new Int32Array(opCount);
  let count = 0;
  for (let v = 0; v < opCount; v++) if (left[v] === 0) ready[count++] = v;
  for (let at = 0; at < count; at++)
    for (let i = depStart[ready[at]]; i < depStart[ready[at] + 1]; i++)
      if (--left[depConsumer[i]] === 0) ready[count++] = depConsumer[i];
  if (count < opCount)
    throw new InputError(
      `Under the schedule ${plan.schedule.name} the pipeline's devices wait for each other for ever; ${
        plan.sync === "exposed"
          ? "devices that share several stages may need overlapped sums."
          : "its stages must follow the data."
      }`,
    );
}
