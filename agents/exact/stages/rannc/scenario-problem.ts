/**
 * RaNNC's stage problem (problem.ts) of a scenario on equal nodes. Times and bytes of blocks add up
 * over their layers, where RaNNC measures merged blocks.
 *
 * The memory of a stage, as in the released program (nict-wisdom/rannc), is
 *
 *   - weights, gradients and optimizer,
 *   - all activations of one micro-batch: with more they are computed again,
 *   - for each micro-batch the stage's inputs, their gradients, and gradients of its outputs.
 *
 * Blocks are formed for the fewest samples that a device may have, without recomputation.
 */
import { shareUs } from "../../../../env/model/cluster/micro-batch.ts";
import type { EqualDevices } from "../../../problems/pipeline/equal-devices.ts";
import { shareTimes } from "../../../problems/pipeline/micro-batches.ts";
import { type LayerBlocks, layerBlocks } from "./layer-blocks.ts";
import type { RanncProblem } from "./problem.ts";

export interface RanncSetting {
  /** Blocks, at most. */
  readonly target: number;
  /** What a device may hold. */
  readonly deviceBytes: number;
  readonly mostMicroBatches: number;
  /** Between the devices of one of so many copies of the pipeline. */
  transferBytesPerUs(copies: number): number;
  readonly allReduceBytesPerUs: number;
}

export interface RanncScenario extends LayerBlocks {
  readonly problem: RanncProblem;
}

/** Samples that a batch of unknown size counts as. */
const UNKNOWN_SAMPLES = 64;

export function ranncScenario(on: EqualDevices, setting: RanncSetting): RanncScenario {
  const { chain, devices } = on;
  const batch = chain.scenario.graph.batch ?? UNKNOWN_SAMPLES;
  const { deviceBytes } = setting;
  const leastShare = Math.ceil(batch / (devices.length * setting.mostMicroBatches)) / batch;
  const { forwardUs, backwardUs } = shareTimes(chain, on.type, leastShare);
  const states = stateBytes(on);
  const blocks = layerBlocks(chain, {
    target: setting.target,
    timeUs: forwardUs.map((us, layer) => us + backwardUs[layer]),
    fits: (layers) =>
      layers.reduce((sum, layer) => sum + states[layer] + leastShare * chain.keptBytes[layer], 0) <
      deviceBytes,
  });
  const costs = intervalCosts(on, blocks);
  const count = blocks.layers.length;
  const problem: RanncProblem = {
    blocks: count,
    batch,
    deviceBytes,
    cost(first, end, { devices: replicas, copies, microBatches }) {
      const of = costs[first * (count + 1) + end];
      const share = Math.ceil(batch / (replicas * copies * microBatches)) / batch;
      const forward = shareUs(of.forwardUs, of.forwardFixedUs, share);
      const again = microBatches > 1 ? forward : 0;
      return {
        forwardUs: forward,
        backwardUs: shareUs(of.backwardUs, of.backwardFixedUs, share) + again,
        transferUs: (share * (of.inBytes + of.outBytes)) / setting.transferBytesPerUs(copies),
        bytes: of.stateBytes + share * (of.keptBytes + microBatches * (2 * of.inBytes + of.outBytes)),
        allReduceUs: of.gradientBytes / setting.allReduceBytesPerUs,
      };
    },
  };
  return { ...blocks, problem };
}

function stateBytes({ chain }: EqualDevices): Float64Array {
  const states = 1 + chain.scenario.fidelity.optimizerSlots;
  return chain.weightBytes.map((bytes, layer) => states * bytes + chain.gradientBytes[layer]);
}

/** Of the whole batch on one device. */
interface IntervalCost {
  forwardUs: number;
  forwardFixedUs: number;
  backwardUs: number;
  backwardFixedUs: number;
  stateBytes: number;
  gradientBytes: number;
  keptBytes: number;
  inBytes: number;
  outBytes: number;
}

/** Of blocks first..end-1 at first x (blocks + 1) + end. A stage has a constant layer once. */
function intervalCosts(on: EqualDevices, { layers, sent }: LayerBlocks): IntervalCost[] {
  const columns = columnsOf(on);
  const costs: IntervalCost[] = [];
  for (let first = 0; first < layers.length; first++) {
    const seen = new Set<number>();
    const sums = { ...columns.zero };
    for (let end = first + 1; end <= layers.length; end++) {
      for (const layer of layers[end - 1]) {
        if (!seen.has(layer)) columns.add(sums, layer);
        seen.add(layer);
      }
      const cost = { ...sums };
      for (const { bytes, fromBlock, toBlocks } of sent) {
        if (fromBlock >= end) continue;
        if (fromBlock >= first && toBlocks.some((to) => to >= end)) cost.outBytes += bytes;
        if (fromBlock < first && toBlocks.some((to) => to >= first && to < end)) cost.inBytes += bytes;
      }
      costs[first * (layers.length + 1) + end] = cost;
    }
  }
  return costs;
}

function columnsOf(on: EqualDevices) {
  const { chain, type } = on;
  const ofType = (us: Float64Array) => us.subarray(type * chain.count, (type + 1) * chain.count);
  const columns = {
    forwardUs: ofType(chain.forwardUs),
    forwardFixedUs: ofType(chain.forwardFixedUs),
    backwardUs: ofType(chain.backwardUs),
    backwardFixedUs: ofType(chain.backwardFixedUs),
    stateBytes: stateBytes(on),
    gradientBytes: chain.gradientBytes,
    keptBytes: chain.keptBytes,
  };
  const names = Object.keys(columns) as (keyof typeof columns)[];
  const zero: IntervalCost = {
    forwardUs: 0,
    forwardFixedUs: 0,
    backwardUs: 0,
    backwardFixedUs: 0,
    stateBytes: 0,
    gradientBytes: 0,
    keptBytes: 0,
    inBytes: 0,
    outBytes: 0,
  };
  const add = (sums: IntervalCost, layer: number): void => {
    for (const name of names) sums[name] += columns[name][layer];
  };
  return { zero, add };
}
