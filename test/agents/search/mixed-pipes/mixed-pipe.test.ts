import { describe, expect, test } from "vitest";
import { minMaxLengths } from "../../../../agents/exact/cuts/stage-cuts.ts";
import {
  type MixedPipe,
  type MixedPipeOptions,
  mixedPipe,
} from "../../../../agents/search/mixed-pipes/mixed-pipe.ts";
import { refineStages } from "../../../../agents/search/mixed-pipes/refine.ts";
import { createRng } from "../../../../env/model/rng.ts";
import { sumsOf } from "../../exact/cuts/sums.ts";
import { costOf, isOrdered, leastCost } from "./every-assignment.ts";
import { chain, randomLayers } from "./random-layers.ts";

const options: MixedPipeOptions = {
  gpus: 2,
  memoryBytes: Number.POSITIVE_INFINITY,
  blocks: [5],
  assign: "largest-first",
  mode: "paper",
  weight: 1,
  sameGpuSpeedup: 10,
  seed: 1,
  limit: 100_000,
};
describe("mixed pipes", () => {
  test("of 3, 2, 2, 3, 2 on two GPUs: 7 in contiguous stages, 6 where stages share a GPU", () => {
    const costs = [3, 2, 2, 3, 2];
    expect(Math.max(...sumsOf(costs, minMaxLengths(costs, 2)))).toBe(7);
    const mixed = mixedPipe(chain(costs), { ...options, assign: "exhaustive" })!;
    expect(mixed.costUs).toBe(6);
    expect(mixed.gpuOf.length).toBeGreaterThan(2);
  });

  test("take 7 there by the largest job first, and by the smallest", () => {
    for (const assign of ["largest-first", "smallest-first"] as const)
      expect(mixedPipe(chain([3, 2, 2, 3, 2]), { ...options, assign })!.costUs).toBe(7);
  });

  test("of every assignment equal brute force, transfers included (80 chains)", () => {
    for (let seed = 0; seed < 80; seed++) {
      const rng = createRng(`chains/${seed}`);
      const draw = (most: number) => () => rng.int(most);
      const count = 2 + rng.int(6);
      const gpus = Math.min(count, 2 + rng.int(2));
      const graph = chain(Array.from({ length: count }, draw(20)), Array.from({ length: count }, draw(40)));
      const found = mixedPipe(graph, { ...options, gpus, blocks: [count], assign: "exhaustive" })!;
      expect(found.assignedUs).toBe(leastCost(graph, gpus));
      expect(found.costUs).toBe(found.assignedUs);
    }
  });

  test("have an order of stages, as many as GPUs at least and as L at most, and no dearer borders (60 graphs)", () => {
    let refined = 0;
    for (let seed = 0; seed < 60; seed++) {
      const graph = { ...randomLayers(seed, 16 + (seed % 40)), uncuttable: undefined };
      const gpus = 2 + (seed % 4);
      const blocks = [2 * gpus, 3 * gpus];
      for (const mode of ["paper", "code"] as const) {
        const found = mixedPipe(graph, { ...options, gpus, blocks, mode, seed }) as MixedPipe;
        expect(isOrdered(graph, found)).toBe(true);
        expect(found.gpuOf.length).toBeGreaterThanOrEqual(gpus);
        expect(found.gpuOf.length).toBeLessThanOrEqual(found.blocks);
        expect(new Set(found.stageOf).size).toBe(found.gpuOf.length);
        expect(found.costUs).toBeLessThanOrEqual(found.assignedUs);
        if (found.costUs < found.assignedUs) refined++;
        for (const wanted of blocks)
          expect(
            mixedPipe(graph, { ...options, gpus, blocks: [wanted], mode, seed })!.costUs,
          ).toBeGreaterThanOrEqual(found.costUs);
      }
    }
    expect(refined).toBeGreaterThan(10);
  });

  test("keep the cost of their stages while layers move as if it were computed anew", () => {
    for (let seed = 0; seed < 60; seed++) {
      const graph = randomLayers(seed, 30);
      const start = mixedPipe(graph, {
        ...options,
        gpus: 3,
        blocks: [9],
        assign: "smallest-first",
        mode: "code",
      })!;
      const refined = refineStages(graph, start, { mode: "paper", sameGpuSpeedup: 10, memoryBytes: 1e9 });
      const scratch = costOf(graph, refined);
      expect(Math.abs(refined.costUs - scratch)).toBeLessThanOrEqual(1e-9 * scratch);
    }
  });

  test("keep edges whole that may not be cut, while layers move", () => {
    for (let seed = 0; seed < 60; seed++) {
      const graph = randomLayers(seed, 30);
      const cuts = ({ stageOf }: { readonly stageOf: Int32Array }) =>
        [...graph.from].flatMap((layer, edge) =>
          graph.uncuttable![edge] === 1 && stageOf[layer] !== stageOf[graph.to[edge]] ? [edge] : [],
        );
      const stageOf = Int32Array.from({ length: 30 }, (_, layer) => Math.floor(layer / 10));
      const start = { stageOf, gpuOf: Int32Array.of(0, 1, 2) };
      const refined = refineStages(graph, start, { mode: "paper", sameGpuSpeedup: 10, memoryBytes: 1e9 });
      expect(cuts(start)).toEqual(expect.arrayContaining(cuts(refined)));
    }
  });

  test("fit the memory of every GPU, or say that nothing does", () => {
    const graph = randomLayers(3, 30);
    const total = graph.bytes.reduce((sum, bytes) => sum + bytes, 0);
    const memoryBytes = Math.ceil(total / 3) + 12;
    const found = mixedPipe(graph, { ...options, gpus: 3, blocks: [12], memoryBytes })!;
    const held = [0, 0, 0];
    for (const [layer, stage] of found.stageOf.entries()) held[found.gpuOf[stage]] += graph.bytes[layer];
    expect(Math.max(...held)).toBeLessThanOrEqual(memoryBytes);
    expect(mixedPipe(graph, { ...options, gpus: 3, blocks: [12], memoryBytes: total / 4 })).toBeNull();
  });

  test("refuse fewer blocks than GPUs", () => {
    expect(() => mixedPipe(chain([1, 2, 3]), { ...options, gpus: 3, blocks: [2] })).toThrow(/too few/);
  });
});
