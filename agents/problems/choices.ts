/**
 * `Choices`: the search space of the planners, which devices each group may take.
 *
 * Every group has at least one choice, because `createScenario` has checked that some device runs
 * it.
 */
import { allowedDevices } from "../../env/model/cluster/allowed-devices.ts";
import { acceleratorsOrAll } from "../../env/model/cluster/cluster.ts";
import { liftToOps } from "../../env/model/coarsen/grouping.ts";
import type { Placement } from "../../env/model/plan/placement.ts";
import type { Scenario } from "../../env/model/scenario.ts";

/** `accelerators` leaves out devices of kind CPU, except for groups that no accelerator can run. */
export type Pool = "all" | "accelerators";
export const pools = ["all", "accelerators"] as const;

export interface Choices {
  readonly scenario: Scenario;
  readonly groupCount: number;
  readonly deviceCount: number;
  /** Devices of the pool, ascending. */
  readonly devices: Int32Array;
  /** Legal devices of each group, ascending, never empty. */
  readonly legal: readonly Int32Array[];
}

export function choicesOf(scenario: Scenario, pool: Pool): Choices {
  const { cluster, grouping } = scenario;
  const deviceCount = cluster.devices.length;
  const all = Int32Array.from({ length: deviceCount }, (_, d) => d);
  const devices = pool === "all" ? all : Int32Array.from(acceleratorsOrAll(cluster));
  const allowed = allowedDevices(scenario);
  const legal = Array.from({ length: grouping.groupCount }, (_, g) => {
    const runs = (d: number) => allowed[g * deviceCount + d] === 1;
    const preferred = devices.filter(runs);
    return preferred.length > 0 ? preferred : all.filter(runs);
  });
  return { scenario, groupCount: grouping.groupCount, deviceCount, devices, legal };
}

/** The op-level plan of one device per group. */
export function planOf({ scenario }: Choices, groupDevice: ArrayLike<number>): Placement {
  return { kind: "placement", device: liftToOps(scenario.grouping, groupDevice) };
}
