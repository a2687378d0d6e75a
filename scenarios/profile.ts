/**
 * Properties of a scenario without a plan: its size, how tight memory is, how much it communicates.
 *
 * - `memoryPressure`: peak memory over the memory limit, with everything on one accelerator. It
 *   counts weights, optimizer state, and activations and temporaries while they live. Above 1 a
 *   plan has to split. The accelerator is the fastest one, or a host where there is none. Ops that
 *   it cannot run are on the fastest other device. `null` means no limit.
 * - `computeToTransfers`: time of all ops over time of all transfers, with each edge sent once.
 *   Times are means over accelerators (`communication.ts`). Splitting costs little where it is
 *   high. `Infinity` where nothing is sent.
 */

import { acceleratorsOrAll } from "../env/model/cluster/cluster.ts";
import { groupGraph } from "../env/model/coarsen/group-graph.ts";
import { liftToOps } from "../env/model/coarsen/grouping.ts";
import { placement } from "../env/model/plan/placement.ts";
import type { Scenario } from "../env/model/scenario.ts";
import { createSimulator } from "../env/sim/timeline/timeline.ts";
import { communicationShare } from "./communication.ts";

export interface ScenarioProfile {
  readonly ops: number;
  readonly groups: number;
  readonly devices: number;
  readonly memoryPressure: number | null;
  readonly computeToTransfers: number;
}

export function scenarioProfile(scenario: Scenario): ScenarioProfile {
  const { graph, grouping, cluster } = scenario;
  return {
    ops: graph.opCount,
    groups: grouping.groupCount,
    devices: cluster.devices.length,
    memoryPressure: memoryPressure(scenario),
    computeToTransfers: 1 / communicationShare(scenario),
  };
}

function memoryPressure(scenario: Scenario): number | null {
  const { groupCount, deviceCount, computeUs } = groupGraph(scenario);
  const { grouping, cluster } = scenario;
  const rows = Array.from({ length: groupCount }, (_, g) =>
    computeUs.subarray(g * deviceCount, (g + 1) * deviceCount),
  );
  const device = fastestAccelerator(scenario, rows);
  const { memoryBytes } = cluster.devices[device];
  if (memoryBytes === Number.POSITIVE_INFINITY) return null;
  const groupDevice = rows.map((us) => (us[device] < Number.POSITIVE_INFINITY ? device : indexOfLeast(us)));
  const plan = placement(liftToOps(grouping, groupDevice));
  const { peakBytes } = createSimulator({ ...scenario, objective: "makespan" })(plan);
  return peakBytes[device] / memoryBytes;
}

/**
 * The device that runs the most groups, and of those the fastest. A group that a device cannot run
 * counts as longer than any time.
 */
function fastestAccelerator({ cluster }: Scenario, rows: readonly Float64Array[]): number {
  const candidates = acceleratorsOrAll(cluster);
  const cost = candidates.map((d) => {
    const times = rows.map((us) => us[d]).filter((us) => us < Number.POSITIVE_INFINITY);
    return { missed: rows.length - times.length, us: times.reduce((sum, us) => sum + us, 0) };
  });
  const order = candidates.map((_, i) => i);
  order.sort((a, b) => cost[a].missed - cost[b].missed || cost[a].us - cost[b].us || a - b);
  return candidates[order[0]];
}

const indexOfLeast = (values: Float64Array): number => values.indexOf(Math.min(...values));
