/**
 * Placeto's baseline (Addanki et al., NeurIPS 2019): for each step of the episode the mean return of the last episodes.
 * Ours: differences from it are divided by the spread of the whole batch.
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
      const spread = Math.sqrt(all.reduce((sum, value) => sum + value * value, 0) / all.length);
      const scale = spread > 0 ? spread : 1;
      recent = [...recent, ...returns].slice(-window);
      return differences.map((episode) => Float32Array.from(episode, (value) => value / scale));
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
