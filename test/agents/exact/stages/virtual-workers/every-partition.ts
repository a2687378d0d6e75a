/** Random cases of HetPipe's partition, and the least slowest stage by trying everything. */
import fc from "fast-check";
import type { GpuCluster } from "../../../../../agents/exact/stages/virtual-workers/cluster.ts";
import type {
  TypedChain,
  WorkerMemory,
} from "../../../../../agents/exact/stages/virtual-workers/worker-partition.ts";

const amount = fc.integer({ min: 1, max: 30 });

export const randomChain = fc
  .array(fc.tuple(amount, amount, amount, amount, amount, amount, amount), { minLength: 4, maxLength: 8 })
  .map((list): TypedChain => {
    const column = (...at: number[]) => Float64Array.from(at.flatMap((i) => list.map((row) => row[i])));
    return {
      layers: list.length,
      forwardUs: column(0, 1),
      backwardUs: column(2, 3),
      weightBytes: column(4),
      keptBytes: column(5),
      outputBytes: column(6),
    };
  });

export const randomCluster = fc
  .record({
    memory: fc.tuple(fc.integer({ min: 100, max: 900 }), fc.integer({ min: 100, max: 900 })),
    latencyUs: fc.nat(5),
  })
  .map(
    ({ memory, latencyUs }): GpuCluster => ({
      nodes: [
        { type: 0, gpus: 2, memoryBytes: memory[0] },
        { type: 1, gpus: 2, memoryBytes: memory[1] },
      ],
      withinNode: { latencyUs: 0, bytesPerUs: 8 },
      betweenNodes: { latencyUs, bytesPerUs: 2 },
    }),
  );

export const randomMemory = fc.record({
  inFlight: fc.integer({ min: 1, max: 8 }),
  stateFactor: fc.constantFrom(0, 2),
  versions: fc.boolean(),
});

/** The least slowest stage over every assignment of GPUs to places and every choice of cuts. */
export function tryEverything(
  chain: TypedChain,
  cluster: GpuCluster,
  gpus: readonly number[],
  memory: WorkerMemory,
): number {
  let least = Infinity;
  const orders: number[][] = [];
  const permute = (order: number[], left: readonly number[]): void => {
    if (left.length === 0) orders.push(order);
    left.forEach((gpu, i) => {
      permute([...order, gpu], [...left.slice(0, i), ...left.slice(i + 1)]);
    });
  };
  permute([], gpus);
  const k = gpus.length;
  const moveUs = (a: number, b: number, bytes: number) =>
    a === b ? bytes / 8 : cluster.betweenNodes.latencyUs + bytes / 2;
  for (const order of orders)
    for (let cuts = 0; cuts < 2 ** (chain.layers - 1); cuts++) {
      const stages: number[][] = [[0]];
      for (let v = 1; v < chain.layers; v++)
        if ((cuts >> (v - 1)) & 1) stages.push([v]);
        else stages[stages.length - 1].push(v);
      if (stages.length !== k) continue;
      let slowest = 0;
      let fits = true;
      stages.forEach((own, s) => {
        const node = order[s];
        const sum = (values: Float64Array, offset = 0) =>
          own.reduce((total, v) => total + values[offset + v], 0);
        const at = cluster.nodes[node].type * chain.layers;
        let us = sum(chain.forwardUs, at) + sum(chain.backwardUs, at);
        if (s > 0) us += moveUs(order[s - 1], node, chain.outputBytes[own[0] - 1]);
        if (s < k - 1) us += moveUs(order[s + 1], node, chain.outputBytes[own[own.length - 1]]);
        const flying = Math.min(memory.inFlight, 2 * (k - 1 - s) + 1);
        const weights = sum(chain.weightBytes);
        const bytes =
          (1 + memory.stateFactor) * weights +
          flying * (sum(chain.keptBytes) + (memory.versions ? weights : 0));
        if (bytes > cluster.nodes[node].memoryBytes) fits = false;
        slowest = Math.max(slowest, us);
      });
      if (fits) least = Math.min(least, slowest);
    }
  return least;
}
