/** Random chains of layers for DAPPLE's planners, on two machines. */
import fc from "fast-check";
import type { DappleQuestion } from "../../../../../agents/exact/stages/dapple/planner.ts";

const amount = (most: number) => fc.integer({ min: 1, max: most });
const layer = fc.record({ time: amount(20), weight: amount(40), output: amount(10) });

export const randomQuestion: fc.Arbitrary<DappleQuestion> = fc
  .record({
    layers: fc.array(layer, { minLength: 1, maxLength: 8 }),
    devices: fc.constantFrom([1, 2], [1, 3], [2, 4], [2, 3]),
    microBatches: amount(12),
  })
  .map(({ layers, devices, microBatches }) => ({
    chain: {
      forward: Float64Array.from(layers, ({ time }) => time),
      backward: Float64Array.from(layers, ({ time }) => 2 * time),
      weightBytes: Float64Array.from(layers, ({ weight }) => weight),
      outputBytes: Float64Array.from(layers, ({ output }) => output),
    },
    microBatches,
    ends: devices,
    links: { inside: 8, allReduceAcross: 3, transferAcross: 1 },
    kept: 1,
  }));
