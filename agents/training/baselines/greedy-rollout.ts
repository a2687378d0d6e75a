/**
 * The first return of the policy's own greedy plan (Rennie et al., CVPR 2017; Kool et al., ICLR
 * 2019). Each update rolls it out once more, and its simulations are charged.
 */
import { createRng } from "../../../env/model/rng.ts";
import { GREEDY } from "../contract.ts";
import { type Baseline, everywhere } from "./baseline.ts";

export function greedyRollout(): Baseline {
  return {
    expected(returns, _, lesson) {
      const [{ rewards }] = lesson.rollOut(1, GREEDY, 0, createRng("greedy rollouts draw nothing"));
      return everywhere(
        returns,
        rewards.reduce((sum, reward) => sum + reward, 0),
      );
    },
    save: () => null,
    load() {},
  };
}
