/**
 * A moving average of the reward and of its spread. An update calls good what beats the recent
 * past. The first batch sets both averages, so no arbitrary starting value has to be forgotten.
 */
export interface SavedBaseline {
  readonly mean: number | null;
  readonly spread: number;
}

export interface Baseline {
  /**
   * Advantages of a batch of rewards, about zero mean and unit spread. Then learns from the batch.
   */
  advantages(rewards: Float64Array): Float32Array;
  save(): SavedBaseline;
  load(saved: SavedBaseline): void;
}

export function movingBaseline(decay: number): Baseline {
  let mean: number | null = null;
  let spread = 0;
  return {
    advantages(rewards) {
      const batchMean = average(rewards);
      const batchSpread = Math.sqrt(average(rewards.map((reward) => (reward - batchMean) ** 2)));
      if (mean === null) {
        mean = batchMean;
        spread = batchSpread;
      }
      const reference = mean;
      const scale = Math.max(spread, batchSpread, 1e-9 * Math.abs(reference), Number.MIN_VALUE);
      mean = decay * mean + (1 - decay) * batchMean;
      spread = decay * spread + (1 - decay) * batchSpread;
      return Float32Array.from(rewards, (reward) => (reward - reference) / scale);
    },
    save: () => ({ mean, spread }),
    load(saved) {
      mean = saved.mean;
      spread = saved.spread;
    },
  };
}

function average(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
