/**
 * The plans that an engineer would try first: each stage has as many replicas as the others.
 * Numbers of stages, replicas and micro-batches are powers of two, with and without recomputation,
 * under each schedule. Stages are cut so that the slowest is as fast as possible.
 */
import type { LayerChain } from "../../../env/model/layers/layer-chain.ts";
import type { LayerStage, StagePlan } from "../../../env/model/layers/stage-plan.ts";
import { scheduleOf } from "../../../env/model/schedule/index.ts";
import { powersOfTwo } from "../../problems/pipeline/micro-batches.ts";
import { partitionChain } from "../lines/chain-partition.ts";
import { type StageEstimator, stageEstimator } from "./stage-estimate.ts";

export interface Candidate {
  readonly plan: StagePlan;
  /** Estimated time of a batch, us; infinite where the estimated memory does not fit. */
  readonly estimateUs: number;
}

/** All candidates, the best estimate first. */
export function gridOf(chain: LayerChain, microBatchNumbers: readonly number[]): Candidate[] {
  const estimator = stageEstimator(chain);
  const devices = chain.types.flatMap((type) => type.devices);
  const bytesPerUs = slowestLink(chain);
  const candidates: Candidate[] = [];
  for (const stageCount of powersOfTwo(Math.min(devices.length, chain.count)))
    for (const replicas of divisionsOf(devices.length, stageCount))
      for (const microBatches of microBatchNumbers)
        for (const recompute of [false, true]) {
          const stages = stagesOf(chain, estimator, devices, {
            stageCount,
            replicas,
            microBatches,
            recompute,
          });
          if (stages === null) continue;
          for (const name of schedulesFor(stageCount, microBatches, replicas)) {
            const plan: StagePlan = { stages, microBatches, schedule: { name } };
            candidates.push({ plan, estimateUs: estimateOf(chain, estimator, plan, bytesPerUs) });
          }
        }
  return candidates.sort((a, b) => a.estimateUs - b.estimateUs);
}

/** All devices are used, or as many as a power of two gives. */
function divisionsOf(deviceCount: number, stageCount: number): number[] {
  const most = Math.floor(deviceCount / stageCount);
  return [...new Set([most, ...powersOfTwo(most)])];
}

/** Schedules worth a try for a shape; the order decides between equal estimates. */
function schedulesFor(stageCount: number, microBatches: number, replicas: number): string[] {
  if (stageCount === 1) return ["1f1b"];
  return [
    "1f1b",
    "zb-h1",
    "gpipe",
    "pipedream",
    ...(microBatches < stageCount || replicas > 1 ? [] : ["2bw"]),
  ];
}

interface Shape {
  readonly stageCount: number;
  readonly replicas: number;
  readonly microBatches: number;
  readonly recompute: boolean;
}

/** Cuts for the shape; null where some stage would be empty or runs on none of its devices. */
function stagesOf(
  chain: LayerChain,
  estimator: StageEstimator,
  devices: readonly number[],
  { stageCount, replicas, microBatches, recompute }: Shape,
): LayerStage[] | null {
  const share = 1 / (microBatches * replicas);
  const own = Array.from({ length: stageCount }, (_, s) => devices.slice(s * replicas, (s + 1) * replicas));
  const types = own.map((set) => estimator.slowestType(set));
  const us = new Float64Array(chain.count * stageCount);
  for (let layer = 0; layer < chain.count; layer++)
    types.forEach((type, s) => {
      us[layer * stageCount + s] = estimator.us({ from: layer, to: layer + 1, type, recompute }, share);
    });
  const blockOf = partitionChain(us, stageCount);
  if (blockOf === null) return null;
  const stages = own.map((set, s): LayerStage => {
    const from = blockOf.indexOf(s);
    return { from, to: blockOf.lastIndexOf(s) + 1, devices: set, share: "split", recompute };
  });
  return stages.some(({ from }) => from === -1) ? null : stages;
}

/** The estimate by which the grid is sorted, of any plan of stages. */
export const estimatedUs = (chain: LayerChain, plan: StagePlan): number =>
  estimateOf(chain, stageEstimator(chain), plan, slowestLink(chain));

const slowestLink = ({ scenario }: LayerChain): number =>
  scenario.cluster.links.reduce((least, link) => Math.min(least, link.bytesPerUs), Number.POSITIVE_INFINITY);

/**
 * Fill, steady state and drain of the schedule's closed form, and the slowest sum of gradients.
 *
 * @param bytesPerUs of the slowest link
 */
function estimateOf(
  chain: LayerChain,
  estimator: StageEstimator,
  { stages, microBatches, schedule }: StagePlan,
  bytesPerUs: number,
): number {
  let [sumUs, slowestUs, syncUs] = [0, 0, 0];
  for (const [s, stage] of stages.entries()) {
    const replicas = stage.devices.length;
    const share = 1 / (microBatches * replicas);
    const range = {
      ...stage,
      recompute: stage.recompute === true,
      type: estimator.slowestType(stage.devices),
    };
    const live = schedule.name === "gpipe" ? microBatches : Math.min(microBatches, stages.length - s);
    const limit = Math.min(...stage.devices.map((d) => chain.scenario.cluster.devices[d].memoryBytes));
    if (estimator.bytes(range, share, live) > limit) return Number.POSITIVE_INFINITY;
    const us = estimator.us(range, share);
    sumUs += us;
    slowestUs = Math.max(slowestUs, us);
    syncUs = Math.max(syncUs, (2 * (replicas - 1) * estimator.weightBytes(stage)) / replicas / bytesPerUs);
  }
  const fillUs = scheduleOf(schedule.name).asynchronous
    ? 0
    : (sumUs - slowestUs) * (schedule.name === "zb-h1" ? ZERO_BUBBLE_FILL : 1);
  return microBatches * slowestUs + fillUs + syncUs;
}

/** With equal forward, backward and weight phases a third of the fill is left. */
const ZERO_BUBBLE_FILL = 1 / 3;
