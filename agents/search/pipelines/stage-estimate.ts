/**
 * What a stage of a chain costs, by formula. Times are of a share of the batch on the slowest of
 * its devices, bytes are of each of them. Searches rank candidates by it; the simulator scores
 * them.
 */
import type { LayerChain } from "../../../env/model/layers/layer-chain.ts";
import { prefixSums } from "../../problems/prefix-sums.ts";

export interface StageEstimator {
  /** Forward and backward of a share of the batch, recomputation included, us. */
  us(range: StageRange, share: number): number;
  /** Weights, optimizer state, gradients, and `live` micro-batches of a share each, bytes. */
  bytes(range: StageRange, share: number, live: number): number;
  weightBytes(range: Pick<StageRange, "from" | "to">): number;
  /** Updates, once in a batch, us. */
  updateUs(range: Omit<StageRange, "recompute">): number;
  /** The device type on which the whole chain takes longest, of the types of a set of devices. */
  slowestType(devices: readonly number[]): number;
}

export interface StageRange {
  readonly from: number;
  readonly to: number;
  /** Type of the stage's devices, the slowest where they differ. */
  readonly type: number;
  readonly recompute: boolean;
}

export function stageEstimator(chain: LayerChain): StageEstimator {
  const { count, types } = chain;
  const slots = chain.scenario.fidelity.optimizerSlots;
  const byType = (us: Float64Array) =>
    types.map((_, t) => prefixSums(us.subarray(t * count, (t + 1) * count)));
  const forward = byType(chain.forwardUs);
  const forwardFixed = byType(chain.forwardFixedUs);
  const backward = byType(chain.backwardUs);
  const backwardFixed = byType(chain.backwardFixedUs);
  const weights = prefixSums(chain.weightBytes);
  const gradients = prefixSums(chain.gradientBytes);
  const kept = prefixSums(chain.keptBytes);
  const updates = byType(chain.updateUs);
  const wholeUs = forward.map((sums) => sums[count]);
  const typeOf = new Int32Array(chain.scenario.cluster.devices.length).fill(-1);
  types.forEach(({ devices }, t) => {
    for (const device of devices) typeOf[device] = t;
  });
  const over = (sum: Float64Array, { from, to }: Pick<StageRange, "from" | "to">) => sum[to] - sum[from];
  return {
    us(range, share) {
      const t = range.type;
      const runs = range.recompute ? 2 : 1;
      const fixed = runs * over(forwardFixed[t], range) + over(backwardFixed[t], range);
      const whole = runs * over(forward[t], range) + over(backward[t], range);
      return fixed + share * (whole - fixed);
    },
    bytes(range, share, live) {
      const inputs = range.from === 0 ? 0 : chain.cutBytes[range.from - 1];
      const stored = range.recompute
        ? inputs * live + over(kept, range)
        : (inputs + over(kept, range)) * live;
      return over(weights, range) * (1 + slots) + over(gradients, range) + stored * share;
    },
    weightBytes: (range) => over(gradients, range),
    updateUs: (range) => over(updates[range.type], range),
    slowestType(devices) {
      let slowest = -1;
      for (const device of devices) {
        const t = typeOf[device];
        if (t === -1) continue;
        if (
          slowest === -1 ||
          wholeUs[t] > wholeUs[slowest] ||
          (wholeUs[t] === wholeUs[slowest] && t < slowest)
        )
          slowest = t;
      }
      return slowest;
    },
  };
}
