/**
 * The host of a device: the CPU that it reaches by the fastest links. Its memory takes what a plan
 * offloads. In a cluster of machines it is the CPU of the device's own machine.
 */
import { type Cluster, isCpu } from "./cluster.ts";

/** The number of the host, -1 where the cluster has no CPU; of equally near ones the first. */
export function hostOf(cluster: Cluster, device: number): number {
  const { devices, links, routes } = cluster;
  let host = -1;
  let least = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const [cpu, each] of devices.entries()) {
    if (!isCpu(each)) continue;
    const route = routes[device][cpu];
    const byteUs = route.reduce((sum, link) => sum + 1 / links[link].bytesPerUs, 0);
    const delayUs = route.reduce((sum, link) => sum + links[link].latencyUs, 0);
    if (byteUs > least[0] || (byteUs === least[0] && delayUs >= least[1])) continue;
    host = cpu;
    least = [byteUs, delayUs];
  }
  return host;
}
