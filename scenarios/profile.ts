/**
 * What a scenario is like before anybody has placed it: its size, how tight memory is, how much it
 * communicates.
 *
 * - `memoryPressure`: everything on one accelerator, its peak over its memory: weights, optimizer
 *   state, activations and temporaries while they live. Above 1 a plan has to split. The
 *   accelerator is the fastest one (a host where there is none), and what it cannot run is on the
 *   fastest other device; `null` where its memory has no limit.
 * - `computeToTransfers`: time of all ops over time of all transfers if each edge crossed once,
 *   each the mean over accelerators (`communication.ts`). High: splitting costs little. `Infinity`
 *   where nothing is sent.
 */

import { isCpu } from "../env/model/cluster/cluster.ts";
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
 * The one that runs most groups and those fastest; a group that it cannot run counts as longer than
 * any time.
 */
function fastestAccelerator({ cluster }: Scenario, rows: readonly Float64Array[]): number {
  const numbers = cluster.devices.map((_, d) => d);
  const accelerators = numbers.filter((d) => !isCpu(cluster.devices[d]));
  const candidates = accelerators.length > 0 ? accelerators : numbers;
  const cost = candidates.map((d) => {
    const times = rows.map((us) => us[d]).filter((us) => us < Number.POSITIVE_INFINITY);
    return { missed: rows.length - times.length, us: times.reduce((sum, us) => sum + us, 0) };
  });
  const order = candidates.map((_, i) => i);
  order.sort((a, b) => cost[a].missed - cost[b].missed || cost[a].us - cost[b].us || a - b);
  return candidates[order[0]];
}

const indexOfLeast = (values: Float64Array): number => values.indexOf(Math.min(...values));
