import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { GpuCluster } from "../../../../../agents/exact/stages/virtual-workers/cluster.ts";
import {
  distinctOrders,
  inFlightAt,
  partitionWorker,
} from "../../../../../agents/exact/stages/virtual-workers/worker-partition.ts";
import { randomChain, randomCluster, randomMemory, tryEverything } from "./every-partition.ts";

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
