/**
 * Lowers a pipeline plan to tasks of the one engine. There is a task for each phase of each stage,
 * replica and micro-batch; then come collectives and updates (updates). docs/pipelines.md has the
 * rules.
 *
 * - A device runs its tasks in the schedule's order. Recomputation goes right before the backward
 *   phase that needs it.
 * - What passes between tasks is in transfers.ts.
 * - The host makes inputs at most two forwards ahead of each replica of the first stage that uses
 *   them.
 *
 * Where stages have meshes inside, each task stands for one on each rank (inside).
 *
 * The slow twin that lowers every op is env/sim/reference/pipeline.ts.
 */
import { isCpu } from "../../model/cluster/cluster.ts";
import { InputError } from "../../model/errors.ts";
import { leaderPlan, ranksOfLeaders } from "../../model/plan/inside.ts";
import type { PipelinePlan } from "../../model/plan/pipeline.ts";
import type { Scenario } from "../../model/scenario.ts";
import { Phase, type ScheduleItem } from "../../model/schedule/contract.ts";
import { joinDeviceOf, withJoins, withSenders } from "./collectives/senders.ts";
import { needsInputs } from "./costs/parcels.ts";
import type { StageCosts } from "./costs/stage-costs.ts";
import { HOST, unitCountOf, unitOf, Work } from "./costs/work.ts";
import type { RankPlaces } from "./inside/fill.ts";
import { rankedBuilder } from "./inside/ranked-builder.ts";
import {
  addFreeTask,
  addPart,
  addTask,
  columnsOfRanks,
  finishedColumns,
  growingColumns,
  type LaidSchedule,
  type Lowering,
  type TaskColumns,
  totalOf,
} from "./lowering.ts";
import { createParts } from "./parts.ts";
import { amountIndex } from "./tasks/amounts.ts";
import { intColumn } from "./tasks/columns.ts";
import { type TaskStructure, taskBuilder } from "./tasks/task-builder.ts";
import { connectUnits } from "./transfers.ts";
import { createUpdates, type Updates } from "./updates/updates.ts";

export interface LoweredPipeline extends TaskStructure {
  readonly tasks: TaskColumns;
  /** Absent where no stage has a mesh. */
  readonly places?: RankPlaces;
}

/**
 * The structure of a plan; amounts.ts fills it. Pre: a valid plan, and a schedule that is legal for
 * it. `joins`: whether ranks wait for each other by joins, which no timeline shows.
 */
export function lowerPipeline(
  scenario: Scenario,
  given: PipelinePlan,
  laid: LaidSchedule,
  costs: StageCosts,
  joins: boolean,
): LoweredPipeline {
  const { cluster, fidelity } = scenario;
  const plan = leaderPlan(given);
  const ranks = ranksOfLeaders(given, cluster.devices.length);
  // Without overlap steps of collectives are on the devices, which would see who waits first.
  const joined = ranks !== null && joins && fidelity.overlap;
  const ranked = ranks === null ? null : rankedBuilder(ranks, joined ? joinDeviceOf(cluster) : undefined);
  const lowering: Lowering = {
    scenario,
    plan,
    laid,
    costs,
    amounts: amountIndex(costs),
    builder: ranked ?? taskBuilder(),
    parts: createParts(unitCountOf(costs.stageCount), totalOf({ plan, laid })),
    tasks: growingColumns(),
    lastOf: new Int32Array(cluster.devices.length).fill(-1),
    taskBefore: intColumn(),
    usesSenders: false,
  };
  layOutInputs(lowering);
  const updates = layOutSchedule(lowering);
  limitInputs(lowering);
  connectUnits(lowering, (what) => hostOf(scenario, what));
  // Behind the others, as what is declared first is sent first.
  updates.connect();
  const aside = lowering.usesSenders ? withSenders(cluster) : cluster;
  const structure = lowering.builder.build(scenario, joined ? withJoins(cluster) : aside);
  const tasks = finishedColumns(lowering.tasks);
  if (ranks === null || ranked === null) return { ...structure, tasks };
  return { ...structure, tasks: columnsOfRanks(tasks, ranked.taskOf()), places: placesIn(ranks) };
}

function placesIn(ranks: readonly (readonly number[])[]): RankPlaces {
  const leaderOf = Int32Array.from(ranks.keys());
  const rankOf = new Int32Array(ranks.length);
  ranks.forEach((own, leader) => {
    if (own.length === 1) return;
    own.forEach((device, rank) => {
      leaderOf[device] = leader;
      rankOf[device] = rank;
    });
  });
  return { leaderOf, rankOf };
}

function hostOf({ cluster }: Scenario, what: string): number {
  const host = cluster.devices.findIndex(isCpu);
  if (host !== -1) return host;
  throw new InputError(`Cluster "${cluster.name}" has no CPU for ${what} of the pipeline.`);
}

function layOutInputs(lowering: Lowering): void {
  const { costs, plan, scenario } = lowering;
  if (!needsInputs(costs)) return;
  const device = hostOf(scenario, "the inputs");
  for (let microBatch = 0; microBatch < totalOf(lowering); microBatch++) {
    const name = { work: Work.forward, stage: HOST, replica: 0, microBatch };
    const task = addFreeTask(lowering, name, device, 1 / plan.microBatches);
    addPart(lowering, Work.forward, HOST, task, { microBatch, span: 1, at: 0, of: 1 });
  }
}

const INPUTS_AHEAD = 2;

/** An input waits for the forward that runs on the same replica two forwards before its own. */
function limitInputs({ costs, parts, builder, plan, laid }: Lowering): void {
  const fed = costs.parcels.filter(({ fromStage }) => fromStage === HOST).map(({ toStage }) => toStage);
  if (fed.length === 0) return;
  const first = Math.min(...fed);
  const inputs = unitOf(costs.stageCount, Work.forward, HOST);
  const forwards = unitOf(costs.stageCount, Work.forward, first);
  const { devices, share } = plan.stages[first];
  for (const [replica, device] of devices.entries()) {
    const items = laid.schedule.order[device].filter(
      ({ stage, phase }) => stage === first && phase === Phase.forward,
    );
    items.forEach(({ microBatch, span = 1 }, i) => {
      if (i < INPUTS_AHEAD) return;
      const at = share === "split" ? replica : 0;
      const before = parts.taskOf(forwards, items[i - INPUTS_AHEAD].microBatch, at);
      for (let m = microBatch; m < microBatch + span; m++) builder.after(parts.taskOf(inputs, m, 0), before);
    });
  }
}

function layOutSchedule(lowering: Lowering): Updates {
  const { laid, plan, costs } = lowering;
  const updates = createUpdates(lowering);
  const hasWeights = new Uint8Array(costs.stageCount * costs.deviceCount);
  const replicaOn = new Int32Array(costs.stageCount * costs.deviceCount).fill(-1);
  plan.stages.forEach(({ devices }, stage) => {
    devices.forEach((device, replica) => {
      replicaOn[stage * costs.deviceCount + device] = replica;
    });
  });
  const holdWeights = (task: number, stage: number, device: number): void => {
    if (hasWeights[stage * costs.deviceCount + device] === 1) return;
    hasWeights[stage * costs.deviceCount + device] = 1;
    const copies = laid.schedule.weightVersions[stage] + lowering.scenario.fidelity.optimizerSlots;
    lowering.builder.weights(task, stage, copies);
  };
  laid.schedule.order.forEach((items, device) => {
    for (const item of items) {
      const replica = replicaOn[item.stage * costs.deviceCount + device];
      updates.before(device, replica, item);
      layOutItem(lowering, device, replica, item);
      holdWeights(lowering.lastOf[device], item.stage, device);
      updates.after(device, replica, item, lowering.lastOf[device]);
    }
    for (const [task, stage] of updates.finish(device)) holdWeights(task, stage, device);
  });
  return updates;
}

function layOutItem(lowering: Lowering, device: number, replica: number, item: ScheduleItem): void {
  const { stage, phase, microBatch } = item;
  const { costs, laid } = lowering;
  const isKept = laid.schedule.keeps?.(microBatch) === true;
  if (phase === Phase.backward && costs.recomputes[stage] === 1 && !isKept)
    layOutWork(lowering, Work.recompute, device, replica, item);
  layOutWork(lowering, phase, device, replica, item);
}

function layOutWork(
  lowering: Lowering,
  work: ScheduleItem["phase"] | typeof Work.recompute,
  device: number,
  replica: number,
  { stage, microBatch, span = 1 }: ScheduleItem,
): void {
  const { costs, plan, builder, laid } = lowering;
  const { devices, share } = plan.stages[stage];
  const splits = share === "split";
  const part = { microBatch, span, at: splits ? replica : 0, of: splits ? devices.length : 1 };
  const batchShare = span / part.of / plan.microBatches;
  // What is kept at once is in the holds; the second run has the scratch beyond them.
  const isKept = laid.schedule.keeps?.(microBatch) === true && costs.recomputes[stage] === 1;
  const scratch = isKept && work === Work.forward ? Work.recompute : work;
  const task = addTask(lowering, { work, stage, replica, microBatch }, device, batchShare);
  builder.scratch(task, unitOf(costs.stageCount, scratch, stage));
  addPart(lowering, work, stage, task, part);
}
