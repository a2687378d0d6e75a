import { describe, expect, test } from "vitest";
import { settleLastStage } from "../../../../agents/search/mixed-pipes/last-stage.ts";
import type { LayerGraph } from "../../../../agents/search/mixed-pipes/layer-graph.ts";
import { mixedPipe } from "../../../../agents/search/mixed-pipes/mixed-pipe.ts";
import { chain, randomLayers } from "./random-layers.ts";

const partition = (graph: LayerGraph, gpus: number) =>
  mixedPipe(graph, {
    gpus,
    memoryBytes: Number.POSITIVE_INFINITY,
    blocks: [2 * gpus],
    assign: "largest-first",
    mode: "paper",
    weight: 1,
    sameGpuSpeedup: 10,
    seed: 1,
    limit: 1000,
  });

describe("the last stage without recomputation", () => {
  test("counts its layers once where all others count twice", () => {
    const settled = settleLastStage(chain([1, 1]), 10, (graph) => partition(graph, 2))!;
    expect(settled.isConsistent).toBe(true);
    expect([...settled.found.stageOf]).toEqual([0, 1]);
    expect(settled.costUs).toBe(2);
  });

  test("ends on every graph, never dearer than the first partition with its own last stage", () => {
    for (let seed = 0; seed < 30; seed++) {
      const graph = randomLayers(seed, 25);
      let rounds = 0;
      const settled = settleLastStage(graph, 10, (times) => {
        rounds++;
        return partition(times, 3);
      })!;
      expect(rounds).toBeLessThan(20);
      const doubled = { ...graph, backwardUs: graph.backwardUs.map((us, i) => us + graph.forwardUs[i]) };
      expect(settled.costUs).toBeLessThanOrEqual(partition(doubled, 3)!.costUs);
    }
  });
});
