import { describe, expect, test } from "vitest";
import { coarsen } from "../../../../agents/search/mixed-pipes/coarsening.ts";
import { contraction } from "../../../../agents/search/mixed-pipes/contraction.ts";
import { type LayerGraph, layerWeights } from "../../../../agents/search/mixed-pipes/layer-graph.ts";
import { createRng } from "../../../../env/model/rng.ts";
import { chain, randomLayers } from "./random-layers.ts";

const coarsened = (graph: LayerGraph, limit: number, seed = 1) =>
  coarsen(graph, layerWeights(graph, 1), limit, createRng(seed));
const blocksOf = (graph: LayerGraph, limit: number, seed = 1) => {
  const at = coarsened(graph, limit, seed);
  return Array.from({ length: graph.count }, (_, layer) => at.blockOf(layer));
};

describe("a contraction", () => {
  test("rejects the merge that closes a cycle", () => {
    const triangle = {
      ...chain([1, 1, 1]),
      from: Int32Array.of(0, 0, 1),
      to: Int32Array.of(1, 2, 2),
      sendUs: Float64Array.of(1, 1, 1),
    };
    const at = contraction(triangle, Float64Array.of(1, 1, 1));
    expect(at.merge(0, 2)).toBe(false);
    expect(at.merge(0, 1)).toBe(true);
    expect([...at.successors[0]]).toEqual([[2, 2]]);
    expect(at.merge(0, 2)).toBe(true);
    expect(at.weightUs[0]).toBe(3);
  });
});

describe("FTPipe's coarsening", () => {
  test("leaves at most L blocks of a chain, all weight kept, in a topological order (100 graphs)", () => {
    for (let seed = 0; seed < 100; seed++) {
      const graph = randomLayers(seed, 20 + (seed % 21));
      const limit = 3 + (seed % 9);
      const at = coarsened(graph, limit, seed);
      const order = at.order();
      expect(order).toHaveLength(at.blocks.size);
      const rank = new Map(order.map((block, i) => [block, i]));
      const weights = layerWeights(graph, 1);
      const sum = new Float64Array(graph.count);
      for (let layer = 0; layer < graph.count; layer++) sum[at.blockOf(layer)] += weights[layer];
      for (const block of order) expect(at.weightUs[block]).toBe(sum[block]);
      for (const [edge, from] of graph.from.entries())
        expect(rank.get(at.blockOf(from))!).toBeLessThanOrEqual(rank.get(at.blockOf(graph.to[edge]))!);
    }
    for (let seed = 0; seed < 25; seed++) {
      const costs = Array.from({ length: 5 + seed }, (_, i) => (i * 7 + seed) % 13);
      expect(coarsened(chain(costs), 5, seed).blocks.size).toBe(5);
    }
  });

  test("merges the layers of a module first", () => {
    const graph = { ...chain([9, 9, 1, 1, 9]), scope: Int32Array.of(0, 0, -1, -1, -1) };
    expect(blocksOf(graph, 4)).toEqual([0, 0, 2, 3, 4]);
  });

  test("merges the ends of an edge that may not be cut, even below L blocks", () => {
    const graph = { ...chain([9, 9, 9]), uncuttable: Uint8Array.of(0, 1) };
    expect(blocksOf(graph, 3)).toEqual([0, 1, 1]);
  });

  test("merges a layer of no weight into the one before it", () => {
    expect(blocksOf(chain([9, 0, 9, 9]), 3)).toEqual([0, 0, 2, 3]);
    expect(blocksOf(chain([0, 9, 9, 9]), 3)).toEqual([0, 0, 2, 3]);
  });

  test("grows both ends of a long edge until their work is as long", () => {
    const graph = chain([6, 6, 6, 6, 30, 30], [0, 0, 12, 0, 0]);
    expect(blocksOf(graph, 4)).toEqual([0, 1, 1, 3, 3, 5]);
  });

  test("leaves an edge alone whose ends cannot grow enough", () => {
    expect(blocksOf(chain([6, 6, 30], [100, 0]), 3)).toEqual([0, 1, 2]);
  });

  test("grows blocks from evenly spaced repeated ones", () => {
    const graph = { ...chain([5, 5, 5, 5, 5, 5]), block: Int32Array.of(0, 0, 0, 0, 0, 0) };
    expect(blocksOf(graph, 3)).toEqual([0, 0, 2, 2, 4, 4]);
  });

  test("draws other centres by the seed where no blocks repeat, the same ones for the same seed", () => {
    const graph = chain(new Array(40).fill(5));
    expect(blocksOf(graph, 4, 1)).toEqual(blocksOf(graph, 4, 1));
    const seen = new Set(Array.from({ length: 5 }, (_, seed) => String(blocksOf(graph, 4, seed))));
    expect(seen.size).toBeGreaterThan(1);
  });
});
