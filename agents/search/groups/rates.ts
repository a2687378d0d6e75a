/**
 * Adaptive choice among operators: each is drawn as often as it has helped recently. Even an
 * operator without success keeps a small weight.
 */
import type { Rng } from "../../../env/model/rng.ts";

/** Weight of the past in a rate of success, and the weight that is always left. */
const MEMORY = 0.99;
const LEAST_RATE = 0.05;

export interface Rates {
  /** The number of an operator. */
  draw(rng: Rng): number;
  /** Says how much the operator's last proposal helped: 0 not at all, 1 it did. */
  learn(operator: number, helped: number): void;
}

export function createRates(operatorCount: number): Rates {
  const rate = new Float64Array(operatorCount).fill(1);
  return {
    draw(rng) {
      let sum = 0;
      for (const each of rate) sum += LEAST_RATE + each;
      let left = rng.next() * sum;
      for (let i = 0; i < operatorCount; i++) {
        left -= LEAST_RATE + rate[i];
        if (left < 0) return i;
      }
      return operatorCount - 1;
    },
    learn(operator, helped) {
      rate[operator] = MEMORY * rate[operator] + (1 - MEMORY) * helped;
    },
  };
}
