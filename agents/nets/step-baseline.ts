/**
 * Placeto's baseline (Addanki et al., NeurIPS 2019): for each step of the episode the mean return of the last episodes.
 * Ours: the differences of a batch are shifted to mean 0 and divided by their spread, so that no batch pushes all its actions
 * the same way.
 */
export type SavedStepBaseline = readonly (readonly number[])[];

export interface StepBaseline {
  /** Advantages of episodes of equal length, [episodes][steps]; then learns from them. */
  advantages(returns: readonly Float64Array[]): Float32Array[];
  save(): SavedStepBaseline;
  load(saved: SavedStepBaseline): void;
}

export function stepBaseline(window: number): StepBaseline {
  let recent: Float64Array[] = [];
  return {
    advantages(returns) {
      // Without a past, an episode is compared with the others of its own batch.
      const reference = meanPerStep(recent.length > 0 ? recent : returns);
      const differences = returns.map((episode) => episode.map((value, step) => value - reference[step]));
      const all = differences.flatMap((episode) => [...episode]);
      const mean = average(all);
      const spread = Math.sqrt(average(all.map((value) => (value - mean) ** 2)));
      const scale = spread > 0 ? spread : 1;
      recent = [...recent, ...returns].slice(-window);
      return differences.map((episode) => Float32Array.from(episode, (value) => (value - mean) / scale));
    },
    save: () => recent.map((episode) => [...episode]),
    load(saved) {
      recent = saved.map((episode) => Float64Array.from(episode));
    },
  };
}

function meanPerStep(episodes: readonly Float64Array[]): Float64Array {
  return episodes[0].map(
    (_, step) => episodes.reduce((sum, episode) => sum + episode[step], 0) / episodes.length,
  );
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
