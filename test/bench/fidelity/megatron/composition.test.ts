import fc from "fast-check";
import { expect, test } from "vitest";
import { simulateStep } from "../step.ts";
import { composedStep } from "./composition.ts";
import type { Run } from "./transformer.ts";

const MIB = 2 ** 20;
const table = (last: number) => ({
  seconds: Array.from({ length: 256 }, (_, i) => ((i + 1) * last) / 256),
  largestGBps: 150,
});
const tables = new Map([2, 4, 8].map((count) => [count, table(count / 1000)] as const));

/** The rule of the README, as it stands there. */
function ruleS(run: Run, x: number, hd: number, em: number, w: number, w0: number): number {
  const { hidden: h, layers: L, tensor: t, pipeline: p, data: d, microBatch: mb, sequence: s } = run;
  const M = run.batch / (d * mb);
  const words = Math.floor(50_257 / t) * h;
  const gradients = Array.from({ length: p }, (_, stage) => {
    const body = 2 * (L / p) * ((12 * h * h) / t + (7 * h) / t + 6 * h);
    return body + (stage === 0 ? 2 * (words + 1024 * h) : 0) + (stage === p - 1 ? 2 * words : 0);
  });
  const sums = gradients.map((bytes) => {
    const mib = Math.round(bytes / MIB);
    return mib > 256 ? mib / (150 * 256) : table(d / 1000).seconds[mib - 1];
  });
  const A = d === 1 ? 0 : Math.max(...sums);
  const g = (2 * mb * s * h * 2) / ((800 * 2 ** 30) / 8 / 4);
  if (p === 1) return M * (x * L + hd + em) + w * L + w0 + A;
  return (M - 1) * ((x * L) / p + hd) + x * L + hd + em + 2 * (p - 1) * g + (w * L) / p + w0 + A;
}

test("the engine composes a step as the rule of vTrain's README does", () => {
  const degree = fc.constantFrom(1, 2, 4);
  const ms = (least: number, most: number) => fc.integer({ min: least, max: most }).map((n) => n / 1000);
  fc.assert(
    fc.property(
      fc.record({ tensor: degree, data: degree, pipeline: degree, microBatch: degree, rounds: degree }),
      fc.record({
        layer: ms(2, 9),
        head: ms(4, 20),
        embedding: ms(0, 1),
        updateOfLayer: ms(0, 2),
        update: ms(0, 2),
      }),
      ({ rounds, ...split }, times) => {
        const run: Run = {
          ...split,
          gpus: split.tensor * split.data * split.pipeline,
          batch: split.data * split.microBatch * split.pipeline * rounds,
          hidden: 1024,
          heads: 16,
          layers: 4,
          sequence: 1024,
          chunks: 1,
          vocabulary: 50_257,
          recompute: "none",
          sequenceParallel: false,
          splitsSends: false,
        };
        const { seconds } = simulateStep(composedStep("made up", run, times, tables));
        const { layer, head, embedding, updateOfLayer, update } = times;
        const expected = ruleS(run, layer, head, embedding, updateOfLayer, update);
        expect(Math.abs(seconds / expected - 1)).toBeLessThan(1e-6);
      },
    ),
    { numRuns: 20 },
  );
});
