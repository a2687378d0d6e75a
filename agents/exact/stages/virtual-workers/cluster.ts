/**
 * Nodes of equal GPUs that HetPipe plans for (Park et al., USENIX ATC 2020), and its three ways to
 * form virtual workers of them:
 *
 * - `node` (NP): the GPUs of one node are a worker.
 * - `equal` (ED): one GPU of each node, so that all workers are alike.
 * - `hybrid` (HD): half of a worker from a fast node and half from a slow one. Nodes are paired
 *   from both ends of their order by speed.
 */

export interface GpuNode {
  /** Row of the type in tables of times. */
  readonly type: number;
  readonly gpus: number;
  /** Memory of each GPU. */
  readonly memoryBytes: number;
}

/** Time of a transfer between two GPUs: a start-up time and bytes per us. */
export interface LinkTime {
  readonly latencyUs: number;
  readonly bytesPerUs: number;
}

export interface GpuCluster {
  readonly nodes: readonly GpuNode[];
  readonly withinNode: LinkTime;
  readonly betweenNodes: LinkTime;
}

/** Node of each GPU of a worker. */
export type WorkerGpus = readonly number[];

export const allocations = ["node", "equal", "hybrid"] as const;
export type Allocation = (typeof allocations)[number];

export function moveUs(cluster: GpuCluster, from: number, to: number, bytes: number): number {
  const { latencyUs, bytesPerUs } = from === to ? cluster.withinNode : cluster.betweenNodes;
  return bytes === 0 ? 0 : latencyUs + bytes / bytesPerUs;
}

/**
 * The workers, or null where the policy does not divide these nodes. `speedOf` is the work a type
 * does in a time.
 */
export function allocate(
  { nodes }: GpuCluster,
  policy: Allocation,
  speedOf: (type: number) => number,
): WorkerGpus[] | null {
  if (policy === "node") return nodes.map(({ gpus }, n) => new Array<number>(gpus).fill(n));
  const [{ gpus }] = nodes;
  if (nodes.some((node) => node.gpus !== gpus)) return null;
  if (policy === "equal") return Array.from({ length: gpus }, () => nodes.map((_, n) => n));
  if (nodes.length % 2 === 1 || gpus % 2 === 1) return null;
  const bySpeed = nodes
    .map((_, n) => n)
    .sort((a, b) => speedOf(nodes[b].type) - speedOf(nodes[a].type) || a - b);
  return bySpeed.slice(0, nodes.length / 2).flatMap((fast, i) => {
    const slow = bySpeed[nodes.length - 1 - i];
    const half = gpus / 2;
    const worker = [...new Array<number>(half).fill(fast), ...new Array<number>(half).fill(slow)];
    return [worker, worker];
  });
}
