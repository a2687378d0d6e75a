/**
 * How long an epoch takes in an elastic pipeline: a closed form of our own, from the description of
 * PipeTransformer. Each of R pipelines runs its share of the samples in batches:
 *
 *   ceil(samples / (R b)) ( (M + K - 1) / M x slowest partition + all-reduce ) + transition
 *
 * A frozen unit runs its forward pass alone, or is read from the cache. The all-reduce is a ring
 * over the replicas and covers the active parameters of the largest partition alone.
 */

export interface UnitTimes {
  /** Of one batch of one pipeline. */
  readonly forwardUs: Float64Array;
  readonly backwardUs: Float64Array;
  readonly weightBytes: Float64Array;
  /** Time to read the output of each unit for one batch from the cache. */
  readonly cachedUs: Float64Array;
}

export interface EpochSetting {
  readonly samples: number;
  /** Samples of one batch of one pipeline. */
  readonly batch: number;
  readonly bytesPerUs: number;
  /** Time to build a pipeline anew, to form groups and to deal out data. */
  readonly transitionUs: number;
}

export interface EpochPlan {
  readonly lengths: ArrayLike<number>;
  readonly frozenUnits: number;
  readonly replicas: number;
  readonly microBatches: number;
  readonly isCached: boolean;
  readonly isRebuilt: boolean;
}

export function epochUs(units: UnitTimes, setting: EpochSetting, plan: EpochPlan): number {
  const { slowestUs, largestBytes } = partitionLoads(units, plan);
  const fill = (plan.microBatches + plan.lengths.length - 1) / plan.microBatches;
  const ring = (2 * (plan.replicas - 1)) / plan.replicas;
  const allReduceUs = (ring * largestBytes) / setting.bytesPerUs;
  const steps = Math.ceil(setting.samples / (plan.replicas * setting.batch));
  const transitionUs = plan.isRebuilt ? setting.transitionUs : 0;
  return steps * (fill * slowestUs + allReduceUs) + transitionUs;
}

/** Time of the slowest partition for a batch, and active parameters of the largest. */
function partitionLoads(
  units: UnitTimes,
  { lengths, frozenUnits, isCached }: EpochPlan,
): { readonly slowestUs: number; readonly largestBytes: number } {
  let slowestUs = 0;
  let largestBytes = 0;
  for (let partition = 0, unit = 0; partition < lengths.length; partition++) {
    let us = 0;
    let bytes = 0;
    for (const end = unit + lengths[partition]; unit < end; unit++) {
      const isFrozen = unit < frozenUnits;
      // Only the output of the topmost frozen unit is read.
      const readUs = unit === frozenUnits - 1 ? units.cachedUs[unit] : 0;
      if (isFrozen) us += isCached ? readUs : units.forwardUs[unit];
      else us += units.forwardUs[unit] + units.backwardUs[unit];
      if (!isFrozen) bytes += units.weightBytes[unit];
    }
    slowestUs = Math.max(slowestUs, us);
    largestBytes = Math.max(largestBytes, bytes);
  }
  return { slowestUs, largestBytes };
}
