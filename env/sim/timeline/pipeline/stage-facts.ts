/** What there is to say of each stage of a pipeline: its ops, its times, its weight versions. */
import { Role } from "../../../model/graph/graph.ts";
import type { Scenario } from "../../../model/scenario.ts";
import { Work, type WorkCode } from "../../lower/costs/work.ts";
import type { DeviceTime, PipelineBlock, StageFacts } from "./contract.ts";
import type { ReadPipeline } from "./read-pipeline.ts";

export function stageFacts(read: ReadPipeline, times: readonly DeviceTime[]): StageFacts[] {
  const { scenario, plan, run } = read;
  const blocksOf = plan.stages.map((): PipelineBlock[] => []);
  for (const block of read.blocks) blocksOf[block.stage]?.push(block);
  return plan.stages.map(({ devices }, stage) => {
    const own = blocksOf[stage];
    const longest = (work: WorkCode) =>
      own.reduce(
        (most, block) => (block.work === work ? Math.max(most, block.endUs - block.startUs) : most),
        0,
      );
    const { opCount, firstOp, lastOp, recomputedOps, swappedOps } = opsOf(scenario, plan, stage);
    return {
      stage,
      opCount,
      firstOp,
      lastOp,
      forwardUs: longest(Work.forward),
      recomputeUs: longest(Work.recompute),
      backwardUs: longest(Work.backward),
      weightsUs: longest(Work.weights),
      busyUs: Math.max(...devices.map((device) => busyUs(own, device, run.window))),
      idleShare: mean(devices.map((device) => idleShareOf(times[device]))),
      weightVersions: run.schedule.weightVersions[stage],
      staleness: stalenessOf(own),
      recomputedOps,
      swappedOps,
    };
  });
}

export const idleUs = ({ transfers, sync, bubble }: DeviceTime): number => transfers + sync + bubble;

export const computingUs = ({ forward, recompute, backward, weights, update }: DeviceTime): number =>
  forward + recompute + backward + weights + update;

export function idleShareOf(time: DeviceTime): number {
  const idle = idleUs(time);
  const all = idle + computingUs(time) + time.inside;
  return all > 0 ? idle / all : 0;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

function opsOf({ graph }: Scenario, { stageOf, recompute, swap }: ReadPipeline["plan"], stage: number) {
  const ops = Array.from(graph.topologicalOrder).filter(
    (v) => stageOf[v] === stage && graph.role[v] === Role.forward,
  );
  return {
    opCount: ops.length,
    firstOp: ops[0] ?? -1,
    lastOp: ops[ops.length - 1] ?? -1,
    recomputedOps: ops.filter((v) => recompute?.[v] === 1).length,
    swappedOps: ops.filter((v) => swap?.[v] === 1).length,
  };
}

/** Computing of a stage on a device in one batch. */
function busyUs(
  blocks: readonly PipelineBlock[],
  device: number,
  { fromUs, toUs, batches }: ReadPipeline["run"]["window"],
): number {
  const within = blocks.reduce(
    (sum, block) =>
      block.device === device
        ? sum + Math.max(0, Math.min(block.endUs, toUs) - Math.max(block.startUs, fromUs))
        : sum,
    0,
  );
  return within / batches;
}

/**
 * The most updates of a replica that begin between a forward phase and its own backward phase. Null
 * where the stage has no updates.
 */
function stalenessOf(blocks: readonly PipelineBlock[]): number | null {
  const updates = blocks.filter(({ work }) => work === Work.update);
  if (updates.length === 0) return null;
  const keyOf = ({ device, microBatch }: PipelineBlock): string => `${device}:${microBatch}`;
  const backwards = new Map(
    blocks.filter(({ work }) => work === Work.backward).map((block) => [keyOf(block), block.startUs]),
  );
  let most = 0;
  for (const forward of blocks) {
    if (forward.work !== Work.forward) continue;
    const untilUs = backwards.get(keyOf(forward)) ?? 0;
    const passed = updates.filter(
      ({ device, startUs }) => device === forward.device && startUs >= forward.startUs && startUs < untilUs,
    );
    most = Math.max(most, passed.length);
  }
  return most;
}
