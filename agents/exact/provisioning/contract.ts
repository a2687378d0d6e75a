/** What exact methods for plans of types answer. */
import type { Provisioning } from "../../../env/sim/objectives/provisioning/provision.ts";

export interface ProvisionedPlan {
  /** Resource type of each layer. */
  readonly typeOf: Int32Array;
  /** The cheapest units of its stages. */
  readonly provisioning: Provisioning;
}
