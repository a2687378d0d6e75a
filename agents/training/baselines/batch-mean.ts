/**
 * Mean return of the other rollouts of the batch at the same step (leave one out), which needs no
 * past. A batch of one has nothing to be compared with: what it expects is 0.
 */
import type { Baseline } from "./baseline.ts";

export function batchMean(): Baseline {
  return {
    expected(returns) {
      const others = returns.length - 1;
      return returns.map((own, i) =>
        own.map((_, step) => {
          let sum = 0;
          returns.forEach((steps, j) => {
            if (j !== i) sum += steps[Math.min(step, steps.length - 1)];
          });
          return others === 0 ? 0 : sum / others;
        }),
      );
    },
    save: () => null,
    load() {},
  };
}
