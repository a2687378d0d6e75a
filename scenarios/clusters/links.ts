/**
 * Speeds of the cables that the built-in and the generated clusters are made of, and the wiring of
 * a DGX-1. The header of index.ts and docs/clusters.md give the sources.
 *
 * The latencies are our choice but for the K80's. A copy over PCIe or NVLink has 10 us in all, a
 * message 50 us on Ethernet and 12 us on InfiniBand. A cable has its share of that.
 */
import type { LinkSpeed } from "./fabric.ts";

export const p2Port: LinkSpeed = { bytesPerUs: 7_600, latencyUs: 25 };
export const pcie3: LinkSpeed = { bytesPerUs: 12_000, latencyUs: 10 };
export const pcie4: LinkSpeed = { bytesPerUs: 24_000, latencyUs: 10 };
export const pcie5: LinkSpeed = { bytesPerUs: 48_000, latencyUs: 10 };
export const nvlink2: LinkSpeed = { bytesPerUs: 25_000, latencyUs: 10 };
/** Latency of one of the two cables that a copy through a switch crosses. */
export const pcie3Lane: LinkSpeed = { bytesPerUs: 12_000, latencyUs: 5 };
export const p2Lane: LinkSpeed = { bytesPerUs: 7_600, latencyUs: 5 };
export const nvlink3Port: LinkSpeed = { bytesPerUs: 300_000, latencyUs: 5 };
export const nvlink4Port: LinkSpeed = { bytesPerUs: 450_000, latencyUs: 5 };
/** EDR, 100 Gbit/s: a card behind a PCIe switch, whose lane has the rest of the latency. */
export const infiniband: LinkSpeed = { bytesPerUs: 12_500, latencyUs: 1 };
/** HDR and NDR, 200 and 400 Gbit/s: a card for each GPU. */
export const infinibandHdr: LinkSpeed = { bytesPerUs: 25_000, latencyUs: 6 };
export const infinibandNdr: LinkSpeed = { bytesPerUs: 50_000, latencyUs: 6 };
/** A device alone behind 10 Gbit/s Ethernet. */
export const ethernet10: LinkSpeed = { bytesPerUs: 1_250, latencyUs: 50 };
/** The cable of a machine to a switch. */
export const ethernet10Uplink: LinkSpeed = { bytesPerUs: 1_250, latencyUs: 20 };
export const ethernet25: LinkSpeed = { bytesPerUs: 3_125, latencyUs: 20 };
export const ethernet100: LinkSpeed = { bytesPerUs: 12_500, latencyUs: 20 };
export const ici3: LinkSpeed = { bytesPerUs: 70_000, latencyUs: 1 };
export const ici4: LinkSpeed = { bytesPerUs: 50_000, latencyUs: 1 };
export const qpi: LinkSpeed = { bytesPerUs: 2 * 19_200, latencyUs: 1 };

/**
 * Cables between the GPUs of a DGX-1 with V100s, as `nvidia-smi topo -m` prints them: NV1, NV2 or
 * none.
 */
export const CUBE_MESH: readonly (readonly number[])[] = [
  [0, 1, 1, 2, 2, 0, 0, 0],
  [1, 0, 2, 1, 0, 2, 0, 0],
  [1, 2, 0, 2, 0, 0, 1, 0],
  [2, 1, 2, 0, 0, 0, 0, 1],
  [2, 0, 0, 0, 0, 1, 1, 2],
  [0, 2, 0, 0, 1, 0, 2, 1],
  [0, 0, 1, 0, 1, 2, 0, 2],
  [0, 0, 0, 1, 2, 1, 2, 0],
];
