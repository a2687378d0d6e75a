/**
 * Mean of the first return of all earlier rollouts, as GDP has it for each graph. The first batch
 * is compared with its own mean.
 */
import { average, type Baseline, everywhere } from "./baseline.ts";

interface Saved {
  readonly sum: number;
  readonly count: number;
}

export function runningMean(): Baseline {
  let sum = 0;
  let count = 0;
  return {
    expected(returns) {
      const firsts = returns.map((steps) => steps[0]);
      const known = count === 0 ? average(firsts) : sum / count;
      for (const first of firsts) sum += first;
      count += firsts.length;
      return everywhere(returns, known);
    },
    save: (): Saved => ({ sum, count }),
    load(saved) {
      ({ sum, count } = saved as Saved);
    },
  };
}
