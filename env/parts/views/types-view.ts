/**
 * What the observations of `Provision/Types-v1` may read of a running episode. They never write.
 */
import type { PricedChain } from "../../sim/objectives/provisioning/priced-chain.ts";

export interface TypesView {
  readonly chain: PricedChain;
  /** The layer that the next action is about, -1 after the end. */
  readonly current: number;
  /** Type of each layer, -1 where no action has chosen it. */
  readonly typeOf: Int32Array;
}
