/** `ClusterEntry`: a line of the catalog of clusters. */
import type { Cluster, Device } from "../../env/model/cluster/cluster.ts";
import { type DeviceModel, deviceOf } from "./devices.ts";

export interface ClusterEntry {
  readonly name: string;
  readonly summary: string;
  readonly build: () => Cluster;
}

export const entry = (name: string, summary: string, build: (name: string) => Cluster): ClusterEntry => ({
  name,
  summary,
  build: () => build(name),
});

export const gpus = (model: DeviceModel, count: number, first = 0): Device[] =>
  Array.from({ length: count }, (_, i) => deviceOf(model, `gpu:${first + i}`));

export const host = (machine = 0): Device => deviceOf("Xeon", `cpu:${machine}`);
