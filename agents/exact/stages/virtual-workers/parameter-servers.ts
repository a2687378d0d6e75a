/**
 * Parameters that HetPipe's virtual workers push to and pull from parameter servers on the nodes
 * (Park et al., USENIX ATC 2020). Each worker moves its weights once each way per wave.
 *
 * - `roundRobin`: the weights of every layer are spread evenly over the nodes.
 * - `local`: the shard of a stage is on the node that runs it. This needs workers that all cut the
 *   layers alike, with each stage on one node.
 */
import type { WorkerStage } from "./worker-partition.ts";

export const shardings = ["roundRobin", "local"] as const;
export type Sharding = (typeof shardings)[number];

/** May the shards be local to the stages of all workers? */
export function mayBeLocal(workers: readonly (readonly WorkerStage[])[]): boolean {
  const [first, ...others] = workers;
  return others.every(
    (stages) =>
      stages.length === first.length &&
      stages.every(({ from, to, node }, s) => {
        const stage = first[s];
        return from === stage.from && to === stage.to && node === stage.node;
      }),
  );
}

/** Bytes of one worker and wave that cross between nodes, both ways together. */
export function crossingBytes(
  stages: readonly WorkerStage[],
  weightBytes: Float64Array,
  sharding: Sharding,
  nodes: number,
): number {
  if (sharding === "local") return 0;
  let bytes = 0;
  for (const { from, to } of stages) for (let v = from; v < to; v++) bytes += weightBytes[v];
  return 2 * bytes * (1 - 1 / nodes);
}
