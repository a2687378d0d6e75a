import { describe, expect, test } from "vitest";
import { allocate } from "../../../../../agents/exact/stages/virtual-workers/cluster.ts";
import { crossingBytes } from "../../../../../agents/exact/stages/virtual-workers/parameter-servers.ts";
import { virtualWorkerPlan } from "../../../../../agents/exact/stages/virtual-workers/virtual-workers.ts";
import { fourNodes } from "./four-nodes.ts";

const { chain, cluster, options, speeds } = fourNodes;

describe("HetPipe's allocations", () => {
  const workersOf = (policy: "node" | "equal" | "hybrid") =>
    allocate(cluster, policy, (type) => speeds[type]);

  test("are a node, one GPU of each node, or halves of a fast and a slow node", () => {
    expect(workersOf("node")).toEqual([0, 1, 2, 3].map((n) => [n, n, n, n]));
    expect(workersOf("equal")).toEqual(Array.from({ length: 4 }, () => [0, 1, 2, 3]));
    expect(workersOf("hybrid")).toEqual([
      [0, 0, 3, 3],
      [0, 0, 3, 3],
      [1, 1, 2, 2],
      [1, 1, 2, 2],
    ]);
  });

  test("are none where nodes have different numbers of GPUs or cannot be paired", () => {
    const nodes = cluster.nodes.slice(0, 3);
    expect(allocate({ ...cluster, nodes }, "hybrid", () => 1)).toBeNull();
    const uneven = { ...cluster, nodes: [{ ...nodes[0], gpus: 2 }, nodes[1]] };
    expect(allocate(uneven, "equal", () => 1)).toBeNull();
    expect(allocate(uneven, "node", () => 1)).toHaveLength(2);
  });
});

describe("HetPipe's planner", () => {
  test("prefers equal workers to nodes, which wait for the slowest", () => {
    const planOf = (policy: "node" | "equal") =>
      virtualWorkerPlan(chain, cluster, { ...options, policies: [policy] })!;
    expect(planOf("equal").batchUs).toBeLessThan(planOf("node").batchUs);
    const best = virtualWorkerPlan(chain, cluster, options)!;
    expect(best.policy).not.toBe("node");
    expect(best.batchUs).toBeLessThanOrEqual(planOf("equal").batchUs);
  });

  test("moves no parameters between nodes with local shards, else all but a node's own both ways", () => {
    const plan = virtualWorkerPlan(chain, cluster, { ...options, policies: ["equal"] })!;
    expect(plan.sharding).toBe("local");
    const [{ stages }] = plan.workers;
    expect(crossingBytes(stages, chain.weightBytes, "local", 4)).toBe(0);
    expect(crossingBytes(stages, chain.weightBytes, "roundRobin", 4)).toBeCloseTo(2 * 200 * (3 / 4), 9);
  });

  test("puts more in flight for throughput, and stops where memory ends", () => {
    const one = virtualWorkerPlan(chain, cluster, { ...options, mostInFlight: 1 })!;
    const more = virtualWorkerPlan(chain, cluster, options)!;
    expect(more.inFlight).toBeGreaterThan(1);
    expect(more.batchUs).toBeLessThan(one.batchUs);
    expect(more.staleness).toBe(2 * more.inFlight - 2);
    const small = { ...cluster, nodes: cluster.nodes.map((node) => ({ ...node, memoryBytes: 260 })) };
    const tight = virtualWorkerPlan(chain, small, options)!;
    expect(tight.inFlight).toBeLessThan(more.inFlight);
    for (const { stages } of tight.workers)
      for (const { memoryBytes } of stages) expect(memoryBytes).toBeLessThanOrEqual(260);
    const none = { ...cluster, nodes: cluster.nodes.map((node) => ({ ...node, memoryBytes: 10 })) };
    expect(virtualWorkerPlan(chain, none, options)).toBeNull();
  });
});
