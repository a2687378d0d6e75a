/**
 * What a device holds for one stage under three schedules, as the paper of PipeDream-2BW counts it
 * (Narayanan et al., ICML 2021). For stage i of d, m micro-batches of a batch:
 *
 *     schedule   versions of weights   micro-batches in flight n
 *     gpipe      1                     m
 *     flush      1                     min(m, d - i)
 *     2bw        2                     min(m, d - i)
 *
 * It keeps n micro-batches of activations, or with recomputation one of them and n stage inputs.
 * Gradients and the state of the optimizer come on top, as multiples of the weights.
 */

export const schedules = ["gpipe", "flush", "2bw"] as const;
export type EqualSchedule = (typeof schedules)[number];

export interface StageShare {
  readonly weightBytes: number;
  /** Activations of one micro-batch, and its input alone. */
  readonly keptBytes: number;
  readonly inputBytes: number;
}

export interface StageSetting {
  readonly schedule: EqualSchedule;
  readonly stage: number;
  readonly depth: number;
  readonly microBatches: number;
  readonly recompute: boolean;
  /** Bytes of gradients and of the optimizer's state for each byte of weights. */
  readonly stateFactor: number;
}

export function inFlight({ schedule, stage, depth, microBatches }: StageSetting): number {
  return schedule === "gpipe" ? microBatches : Math.min(microBatches, depth - stage);
}

export function stageBytes(share: StageShare, setting: StageSetting): number {
  const versions = setting.schedule === "2bw" ? 2 : 1;
  const flying = inFlight(setting);
  const activationBytes = setting.recompute
    ? share.keptBytes + flying * share.inputBytes
    : flying * share.keptBytes;
  return (versions + setting.stateFactor) * share.weightBytes + activationBytes;
}
