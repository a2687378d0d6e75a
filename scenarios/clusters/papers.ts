/**
 * Clusters of V100 on Ethernet, on which papers on pipelines measured:
 *
 * - `4x4xV100-10gbe`: Cluster-A of PipeDream (SOSP 2019), 4 V100 on PCIe in a server;
 * - `2x8xV100-25gbe`: its Cluster-B, and Config-A of DAPPLE (PPoPP 2021), 8 V100 on NVLink;
 * - `16x1xV100-25gbe`, `16x1xV100-10gbe`: Config-B and Config-C of DAPPLE, one V100 in a server;
 * - `8x8xV100-25gbe`: the 64 V100 of PipeDream-2BW (ICML 2021), eight p3.16xlarge.
 *
 * GPUs in a server, their links and the speed of the network are the papers', from memory. The rest
 * is ours. Two GPUs share a PCIe switch, and the network card is on the host. One switch joins all
 * servers. Latencies are those of `links.ts`. Cluster-C of PipeDream has Titan X GPUs, which
 * devices.ts does not have.
 */
import type { Cluster, Device } from "../../env/model/cluster/cluster.ts";
import { type ClusterEntry, entry, gpus, host } from "./entry.ts";
import type { LinkSpeed } from "./fabric.ts";
import { ethernet10Uplink, ethernet25, pcie3, pcie3Lane } from "./links.ts";
import { dgx1, NETWORK } from "./machines.ts";
import { hostPorts, joined, type Part, pcieTree } from "./topologies.ts";

/** Wiring inside server number `m`. */
type Server = (own: readonly Device[], host: Device, m: number) => Part;

const onNvlink: Server = (own, cpu, m) => dgx1(own, cpu, 4 * m, NETWORK).part;
const alone: Server = (own, cpu) => hostPorts(own, cpu, pcie3);
const onPcie: Server = (own, cpu, m) =>
  pcieTree([`pcie:${2 * m}`, `pcie:${2 * m + 1}`], own, cpu, { lane: pcie3Lane, uplink: pcie3Lane });

/** Hosts pass on what goes to other servers. */
function servers(
  name: string,
  [count, size]: readonly [number, number],
  wired: Server,
  network: LinkSpeed,
): Cluster {
  const parts = Array.from({ length: count }, (_, m) => {
    const part = wired(gpus("V100", size, size * m), host(m), m);
    return { ...part, relays: [...new Set([...part.relays, host(m).name])] };
  });
  return joined(name, parts, "cut-through", {
    switches: [NETWORK],
    cables: parts.map((_, m) => ({ ends: [host(m).name, NETWORK], speed: network })),
  });
}

export const paperClusters: readonly ClusterEntry[] = [
  entry("4x4xV100-10gbe", "4 machines of 4 V100 on PCIe on 10 Gbit/s Ethernet, and 4 hosts", (name) =>
    servers(name, [4, 4], onPcie, ethernet10Uplink),
  ),
  entry(
    "2x8xV100-25gbe",
    "2 machines of 8 V100 in NVLink cube meshes on 25 Gbit/s Ethernet, and 2 hosts",
    (name) => servers(name, [2, 8], onNvlink, ethernet25),
  ),
  entry(
    "8x8xV100-25gbe",
    "8 machines of 8 V100 in NVLink cube meshes on 25 Gbit/s Ethernet, and 8 hosts",
    (name) => servers(name, [8, 8], onNvlink, ethernet25),
  ),
  entry("16x1xV100-25gbe", "16 machines of one V100 on 25 Gbit/s Ethernet, and 16 hosts", (name) =>
    servers(name, [16, 1], alone, ethernet25),
  ),
  entry("16x1xV100-10gbe", "16 machines of one V100 on 10 Gbit/s Ethernet, and 16 hosts", (name) =>
    servers(name, [16, 1], alone, ethernet10Uplink),
  ),
];
