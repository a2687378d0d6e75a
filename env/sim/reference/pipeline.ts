/**
 * The specification of pipelines: every op of every micro-batch and replica is a task of its own,
 * and the reference simulator runs them. Arrays of objects, nothing reused from the fast lowering
 * but the classes of ops and the length of the measured window. Twin: lower/pipeline.ts. Both agree
 * where transfers do not meet on a link; docs/pipelines.md says why they may differ elsewhere.
 */
import { Role } from "../../model/graph/graph.ts";
import { opClasses } from "../../model/graph/op-classes.ts";
import { HOST_STAGE, type PipelinePlan } from "../../model/plan/pipeline.ts";
import type { Scenario } from "../../model/scenario.ts";
import type { ScheduleItem } from "../../model/schedule/contract.ts";
import { makeSchedule, shapeOf } from "../../model/schedule/index.ts";
import { batchesOf } from "../lower/steady.ts";
import {
  AGAIN,
  BACKWARD,
  FORWARD,
  type PhaseRun,
  type Pipeline,
  UPDATE,
  WEIGHTS,
} from "./pipeline/contract.ts";
import { placeInputs, sendEverything } from "./pipeline/data.ts";
import { addRun } from "./pipeline/runs.ts";
import { runTasks } from "./pipeline/tasks.ts";
import { addUpdates } from "./pipeline/updates.ts";

export interface ReferencePipeline {
  readonly iterationUs: number;
  readonly makespanUs: number;
  /** Of the scenario's devices. */
  readonly peakBytes: readonly number[];
}

export function referencePipeline(scenario: Scenario, plan: PipelinePlan): ReferencePipeline {
  const { graph, cluster } = scenario;
  const batches = batchesOf(plan);
  const schedule = makeSchedule(plan.schedule, shapeOf(cluster, plan, batches.iterations));
  const splits = schedule.order.flat().some(({ phase }) => phase === WEIGHTS);
  const { once, weightsPhase } = opClasses(graph);
  const pipeline: Pipeline = {
    scenario,
    plan,
    schedule,
    total: plan.microBatches * batches.iterations,
    asynchronous: batches.iterations > 1,
    tasks: { all: [], messages: [], lives: [], residentBytes: cluster.devices.map(() => 0) },
    runs: [],
    lines: cluster.devices.map(() => []),
    workOf(v) {
      if (graph.role[v] === Role.forward) return FORWARD;
      if (once[v] === 1) return UPDATE;
      return splits && weightsPhase[v] === 1 ? WEIGHTS : BACKWARD;
    },
  };
  placeInputs(pipeline);
  const updates = addUpdates(pipeline);
  schedule.order.forEach((items, device) => {
    for (const item of items) {
      updates.before(device, item);
      for (const run of runsOf(pipeline, device, item)) updates.after(run);
    }
    updates.finish(device);
  });
  holdWeights(pipeline);
  sendEverything(pipeline);
  updates.connect();
  const run = runTasks(pipeline);
  if (!pipeline.asynchronous) return { ...run, iterationUs: run.makespanUs };
  const endOf = (device: number, batch: number): number =>
    Math.max(
      0,
      ...pipeline.lines[device]
        .filter(({ microBatches: [m] }) => m < batch * plan.microBatches)
        .map(({ last }) => run.endUs[last]),
    );
  const { first, window } = batches;
  const spans = cluster.devices.map((_, d) => endOf(d, first + window) - endOf(d, first));
  return { ...run, iterationUs: Math.max(...spans) / window };
}

/** The runs of an item: recomputation goes before a backward phase. */
function runsOf(pipeline: Pipeline, device: number, item: ScheduleItem): PhaseRun[] {
  const { plan, scenario, schedule } = pipeline;
  const { stage, microBatch, phase, span = 1 } = item;
  const { devices, share } = plan.stages[stage];
  const replica = devices.indexOf(device);
  const repeats = plan.recompute?.some((flag, v) => flag === 1 && plan.stageOf[v] === stage) ?? false;
  const isKept = schedule.keeps?.(microBatch) === true;
  const works = phase === BACKWARD && repeats && !isKept ? [AGAIN, BACKWARD] : [phase];
  return works.map((work) => {
    const ops = [...scenario.graph.topologicalOrder].filter(
      (v) =>
        plan.stageOf[v] === stage &&
        (work === AGAIN ? plan.recompute![v] === 1 : pipeline.workOf(v) === work),
    );
    return addRun(pipeline, {
      stage,
      work,
      device,
      replica,
      microBatches: Array.from({ length: span }, (_, i) => microBatch + i),
      at: share === "split" ? replica : 0,
      of: share === "split" ? devices.length : 1,
      ops,
    });
  });
}

/** Weights of each version and optimizer state, on every device that runs something of a stage. */
function holdWeights({ scenario, plan, schedule, lines, tasks }: Pipeline): void {
  const { graph, fidelity } = scenario;
  lines.forEach((line, device) => {
    for (const stage of new Set(line.map((run) => run.stage))) {
      if (stage === HOST_STAGE) continue;
      const own = graph.parameterBytes.filter((_, v) => plan.stageOf[v] === stage);
      const bytes = own.reduce((sum, each) => sum + each, 0);
      tasks.residentBytes[device] += bytes * (schedule.weightVersions[stage] + fidelity.optimizerSlots);
    }
  });
}
