/**
 * What a scenario is like before anybody has placed it: its size, how tight memory is, how much it communicates.
 *
 * - `memoryPressure`: everything on one device, the peak of that device over its memory: weights, optimizer state, activations and
 *   temporaries while they live. Above 1 a plan has to split. The device is the one that can run most groups, the fastest of equals;
 *   `null` where its memory has no limit.
 * - `computeToTransfers`: time of all ops over time of all transfers if each edge crossed once, each the mean over accelerators
 *   (`communication.ts`). High: splitting costs little. `Infinity` where nothing is sent.
 */
import { createSimulator, liftToOps, placement, type Scenario, singleDevicePlacement } from "../env/index.ts";
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
  const groupDevice = singleDevicePlacement(scenario);
  const device = busiest(groupDevice, scenario.cluster.devices.length);
  const { memoryBytes } = scenario.cluster.devices[device];
  if (memoryBytes === Number.POSITIVE_INFINITY) return null;
  const plan = placement(liftToOps(scenario.grouping, groupDevice));
  const { peakBytes } = createSimulator({ ...scenario, objective: "makespan" })(plan);
  return peakBytes[device] / memoryBytes;
}

function busiest(groupDevice: Int32Array, deviceCount: number): number {
  const groups = new Int32Array(deviceCount);
  for (const d of groupDevice) groups[d]++;
  return groups.indexOf(Math.max(...groups));
}
