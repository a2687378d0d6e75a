/**
 * Named clusters. Accelerators come first (`gpu:0` or `tpu:0` onwards), the hosts' CPUs last
 * (`cpu:0` onwards, one for a machine).
 *
 * - `2xK80`, `4xK80`, `8xK80`: dies of one p2.8xlarge behind PCIe; 7,600 bytes/us and 25 us for a
 *   transfer, as in the published Placeto simulator;
 * - `2xP100`, `4xP100`, `8xP100`: PCIe 3.0 x16, 15.75 GB/s by specification, about 12 GB/s in
 *   practice;
 * - `2xP100-10gbe`: the same GPUs in two machines on 10 Gbit/s Ethernet, 1,250 bytes/us: slow
 *   enough that splitting seldom pays;
 * - `2xP100+2xK80`: unequal GPUs on one PCIe switch, each at the speed of its own port;
 * - `16xP100-2racks`: two racks of two machines of four P100. Ethernet of 25 Gbit/s joins machines
 *   to racks and rack to rack, half of what a rack's machines can send;
 * - `4xT4`, `8xT4`: the T4s of a g4dn.12xlarge and of a g4dn.metal. Copies between them go through
 *   the host's memory (from memory, not checked);
 * - `4xV100-pcie`: two PCIe switches of two V100; copies between the switches go through the host;
 * - `8xV100-nvlink`: the hybrid cube mesh of a DGX-1 or p3.16xlarge, 25 GB/s a cable and direction
 *   (NVLink 2, checked);
 * - `2x8xV100`: two such machines; two GPUs share a PCIe switch and its 100 Gbit/s InfiniBand card,
 *   four cards a machine;
 * - `8xA100-switch`: a DGX A100, 300 GB/s a direction into the NVSwitch (12 NVLink 3 links of 25
 *   GB/s);
 * - `8xH100-nvswitch`: a DGX H100, 450 GB/s a direction (900 GB/s both, checked); `1xH100` is one
 *   of them alone;
 * - `8xTPUv3`: 2 x 4 chips with the long side closed to a ring, two hosts; `4xTPUv4`: 2 x 2 chips
 *   of one host. Links of 70 and 50 GB/s a direction, from memory of the TPU v4 paper (Jouppi et
 *   al., ISCA 2023);
 * - `cpu-only`: the two sockets of a p2.16xlarge on two QPI links, 19.2 GB/s a direction each, from
 *   memory;
 * - `4xV100-rented`: hosts of 16 cores and V100 to rent, each behind 100 Gbit/s Ethernet, for the
 *   objective cost. The prices are those of HeterPS (arXiv 2111.10635), from memory: 0.04 USD for
 *   an hour of a core, 2.42 for one of a V100;
 * - clusters of V100 on Ethernet, as papers on pipelines had them: papers.ts.
 *
 * Switches forward a transfer while they receive it (cut-through). GPUs and hosts of clusters with
 * switches do so too. In other clusters a GPU or a host stores a transfer before it forwards it, so
 * the time of every cable counts. The K80's latency is published; all others are our choice. A copy
 * over PCIe or NVLink has 10 us, about the latency of a launched copy. A message has 50 us on
 * Ethernet and 12 us on InfiniBand.
 */
import { type Cluster, egressCluster } from "../../env/model/cluster/cluster.ts";
import { type DeviceModel, deviceOf } from "./devices.ts";
import { type ClusterEntry, entry, gpus, host } from "./entry.ts";
import { type Cable, fabricCluster, type LinkSpeed } from "./fabric.ts";
import {
  CUBE_MESH,
  ethernet10,
  ethernet25,
  ethernet100,
  ici3,
  ici4,
  nvlink2,
  nvlink3Port,
  nvlink4Port,
  p2Lane,
  p2Port,
  pcie3,
  pcie3Lane,
  pcie4,
  pcie5,
  qpi,
} from "./links.ts";
import { dgx1 } from "./machines.ts";
import { paperClusters } from "./papers.ts";
import { hostPorts, joined, nvlinkMesh, nvswitch, pcieTree, ports, torus } from "./topologies.ts";

export type { ClusterEntry } from "./entry.ts";

const tpus = (model: DeviceModel, count: number) =>
  Array.from({ length: count }, (_, i) => deviceOf(model, `tpu:${i}`));

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

function twoDgx1(name: string): Cluster {
  const machines = [0, 1].map((m) => dgx1(gpus("V100", 8, 8 * m), host(m), 4 * m, "infiniband"));
  return joined(
    name,
    machines.map(({ part }) => part),
    "cut-through",
    {
      switches: ["infiniband"],
      cables: machines.flatMap(({ cards }) => cards),
    },
  );
}

function twoRacks(name: string): Cluster {
  const machines = [0, 1, 2, 3];
  const parts = machines.map((machine) =>
    pcieTree([`pcie:${machine}`], gpus("P100", 4, 4 * machine), host(machine), {
      lane: pcie3Lane,
      uplink: pcie3Lane,
    }),
  );
  return joined(name, parts, "cut-through", {
    switches: ["rack:0", "rack:1"],
    cables: [
      ...machines.map((machine): Cable => {
        return { ends: [`pcie:${machine}`, `rack:${Math.floor(machine / 2)}`], speed: ethernet25 };
      }),
      { ends: ["rack:0", "rack:1"], speed: ethernet25 },
    ],
  });
}

function mixedPorts(name: string): Cluster {
  const own = [...gpus("P100", 2), ...gpus("K80", 2, 2)];
  const lanes = [pcie3Lane, pcie3Lane, p2Lane, p2Lane];
  return joined(name, [ports("pcie", own, host(), lanes, pcie3Lane)], "cut-through");
}

const USD_PER_CORE_HOUR = 0.04;
const USD_PER_V100_HOUR = 2.42;
const CORES = 16;

function rented(name: string): Cluster {
  const hosts = Array.from({ length: 32 }, (_, i) => host(i));
  const devices = [
    ...gpus("V100", 4).map((device) => ({ ...device, usdPerHour: USD_PER_V100_HOUR })),
    ...hosts.map((device) => ({ ...device, usdPerHour: CORES * USD_PER_CORE_HOUR })),
  ];
  return egressCluster(name, devices, ethernet100);
}

export const clusterCatalog: readonly ClusterEntry[] = [
  withPorts("2xK80", "K80", 2, p2Port, "2 K80 dies of a p2.8xlarge on PCIe, and the host"),
  withPorts("4xK80", "K80", 4, p2Port, "4 K80 dies of a p2.8xlarge on PCIe, and the host"),
  withPorts("8xK80", "K80", 8, p2Port, "8 K80 dies, a whole p2.8xlarge on PCIe, and the host"),
  withPorts("2xP100", "P100", 2, pcie3, "2 P100 on PCIe 3.0, and the host"),
  withPorts("4xP100", "P100", 4, pcie3, "4 P100 on PCIe 3.0, and the host"),
  withPorts("8xP100", "P100", 8, pcie3, "8 P100 on PCIe 3.0, and the host"),
  withPorts("2xP100-10gbe", "P100", 2, ethernet10, "2 P100 and the host, each behind 10 Gbit/s Ethernet"),
  entry("2xP100+2xK80", "2 P100 and 2 K80 dies on one PCIe switch, and the host", mixedPorts),
  entry("16xP100-2racks", "2 racks of 2 machines of 4 P100 on 25 Gbit/s Ethernet, and 4 hosts", twoRacks),
  entry("4xT4", "4 T4 that copy to each other through the memory of the host", (name) =>
    joined(name, [hostPorts(gpus("T4", 4), host(), pcie3)]),
  ),
  entry("8xT4", "8 T4 that copy to each other through the memory of the host", (name) =>
    joined(name, [hostPorts(gpus("T4", 8), host(), pcie3)]),
  ),
  entry("4xV100-pcie", "2 PCIe switches of 2 V100 each below the host", (name) => {
    const lanes = { lane: pcie3Lane, uplink: pcie3Lane };
    return joined(name, [pcieTree(["pcie:0", "pcie:1"], gpus("V100", 4), host(), lanes)], "cut-through");
  }),
  entry("8xV100-nvlink", "8 V100 in an NVLink hybrid cube mesh, and the host", (name) =>
    joined(name, [nvlinkMesh(gpus("V100", 8), host(), CUBE_MESH, { nvlink: nvlink2, pcie: pcie3 })]),
  ),
  entry("2x8xV100", "2 machines of 8 V100 in NVLink cube meshes on InfiniBand, and 2 hosts", twoDgx1),
  entry("8xA100-switch", "8 A100 on an NVSwitch, and the host", (name) =>
    joined(
      name,
      [nvswitch("switch", gpus("A100", 8), host(), { port: nvlink3Port, pcie: pcie4 })],
      "cut-through",
    ),
  ),
  withPorts("1xH100", "H100", 1, pcie5, "1 H100 on PCIe 5.0, and the host"),
  entry("8xH100-nvswitch", "8 H100 on an NVSwitch, and the host", (name) =>
    joined(
      name,
      [nvswitch("switch", gpus("H100", 8), host(), { port: nvlink4Port, pcie: pcie5 })],
      "cut-through",
    ),
  ),
  entry("8xTPUv3", "2 x 4 TPU v3 chips, and 2 hosts", (name) => {
    const speeds = { link: ici3, pcie: pcie3, between: ethernet25 };
    return joined(name, [torus([2, 4], tpus("TPUv3", 8), [host(0), host(1)], speeds)], "cut-through");
  }),
  entry("4xTPUv4", "2 x 2 TPU v4 chips, and the host", (name) => {
    const speeds = { link: ici4, pcie: pcie3, between: ethernet25 };
    return joined(name, [torus([2, 2], tpus("TPUv4", 4), [host()], speeds)], "cut-through");
  }),
  entry("4xV100-rented", "32 hosts of 16 cores and 4 V100, each rented by the hour", rented),
  entry("cpu-only", "2 sockets of 16 Xeon cores, without accelerators", (name) =>
    fabricCluster({
      name,
      devices: [host(0), host(1)],
      cables: [{ ends: ["cpu:0", "cpu:1"], speed: qpi }],
    }),
  ),
  ...paperClusters,
];
