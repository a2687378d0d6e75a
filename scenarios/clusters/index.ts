/**
 * Named clusters. The host CPU is always the last device; GPUs are `gpu:0` onwards.
 *
 * - `2xK80`, `4xK80`, `8xK80`: dies of one p2.8xlarge behind PCIe, 7,600 bytes/us and 25 us for a transfer, the figures of
 *   the published Placeto simulator for that machine;
 * - `2xP100`, `4xP100`: PCIe 3.0 x16, 15.75 GB/s on paper, some 12 GB/s in practice;
 * - `2xP100-10gbe`: the same GPUs in two machines on 10 Gbit/s Ethernet, 1,250 bytes/us: slow enough that splitting seldom pays;
 * - `8xV100-nvlink`: the hybrid cube mesh of a DGX-1 or p3.16xlarge, 25 GB/s a cable and direction (NVLink 2);
 * - `8xA100-switch`: a DGX A100, 300 GB/s a direction into the NVSwitch (12 NVLink 3 links of 25 GB/s).
 *
 * Latencies other than the K80's are a choice: 10 us, the order of a launched copy; 50 us, that of a message on Ethernet.
 */
import { type Cluster, egressCluster } from "../../env/index.ts";
import { type DeviceModel, deviceOf } from "./devices.ts";
import { type LinkSpeed, nvlinkCluster, switchCluster } from "./topologies.ts";

export { type DeviceModel, type DeviceSheet, deviceOf, deviceSheets } from "./devices.ts";

export interface ClusterEntry {
  readonly name: string;
  readonly summary: string;
  readonly build: () => Cluster;
}

const p2Port: LinkSpeed = { bytesPerUs: 7_600, latencyUs: 25 };
const pcie3: LinkSpeed = { bytesPerUs: 12_000, latencyUs: 10 };
const ethernet10: LinkSpeed = { bytesPerUs: 1_250, latencyUs: 50 };
const pcie4: LinkSpeed = { bytesPerUs: 24_000, latencyUs: 10 };
const nvlink2: LinkSpeed = { bytesPerUs: 25_000, latencyUs: 10 };
const nvswitch: LinkSpeed = { bytesPerUs: 300_000, latencyUs: 10 };

/** Cables between the GPUs of a DGX-1 with V100s, as `nvidia-smi topo -m` prints them: NV1, NV2 or none. */
const CUBE_MESH = [
  [0, 1, 1, 2, 2, 0, 0, 0],
  [1, 0, 2, 1, 0, 2, 0, 0],
  [1, 2, 0, 2, 0, 0, 1, 0],
  [2, 1, 2, 0, 0, 0, 0, 1],
  [2, 0, 0, 0, 0, 1, 1, 2],
  [0, 2, 0, 0, 1, 0, 2, 1],
  [0, 0, 1, 0, 1, 2, 0, 2],
  [0, 0, 0, 1, 2, 1, 2, 0],
];

const gpus = (model: DeviceModel, count: number) =>
  Array.from({ length: count }, (_, i) => deviceOf(model, `gpu:${i}`));
const host = () => deviceOf("Xeon", "cpu:0");

const withPorts = (
  name: string,
  model: DeviceModel,
  count: number,
  port: LinkSpeed,
  summary: string,
): ClusterEntry => ({
  name,
  summary,
  build: () => egressCluster(name, [...gpus(model, count), host()], port),
});

export const clusterCatalog: readonly ClusterEntry[] = [
  withPorts("2xK80", "K80", 2, p2Port, "2 K80 dies of a p2.8xlarge on PCIe, and the host"),
  withPorts("4xK80", "K80", 4, p2Port, "4 K80 dies of a p2.8xlarge on PCIe, and the host"),
  withPorts("8xK80", "K80", 8, p2Port, "8 K80 dies, a whole p2.8xlarge on PCIe, and the host"),
  withPorts("2xP100", "P100", 2, pcie3, "2 P100 on PCIe 3.0, and the host"),
  withPorts("4xP100", "P100", 4, pcie3, "4 P100 on PCIe 3.0, and the host"),
  withPorts("2xP100-10gbe", "P100", 2, ethernet10, "2 P100 and the host, each behind 10 Gbit/s Ethernet"),
  {
    name: "8xV100-nvlink",
    summary: "8 V100 in an NVLink hybrid cube mesh, and the host",
    build: () =>
      nvlinkCluster("8xV100-nvlink", gpus("V100", 8), host(), CUBE_MESH, { cable: nvlink2, pcie: pcie3 }),
  },
  {
    name: "8xA100-switch",
    summary: "8 A100 on an NVSwitch, and the host",
    build: () => switchCluster("8xA100-switch", gpus("A100", 8), host(), { port: nvswitch, pcie: pcie4 }),
  },
];
