import { expect, test } from "vitest";
import { InputError } from "../../../../env/index.ts";
import { closedFormsS } from "./floors.ts";
import { sailorPlan } from "./plan.ts";
import { modelOf, type Published } from "./published.ts";
import { simulatePlan } from "./step.ts";

const LAYERS = 26;
const numbers = Array.from({ length: LAYERS }, (_, layer) => layer);
const on = (kind: string, tensor: number) => [[[kind, tensor, "zone"]], tensor];

const file = {
  pipeline_list: [
    {
      layers_per_stage: [numbers.slice(0, 13), numbers.slice(13)],
      tmp_per_stage: [
        [on("A", 2), on("A", 2)],
        [on("A", 2), on("B", 2)],
      ],
    },
  ],
  mbs: 2,
  gbs: 16,
  real: 1.5,
  max_mem: 1e9,
  N: 4,
};

/** B takes twice as long; a message takes as many seconds as it has GB, for one pair. */
const published: Published = {
  times: (_, { kind }) =>
    numbers.map(() => ({
      forwardS: kind === "B" ? 0.002 : 0.001,
      backwardS: kind === "B" ? 0.004 : 0.002,
      updateS: 0,
    })),
  sizes: () => numbers.map(() => ({ parameters: 1e6, kept: 1e6, output: 1e3 })),
  bandwidth: (_from, _to, pairs) => pairs * 1e9,
};

test("a plan's file, field by field", () => {
  const { microBatches, replicas, measuredS, peakBytes, nodes, groups } = sailorPlan(file, "plan.json");
  expect([microBatches, replicas, measuredS, peakBytes, nodes]).toEqual([4, 2, 1.5, 1e9, 4]);
  expect(groups[1][1]).toEqual({ kind: "B", tensor: 2 });
});

test("a plan takes as long as its slowest replica, and the sum of gradients", () => {
  const plan = sailorPlan(file, "plan.json");
  const { seconds, peakBytes } = simulatePlan(plan, published);
  const sum = (13 * 4e6 * 2) / 2e9;
  const sends = (4 * 1e3 * 2) / 1e9;
  expect(seconds).toBeGreaterThan(0.039 + 4 * 0.078 + sum);
  expect(seconds).toBeLessThan(0.039 + 4 * (0.078 + 4 * sends) + sum + 1e-4);
  // Weights with gradients and optimizer state, and two micro-batches of activations in flight.
  expect(peakBytes / (13 * 24e6 + 2 * 13 * 4e6 * 2)).toBeCloseTo(1, 3);
  const [bare, full] = closedFormsS(plan, published);
  expect(bare).toBeCloseTo(0.039 + 4 * 0.078, 9);
  expect(full).toBeCloseTo(bare + 5 * (sends / 2) + sum, 9);
});

const changed = (pipeline: object, rest: object = {}) => ({
  ...file,
  ...rest,
  pipeline_list: [{ ...file.pipeline_list[0], ...pipeline }],
});

test.each([
  [null, "the plan is null"],
  [{ ...file, pipeline_list: [] }, "pipeline_list is []"],
  [changed({ layers_per_stage: [[0, "x"], [1]] }), 'a layer is "x"'],
  [changed({ tmp_per_stage: [[on("A", 2)]] }), 'tmp_per_stage is "1 stages"'],
  [changed({ tmp_per_stage: [[on("A", 2)], [on("A", 2), on("A", 2)]] }), "as many in each stage"],
  [
    changed({
      tmp_per_stage: [
        [
          [
            [
              ["A", 2],
              ["B", 2],
            ],
            2,
          ],
        ],
        [on("A", 2)],
      ],
    }),
    "GPUs of one node",
  ],
  [changed({}, { gbs: 15 }), "gbs is 15"],
  [changed({}, { mbs: 0 }), "mbs is 0"],
  [changed({}, { real: "x" }), 'real is "x"'],
])("a mistake in plan %# is a sentence", (wrong, sentence) => {
  const read = () => sailorPlan(wrong, "plan.json");
  expect(read).toThrow(InputError);
  expect(read).toThrow(`plan.json: `);
  expect(read).toThrow(sentence);
});

test("a model without a profile, and a layer that it does not have, are sentences", () => {
  expect(() => modelOf(7, "plan.json")).toThrow("plan.json has 7 layers");
  const strange = changed({ layers_per_stage: [numbers.slice(0, 13), [99, ...numbers.slice(14)]] });
  expect(() => simulatePlan(sailorPlan(strange, "plan.json"), published)).toThrow(
    "layer 99 is not in the profile",
  );
});
