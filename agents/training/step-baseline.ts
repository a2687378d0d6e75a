/**
 * Placeto's baseline (Addanki et al., NeurIPS 2019): for each step of the episode the mean return
 * of the last episodes. Ours: least squares over the batch then remove what the utility before the
 * step explains. A placement that earlier steps left bad has more to gain, whatever this step does.
 * Last, the differences of a batch are shifted to mean 0 and divided by their spread. So no batch
 * pushes all its actions the same way.
 */
export interface SavedStepBaseline {
  readonly returns: readonly (readonly number[])[];
  readonly before: readonly (readonly number[])[];
}

export interface StepBaseline {
  /**
   * Advantages of episodes of equal length, [episodes][steps]. Then learns from them. `before` is
   * the utility before each step. No action of that step or a later one changes it.
   */
  advantages(returns: readonly Float64Array[], before: readonly Float64Array[]): Float32Array[];
  save(): SavedStepBaseline;
  load(saved: SavedStepBaseline): void;
}

export function stepBaseline(window: number): StepBaseline {
  const returnMeans = recentMeans(window);
  const beforeMeans = recentMeans(window);
  return {
    advantages(returns, before) {
      const differences = returnMeans.differences(returns);
      const standings = beforeMeans.differences(before);
      const slope = slopeOf(differences.flat(), standings.flat());
      const unexplained = differences.map((episode, i) =>
        episode.map((difference, step) => difference - slope * standings[i][step]),
      );
      const all = unexplained.flat();
      const mean = average(all);
      const spread = Math.sqrt(average(all.map((value) => (value - mean) ** 2)));
      const scale = spread > 0 ? spread : 1;
      return unexplained.map((episode) => Float32Array.from(episode, (value) => (value - mean) / scale));
    },
    save: () => ({ returns: returnMeans.save(), before: beforeMeans.save() }),
    load({ returns, before }) {
      returnMeans.load(returns);
      beforeMeans.load(before);
    },
  };
}

/** How far episodes are from the mean of the last ones, step by step. */
function recentMeans(window: number) {
  let recent: (readonly number[])[] = [];
  return {
    /**
     * Then counts the episodes among the last ones. Without a past, they are compared with each
     * other.
     */
    differences(episodes: readonly Float64Array[]): number[][] {
      const values = episodes.map((episode) => [...episode]);
      const reference = meanPerStep(recent.length > 0 ? recent : values);
      recent = [...recent, ...values].slice(-window);
      return values.map((episode) => episode.map((value, step) => value - reference[step]));
    },
    save: () => recent,
    load(saved: readonly (readonly number[])[]) {
      recent = [...saved];
    },
  };
}

/** The slope of the line through the origin that explains y by x best, 0 where x does not vary. */
function slopeOf(y: readonly number[], x: readonly number[]): number {
  const squares = x.reduce((sum, value) => sum + value * value, 0);
  return squares > 0 ? x.reduce((sum, value, i) => sum + value * y[i], 0) / squares : 0;
}

function meanPerStep(episodes: readonly (readonly number[])[]): number[] {
  return episodes[0].map(
    (_, step) => episodes.reduce((sum, episode) => sum + episode[step], 0) / episodes.length,
  );
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
