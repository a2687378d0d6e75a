import { expect, test } from "vitest";
import { criticalPath, peakKeptBytes } from "../../../../../agents/exact/stages/chimera/critical-path.ts";
import { chimera } from "../../../../../env/model/schedule/chimera/chimera.ts";
import { chimeraStages } from "../../../../../env/model/schedule/chimera/layout.ts";

function scheduleOf(depth: number, microBatches: number, pairs: number) {
  const workers = Array.from({ length: depth }, (_, worker) => worker);
  const shape = { deviceCount: depth, stages: chimeraStages(workers, pairs), microBatches, iterations: 1 };
  return chimera.make(shape, { pairs, concat: "direct", mode: "paper" });
}

test.each([
  [4, 4, 1, 10],
  [8, 8, 1, 22],
  [16, 16, 1, 46],
  [4, 8, 1, 18],
  [8, 8, 2, 18],
])("D=%i N=%i f=%i takes the published number of slots", (depth, microBatches, pairs, slots) => {
  const allReduceUs = new Array(depth).fill(0);
  const path = criticalPath(scheduleOf(depth, microBatches, pairs), {
    forwardUs: 1,
    backwardUs: 1,
    transferUs: 0,
    allReduceUs,
  });
  expect(path.timeUs).toBe(slots);
  expect(path.forwards + path.backwards).toBe(slots);
});

test("exposes an all-reduce only beyond the end of the path", () => {
  const times = (us: number) => ({
    forwardUs: 1,
    backwardUs: 2,
    transferUs: 0,
    allReduceUs: [us, us, us, us],
  });
  const plain = criticalPath(scheduleOf(4, 4, 1), times(0)).timeUs;
  const summed = criticalPath(scheduleOf(4, 4, 1), times(5)).timeUs;
  expect(summed).toBe(plain + 5);
});

test("keeps from D/2 + 1 to D micro-batches on a worker where N is D", () => {
  const kept = peakKeptBytes(scheduleOf(8, 8, 1), new Array(8).fill(1));
  expect(Math.min(...kept)).toBe(5);
  expect(Math.max(...kept)).toBe(8);
});
