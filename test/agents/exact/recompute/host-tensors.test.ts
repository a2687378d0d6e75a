import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  fewestMovedBytes,
  MOST_TENSORS,
  type TensorProblem,
} from "../../../../agents/exact/recompute/host-tensors.ts";
import { createRng, InputError } from "../../../../env/index.ts";
import { drawn } from "../../../law-runs.ts";
import { drawnTensors } from "./drawn-tensors.ts";
import { fewestByEveryTransfer } from "./every-transfer.ts";

/** A chain forward and back: tensor 0 is read by the first and the last step. */
const chain = (capacityBytes: number): TensorProblem => ({
  bytes: [10, 4, 4, 6],
  onHost: [0],
  steps: [
    { reads: [0], writes: [1] },
    { reads: [1], writes: [2] },
    { reads: [2], writes: [3] },
    { reads: [3, 1], writes: [] },
    { reads: [0], writes: [] },
  ],
  capacityBytes,
});

describe("the memory program", () => {
  test("brings what the host has once where all fits", () => {
    expect(fewestMovedBytes(chain(100))).toMatchObject({ movedBytes: 10, peakBytes: 24 });
  });

  test("brings a tensor twice rather than store a new one", () => {
    expect(fewestMovedBytes(chain(14))?.movedBytes).toBe(20);
  });

  test("finds no plan where one step does not fit", () => {
    expect(fewestMovedBytes(chain(13))).toBeNull();
  });

  test("moves as few bytes as single transfers can, within memory, never more with more of it", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 4, max: 7 }), (seed, count) => {
        const { problem, leastBytes } = drawnTensors(createRng(seed), count);
        let before = Number.POSITIVE_INFINITY;
        for (const more of [-1, 0, 2, 5, 9]) {
          const limited = { ...problem, capacityBytes: leastBytes + more };
          const plan = fewestMovedBytes(limited);
          expect(plan?.movedBytes ?? null).toBe(fewestByEveryTransfer(limited));
          expect(plan?.peakBytes ?? 0).toBeLessThanOrEqual(limited.capacityBytes);
          expect(plan?.movedBytes ?? before).toBeLessThanOrEqual(before);
          before = plan?.movedBytes ?? before;
        }
      }),
      { numRuns: drawn(60) },
    );
  });

  test("its moves are a run: what is read is there, and what they cross sums to the bytes", () => {
    for (let seed = 0; seed < 100; seed++) {
      const { problem, leastBytes } = drawnTensors(createRng(`moves ${seed}`), 8);
      const plan = fewestMovedBytes({ ...problem, capacityBytes: leastBytes + (seed % 7) })!;
      const resident = new Set<number>();
      const stored = new Set(problem.onHost);
      let moved = 0;
      plan.moves.forEach(({ stores, leaves, loads }, i) => {
        for (const t of stores) {
          expect(resident.has(t)).toBe(true);
          stored.add(t);
          moved += problem.bytes[t];
        }
        for (const t of leaves) resident.delete(t);
        for (const t of loads) {
          expect(stored.has(t)).toBe(true);
          resident.add(t);
          moved += problem.bytes[t];
        }
        for (const t of problem.steps[i].reads) expect(resident.has(t)).toBe(true);
        for (const t of problem.steps[i].writes) {
          resident.add(t);
          stored.delete(t);
        }
      });
      expect(moved).toBe(plan.movedBytes);
    }
  });

  test("refuses too many tensors, and one that nobody made", () => {
    const many = { ...chain(20), bytes: new Array<number>(MOST_TENSORS + 1).fill(1) };
    expect(() => fewestMovedBytes(many)).toThrow(InputError);
    expect(() => fewestMovedBytes({ ...chain(20), onHost: [] })).toThrow(
      "Step 0 reads tensor 0, which is on no host and was not written.",
    );
  });
});
