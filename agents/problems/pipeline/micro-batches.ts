/**
 * Numbers of micro-batches that planners try, what a micro-batch takes in each layer, and what all
 * take.
 */
import { shareUs } from "../../../env/model/cluster/micro-batch.ts";
import type { LayerChain } from "../../../env/model/layers/layer-chain.ts";
import type { Scenario } from "../../../env/model/scenario.ts";

const MOST_CHOSEN = 64;

/** Most micro-batches that a planner chooses by itself: no more than there are samples. */
export const mostMicroBatches = ({ graph }: Scenario): number =>
  Math.min(MOST_CHOSEN, graph.batch ?? MOST_CHOSEN);

/**
 * Numbers of micro-batches that a planner may choose by itself, ascending: those that leave whole
 * samples. Where the batch is not known all numbers may.
 */
export function wholeMicroBatches(scenario: Scenario): number[] {
  const numbers = Array.from({ length: mostMicroBatches(scenario) }, (_, i) => i + 1);
  return numbers.filter((number) => (scenario.graph.batch ?? 0) % number === 0);
}

/**
 * Numbers beyond those, about the powers of two up to one sample each: for what fits no other way.
 * Every micro-batch is tasks to simulate.
 */
export function finerMicroBatches(scenario: Scenario): number[] {
  const most = mostMicroBatches(scenario);
  const batch = scenario.graph.batch ?? 0;
  const numbers = Array.from({ length: batch }, (_, i) => i + 1).filter((number) => batch % number === 0);
  return aboutDoubled(numbers.filter((number) => number >= 2 * most));
}

/** The number asked for; for 0 about the powers of two. */
export const microBatchChoices = (scenario: Scenario, asked: number): number[] =>
  asked === 0 ? aboutDoubled(wholeMicroBatches(scenario)) : [asked];

/** Of ascending numbers the first, each next one that is at least twice as large, and the last. */
export function aboutDoubled(numbers: readonly number[]): number[] {
  if (numbers.length === 0) return [];
  const found: number[] = [];
  for (const number of numbers)
    if (found.length === 0 || number >= 2 * found[found.length - 1]) found.push(number);
  const last = numbers[numbers.length - 1];
  return found[found.length - 1] === last ? found : [...found, last];
}

/** 1, 2, 4, ... and the limit itself. */
export function powersOfTwo(limit: number): number[] {
  const powers: number[] = [];
  for (let power = 1; power < limit; power *= 2) powers.push(power);
  return [...powers, limit];
}

export interface LayerTimes {
  readonly forwardUs: Float64Array;
  readonly backwardUs: Float64Array;
}

/** Times of all layers on a device type for a share of the batch. */
export function shareTimes(chain: LayerChain, type: number, share: number): LayerTimes {
  const { count } = chain;
  const times = (whole: Float64Array, fixed: Float64Array) =>
    Float64Array.from({ length: count }, (_, layer) =>
      shareUs(whole[type * count + layer], fixed[type * count + layer], share),
    );
  return {
    forwardUs: times(chain.forwardUs, chain.forwardFixedUs),
    backwardUs: times(chain.backwardUs, chain.backwardFixedUs),
  };
}

/** Sums over the layers of each stage, stages of the given lengths. */
export function stageSums(values: ArrayLike<number>, lengths: readonly number[]): number[] {
  let at = 0;
  return lengths.map((length) => {
    let sum = 0;
    for (const end = at + length; at < end; at++) sum += values[at];
    return sum;
  });
}

/** Time of M equal micro-batches through stages: fill, then the slowest stage. */
export const passUs = (stageUs: readonly number[], microBatches: number): number =>
  stageUs.reduce((sum, us) => sum + us, 0) + (microBatches - 1) * Math.max(...stageUs);

/** The first of the items that costs least. */
export function leastOf<Item>(items: readonly Item[], costOf: (item: Item) => number): Item {
  return items.reduce((best, item) => (costOf(item) < costOf(best) ? item : best));
}
