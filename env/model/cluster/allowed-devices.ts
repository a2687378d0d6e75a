/** Which device may run which group: that which supports every op of it. */
import { kindsOf } from "../graph/support.ts";
import type { Scenario } from "../scenario.ts";

/** Shape [groupCount x deviceCount]; 1 where the device may run the group. */
export function allowedDevices({ graph, grouping, cluster }: Scenario): Uint8Array {
  const deviceCount = cluster.devices.length;
  const allowed = new Uint8Array(grouping.groupCount * deviceCount).fill(1);
  for (let v = 0; v < graph.opCount; v++) {
    const kinds = kindsOf(graph, v);
    if (kinds === null) continue;
    for (let d = 0; d < deviceCount; d++)
      if (!kinds.includes(cluster.devices[d].kind)) allowed[grouping.groupOf[v] * deviceCount + d] = 0;
  }
  return allowed;
}
