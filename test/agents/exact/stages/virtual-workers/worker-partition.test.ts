import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { GpuCluster } from "../../../../../agents/exact/stages/virtual-workers/cluster.ts";
import {
  distinctOrders,
  inFlightAt,
  partitionWorker,
  type TypedChain,
  type WorkerMemory,
} from "../../../../../agents/exact/stages/virtual-workers/worker-partition.ts";

const amount = fc.integer({ min: 1, max: 30 });

const randomChain = fc
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

const randomCluster = fc
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

const randomMemory = fc.record({
  inFlight: fc.integer({ min: 1, max: 8 }),
  stateFactor: fc.constantFrom(0, 2),
  versions: fc.boolean(),
});

/** The least slowest stage over every assignment of GPUs to places and every choice of cuts. */
function tryEverything(
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

describe("HetPipe's partition in a virtual worker", () => {
  test("is that of trying every order and every cut, memory included", () => {
    let found = 0;
    fc.assert(
      fc.property(randomChain, randomCluster, randomMemory, (chain, cluster, memory) => {
        const gpus = [0, 0, 1, 1];
        const least = tryEverything(chain, cluster, gpus, memory);
        const partition = partitionWorker(chain, cluster, gpus, memory);
        expect(partition === null).toBe(least === Infinity);
        if (partition === null) return;
        found++;
        expect(partition.slowestUs).toBeCloseTo(least, 9);
        const { stages } = partition;
        expect(Math.max(...stages.map((stage) => stage.forwardUs + stage.backwardUs))).toBeCloseTo(least, 9);
        expect(stages.map(({ node }) => node).sort()).toEqual(gpus);
        stages.forEach(({ from, memoryBytes, node }, s) => {
          expect(from).toBe(s === 0 ? 0 : stages[s - 1].to);
          expect(memoryBytes).toBeLessThanOrEqual(cluster.nodes[node].memoryBytes);
        });
        expect(stages.at(-1)!.to).toBe(chain.layers);
      }),
      { numRuns: 150, seed: 1 },
    );
    expect(found).toBeGreaterThan(60);
  });

  test("has no order twice: two nodes of two GPUs have six, half of them where they are alike", () => {
    const orders = (...types: number[]) =>
      [
        ...distinctOrders([0, 1, 0, 1], { nodes: types.map((type) => ({ type, gpus: 2, memoryBytes: 1 })) }),
      ].map((order) => order.join(""));
    expect(orders(0, 1)).toEqual(["0011", "0101", "0110", "1001", "1010", "1100"]);
    expect(orders(0, 0)).toEqual(["0011", "0101", "0110"]);
  });

  test("keeps at most what is in flight, one mini-batch at the last stage", () => {
    expect([0, 1, 2, 3].map((stage) => inFlightAt(stage, 4, 100))).toEqual([7, 5, 3, 1]);
    expect([0, 1, 2, 3].map((stage) => inFlightAt(stage, 4, 4))).toEqual([4, 4, 3, 1]);
  });

  test("does not exist where there are more GPUs than layers", () => {
    const cluster: GpuCluster = {
      nodes: [{ type: 0, gpus: 4, memoryBytes: 1e9 }],
      withinNode: { latencyUs: 0, bytesPerUs: 1 },
      betweenNodes: { latencyUs: 0, bytesPerUs: 1 },
    };
    const three = Float64Array.of(1, 1, 1);
    const chain = {
      layers: 3,
      forwardUs: three,
      backwardUs: three,
      weightBytes: three,
      keptBytes: three,
      outputBytes: three,
    };
    const memory = { inFlight: 1, stateFactor: 0, versions: false };
    expect(partitionWorker(chain, cluster, [0, 0, 0, 0], memory)).toBeNull();
    expect(partitionWorker(chain, cluster, [0, 0, 0], memory)!.slowestUs).toBe(4);
  });
});
