import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { freezeByNorms, freezeEnvelope } from "../../../../agents/search/elastic-pipes/freeze-schedule.ts";
import { InputError } from "../../../../env/index.ts";

describe("PipeTransformer's frozen layers", () => {
  // What the published schedule gives for 12 layers in its epochs.
  test.each([
    [1 / 5, [3, 5, 6, 8, 9, 9, 10, 10, 11, 11]],
    [1 / 3, [4, 7, 9, 10, 11, 11, 12, 12, 12, 12]],
    [2 / 5, [5, 8, 10, 11, 12]],
    [1 / 2, [6, 9, 11, 12, 12]],
  ])("with alpha %d: %j of 12", (alpha, frozen) => {
    expect(freezeEnvelope(12, alpha, frozen.length)).toEqual(frozen);
  });

  test("round up exactly: a quarter of 12 layers is 3", () => {
    expect(freezeEnvelope(12, 1 / 4, 1)).toEqual([3]);
    expect(freezeEnvelope(10, 1 / 10, 1)).toEqual([1]);
  });

  test("follow the envelope where the top layer has the least norm", () => {
    const norms = Array.from({ length: 10 }, () => [9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 1]);
    expect(freezeByNorms(12, 1 / 5, norms)).toEqual(freezeEnvelope(12, 1 / 5, 10));
  });

  test("stop at the active layer of least norm", () => {
    const least = (layer: number) => Array.from({ length: 12 }, (_, l) => (l === layer ? 1 : 5));
    expect(freezeByNorms(12, 1 / 2, [least(2), least(2), least(4), least(11)])).toEqual([3, 4, 5, 9]);
  });

  test("never thaw, and never exceed the envelope (300 series)", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 24 }),
        fc.double({ min: 0.05, max: 0.9, noNaN: true }),
        fc.array(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 24, maxLength: 24 }), {
          maxLength: 8,
        }),
        (layers, alpha, series) => {
          const frozen = freezeByNorms(
            layers,
            alpha,
            series.map((norms) => norms.slice(0, layers)),
          );
          const envelope = freezeEnvelope(layers, alpha, series.length);
          for (const [step, count] of frozen.entries()) {
            expect(count).toBeGreaterThanOrEqual(frozen[step - 1] ?? 0);
            expect(count).toBeLessThanOrEqual(envelope[step]);
          }
        },
      ),
      { numRuns: 300, seed: 14 },
    );
  });

  test("refuse a fraction that is none, and norms of other layers", () => {
    expect(() => freezeEnvelope(12, 1, 3)).toThrow(InputError);
    expect(() => freezeByNorms(3, 0.5, [[1, 2]])).toThrow(/one for each of 3 layers/);
  });
});
