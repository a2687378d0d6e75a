/**
 * A cluster without its hosts. Families place on equal devices, as Placeto did on the GPUs of a
 * machine. Hosts still forward transfers, because links belong to no device.
 */
import { type Cluster, isCpu } from "../../env/model/cluster/cluster.ts";

/** The accelerators and the links between them; a cluster that has none is left as it is. */
export function acceleratorsOf(cluster: Cluster): Cluster {
  const kept = cluster.devices.flatMap((device, d) => (isCpu(device) ? [] : [d]));
  if (kept.length === 0) return cluster;
  const routes = kept.map((from) => kept.map((to) => cluster.routes[from][to]));
  const crossed = new Set(routes.flat(2));
  const links = cluster.links.map((_, link) => link).filter((link) => crossed.has(link));
  return {
    ...cluster,
    devices: kept.map((d) => cluster.devices[d]),
    links: links.map((link) => cluster.links[link]),
    routes: routes.map((row) => row.map((route) => route.map((link) => links.indexOf(link)))),
  };
}
