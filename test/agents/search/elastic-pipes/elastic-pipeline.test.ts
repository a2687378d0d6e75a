import { describe, expect, test } from "vitest";
import { greedyFill, publishedFill } from "../../../../agents/search/elastic-pipes/balance.ts";
import {
  type ElasticOptions,
  elasticEpochs,
  microBatchesOf,
} from "../../../../agents/search/elastic-pipes/elastic-pipeline.ts";
import { freezeEnvelope } from "../../../../agents/search/elastic-pipes/freeze-schedule.ts";

const vit = {
  millions: Float64Array.from([0.74, ...Array.from({ length: 12 }, () => [2.36, 4.72]).flat()]),
  unitsPerLayer: 2,
};
const options: ElasticOptions = { gpusPerNode: 8, nodes: 2, pipeline: 8, fill: publishedFill, cacheFrom: 3 };
const frozenOf = (alpha: number) => [0, ...freezeEnvelope(12, alpha, 9)];

describe("PipeTransformer's elastic pipeline", () => {
  test.each([1 / 5, 1 / 3, 2 / 5, 1 / 2])(
    "halves to the memory test and keeps K x R, with alpha %d",
    (alpha) => {
      const epochs = elasticEpochs(vit, options, frozenOf(alpha));
      const allowed = greedyFill(vit.millions, 8, 0, publishedFill).largest;
      expect(epochs[0]).toMatchObject({ pipeline: 8, replicas: 2, isRebuilt: true, isCached: false });
      for (const [epoch, { pipeline, replicas, frozenUnits }] of epochs.entries()) {
        const before = epochs[epoch - 1]?.pipeline ?? 8;
        expect(pipeline * replicas).toBe(16);
        expect(Number.isInteger(Math.log2(pipeline))).toBe(true);
        expect(pipeline).toBeLessThanOrEqual(before);
        const largestAt = (length: number) =>
          greedyFill(vit.millions, length, frozenUnits, publishedFill).largest;
        if (pipeline < before) expect(largestAt(pipeline)).toBeLessThanOrEqual(allowed);
        if (pipeline > 1 && epochs[epoch].isRebuilt && epoch > 0)
          expect(largestAt(pipeline / 2)).toBeGreaterThan(allowed);
      }
      expect(epochs.at(-1)!.pipeline).toBeLessThan(8);
    },
  );

  test("does nothing where the number of frozen layers stays", () => {
    const [, second, third] = elasticEpochs(vit, options, [0, 4, 4]);
    expect(second.isRebuilt).toBe(true);
    expect(third).toEqual({ ...second, isRebuilt: false });
  });

  test("freezes the embedding with the first layer, and caches from the third layer on", () => {
    const epochs = elasticEpochs(vit, options, [0, 1, 3, 12]);
    expect(epochs.map(({ frozenUnits }) => frozenUnits)).toEqual([0, 3, 7, 25]);
    expect(epochs.map(({ isCached }) => isCached)).toEqual([false, false, true, true]);
  });

  test("takes micro-batches from the table", () => {
    expect([8, 4, 2, 1, 16].map(microBatchesOf)).toEqual([16, 16, 16, 4, 64]);
  });

  test("refuses pipelines that cannot halve, and layers that thaw", () => {
    expect(() => elasticEpochs(vit, { ...options, pipeline: 6 }, [0])).toThrow(/power of two/);
    expect(() => elasticEpochs(vit, { ...options, nodes: 1, gpusPerNode: 4 }, [0])).toThrow(
      /whole pipelines/,
    );
    expect(() => elasticEpochs(vit, options, [4, 3])).toThrow(/cannot become/);
  });
});
