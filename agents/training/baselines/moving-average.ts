/**
 * Exponential moving average of the first return of each rollout, as ColocRL and HDP have it.
 * Without an initial value the first batch sets it, so nothing arbitrary has to be forgotten.
 */
import { average, type Baseline, everywhere } from "./baseline.ts";

export function movingAverage(decay: number, initial: number | null = null): Baseline {
  let mean = initial;
  return {
    expected(returns) {
      const batch = average(returns.map((steps) => steps[0]));
      const known = mean ?? batch;
      mean = decay * known + (1 - decay) * batch;
      return everywhere(returns, known);
    },
    save: () => mean,
    load(saved) {
      mean = saved as number | null;
    },
  };
}
