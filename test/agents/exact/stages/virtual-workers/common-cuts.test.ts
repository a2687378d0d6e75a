import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { GpuCluster } from "../../../../../agents/exact/stages/virtual-workers/cluster.ts";
import {
  hasCommonCuts,
  withCommonCuts,
} from "../../../../../agents/exact/stages/virtual-workers/common-cuts.ts";
import { virtualWorkerPlan } from "../../../../../agents/exact/stages/virtual-workers/virtual-workers.ts";
import type { TypedChain } from "../../../../../agents/exact/stages/virtual-workers/worker-partition.ts";

const LAYERS = 6;
const amounts = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 2 * LAYERS, maxLength: 2 * LAYERS });
const chainOf = ([forward, backward, bytes]: readonly number[][]): TypedChain => ({
  layers: LAYERS,
  forwardUs: Float64Array.from(forward),
  backwardUs: Float64Array.from(backward),
  weightBytes: Float64Array.from(bytes.slice(0, LAYERS)),
  keptBytes: Float64Array.from(bytes.slice(LAYERS)),
  outputBytes: Float64Array.from(bytes.slice(0, LAYERS)),
});
const clusterOf = (memoryBytes: number): GpuCluster => ({
  nodes: [0, 1].map((type) => ({ type, gpus: 2, memoryBytes: type === 0 ? 1e6 : memoryBytes })),
  withinNode: { latencyUs: 0, bytesPerUs: 10 },
  betweenNodes: { latencyUs: 1, bytesPerUs: 5 },
});
const options = { mostInFlight: 2, distance: 0, stateFactor: 2, versions: true };

describe("virtual workers of common cuts", () => {
  test("fit their memory and have the same cuts, and are left as they are where they had them before", () => {
    let changed = 0;
    fc.assert(
      fc.property(
        fc.tuple(amounts, amounts, amounts),
        fc.integer({ min: 300, max: 900 }),
        (lists, memory) => {
          const [chain, cluster] = [chainOf(lists), clusterOf(memory)];
          for (const policy of ["node", "equal"] as const) {
            const all = { ...options, policies: [policy] };
            const plan = virtualWorkerPlan(chain, cluster, all);
            if (plan === null) continue;
            const common = withCommonCuts(chain, cluster, all, plan);
            expect(hasCommonCuts(common)).toBe(true);
            for (const { stages } of common.workers)
              for (const { node, memoryBytes } of stages)
                expect(memoryBytes).toBeLessThanOrEqual(cluster.nodes[node].memoryBytes);
            if (hasCommonCuts(plan)) expect(common).toBe(plan);
            else changed++;
            if (policy === "equal") expect(common).toBe(plan);
          }
        },
      ),
      { numRuns: 20, seed: 1 },
    );
    expect(changed).toBeGreaterThan(5);
  });

  test("are one worker alone where the others are so slow that they only hold it up", () => {
    const same = (value: number) => new Array<number>(LAYERS).fill(value);
    const chain = chainOf([
      [...same(1), ...same(100), 1].slice(0, 2 * LAYERS),
      [...same(1), ...same(1), 1].slice(0, 2 * LAYERS),
      [...same(1), ...same(1)],
    ]);
    // On the slow type the first layer takes long, so its node cuts elsewhere.
    chain.forwardUs[LAYERS] = 500;
    const all = { ...options, policies: ["node"] as const };
    const plan = virtualWorkerPlan(chain, clusterOf(1e6), all)!;
    expect(hasCommonCuts(plan)).toBe(false);
    const common = withCommonCuts(chain, clusterOf(1e6), all, plan);
    expect(common.workers.map(({ stages }) => stages.map(({ node }) => node))).toEqual([[0, 0]]);
  });
});
