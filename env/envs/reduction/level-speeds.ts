/** How fast the devices of a mesh reach each other, level by level of their machines. */
import type { Cluster } from "../../model/cluster/cluster.ts";

/**
 * Bytes per us of the slowest pair of devices that first meet on each level, outermost first;
 * infinite where there is none.
 */
export function levelSpeeds(
  { routes, links }: Cluster,
  devices: readonly number[],
  levels: readonly Int32Array[],
): number[] {
  const slowest = levels.map(() => 0);
  for (const a of devices)
    for (const b of devices) {
      if (a === b) continue;
      const level = levels.findLastIndex((machineOf) => machineOf[a] === machineOf[b]);
      const usPerByte = routes[a][b].reduce((sum, link) => sum + 1 / links[link].bytesPerUs, 0);
      slowest[level] = Math.max(slowest[level], usPerByte);
    }
  return slowest.map((usPerByte) => 1 / usPerByte);
}
