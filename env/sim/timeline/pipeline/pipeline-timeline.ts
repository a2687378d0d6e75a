/** Makes the timeline of a pipeline plan: one run of the engine, read in terms of the plan. */
import type { PipelinePlan } from "../../../model/plan/pipeline.ts";
import { validatePlan } from "../../../model/plan/plan.ts";
import type { Scenario } from "../../../model/scenario.ts";
import { SEND, SWAP, type TaskColumns, type TaskName, type TaskWork } from "../../lower/lowering.ts";
import { runLoggedPipeline } from "../../lower/run.ts";
import { journeysOf } from "../explain/journeys.ts";
import { partsAtPeak } from "../explain/memory-steps.ts";
import type { PipelineBlock, PipelineTimeline, PipelineTransfer, SyncSpan } from "./contract.ts";
import { deviceTimes } from "./device-times.ts";
import { unitTimes } from "./inside-times.ts";
import { pipelineMemory } from "./pipeline-memory.ts";
import type { LoggedPipeline } from "./read-pipeline.ts";
import { stageFacts } from "./stage-facts.ts";

export function pipelineTimeline(scenario: Scenario, plan: PipelinePlan): PipelineTimeline {
  validatePlan(scenario, plan);
  const run = runLoggedPipeline(scenario, plan);
  const deviceCount = scenario.cluster.devices.length;
  const blocks = blocksOf(run);
  const syncs = syncsOf(run, deviceCount);
  const transfers = transfersOf(run, deviceCount);
  const memorySteps = pipelineMemory(run, deviceCount);
  const inside = unitTimes(scenario, run);
  const read = { scenario, plan, run, blocks, syncs, transfers, inside };
  const times = deviceTimes(read);
  return {
    scenario,
    plan,
    iterationUs: run.iterationUs,
    window: run.window,
    asynchronous: run.iterations > 1,
    stageDevices: [...new Set(plan.stages.flatMap(({ devices }) => devices))].sort((a, b) => a - b),
    blocks,
    syncs,
    transfers,
    stages: stageFacts(read, times),
    deviceTimes: times,
    insideWaits: inside.waits(blocks),
    peakBytes: run.peakBytes,
    memorySteps,
    peakParts: partsAtPeak(memorySteps),
    violation: run.violation,
  };
}

function blocksOf({ tasks, device, engine }: LoggedPipeline): PipelineBlock[] {
  const blocks: PipelineBlock[] = [];
  device.forEach((on, task) => {
    const { work, ...name } = taskName(tasks, task);
    if (work === SEND || work === SWAP) return;
    const [startUs, endUs] = [engine.startUs[task], engine.endUs[task]];
    blocks.push({ ...name, task, device: on, work, startUs, endUs });
  });
  return blocks.sort((a, b) => a.startUs - b.startUs || a.task - b.task);
}

const taskName = ({ work, stage, replica, microBatch }: TaskColumns, task: number): TaskName => ({
  work: work[task] as TaskWork,
  stage: stage[task],
  replica: replica[task],
  microBatch: microBatch[task],
});

/** The steps of a collective of one replica in one round are one span. */
function syncsOf({ tasks, device, engine }: LoggedPipeline, deviceCount: number): SyncSpan[] {
  const spans = new Map<string, SyncSpan>();
  device.forEach((on, task) => {
    const { work, stage, replica, microBatch } = taskName(tasks, task);
    if (work !== SEND) return;
    const key = `${stage}:${replica}:${microBatch}`;
    const [startUs, endUs] = [engine.startUs[task], engine.endUs[task]];
    const known = spans.get(key);
    spans.set(key, {
      device: on % deviceCount,
      stage,
      replica,
      microBatch,
      startUs: Math.min(startUs, known?.startUs ?? startUs),
      endUs: Math.max(endUs, known?.endUs ?? endUs),
    });
  });
  return [...spans.values()].sort((a, b) => a.startUs - b.startUs || a.stage - b.stage);
}

/** Senders of collectives stand for their devices. */
function transfersOf(run: LoggedPipeline, deviceCount: number): PipelineTransfer[] {
  const { compiled, device, tasks, engine } = run;
  const journeys = journeysOf(compiled, { device, transfers: engine.transfers() });
  return journeys.flatMap(({ producer, consumers, bytes, hops }) => {
    if (hops.length === 0) return [];
    return {
      fromTask: producer,
      from: taskName(tasks, producer),
      fromDevice: device[producer] % deviceCount,
      toDevice: device[consumers[0]] % deviceCount,
      to: consumers,
      bytes,
      startUs: hops[0].startUs,
      endUs: hops[hops.length - 1].endUs,
      hops,
    };
  });
}
