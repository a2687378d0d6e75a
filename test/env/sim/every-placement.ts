/** All legal placements of the groups of a small scenario, for laws that try everything. */
import { allowedDevices, liftToOps, type Placement, placement, type Scenario } from "../../../env/index.ts";

export function* everyPlacement(scenario: Scenario): Generator<Placement, void> {
  const { grouping, cluster } = scenario;
  const deviceCount = cluster.devices.length;
  const allowed = allowedDevices(scenario);
  const groupDevice = new Int32Array(grouping.groupCount);
  for (let code = 0; code < deviceCount ** grouping.groupCount; code++) {
    for (let g = 0, rest = code; g < grouping.groupCount; g++, rest = Math.floor(rest / deviceCount))
      groupDevice[g] = rest % deviceCount;
    if (groupDevice.some((d, g) => allowed[g * deviceCount + d] === 0)) continue;
    yield placement(liftToOps(grouping, groupDevice));
  }
}
