import { expect, test } from "vitest";
import { testScenario } from "../../../../env/index.ts";
import { graphBuilder } from "../../../../env/model/graph/builder.ts";
import { validatePlan } from "../../../../env/model/plan/plan.ts";
import type { PlanReduction, ShardingPlan } from "../../../../env/model/plan/sharding.ts";

const spatial = (halo: number) => ({
  dimensions: [
    { name: "rows", kind: "spatial" as const, size: 8, halo },
    { name: "codes", kind: "opaque" as const, size: 8 },
  ],
  inputs: [],
  parameters: [],
  outputs: [{ shape: [8, 8], along: [0, 1] }],
  sums: [],
  linearIn: [],
});

const builder = graphBuilder()
  .op({ name: "read", outputs: [8], supportedKinds: ["CPU"] })
  .op({ name: "edges", outputs: [64], iteration: spatial(1) })
  .op({ name: "rows", outputs: [64], iteration: spatial(0) })
  .op({ name: "dark", outputs: [8], supportedKinds: ["GPU"] })
  .control("read", "edges")
  .control("edges", "rows")
  .control("rows", "dark");
const scenario = testScenario({
  graph: builder.build(),
  devices: ["GPU", "GPU", "CPU"],
  objective: "iteration",
});

const AXES = [{ name: "all", size: 2 }];
const plan: ShardingPlan = {
  kind: "sharding",
  mesh: { axes: AXES, devices: [0, 1] },
  split: [null, null, [[0], []], null],
};
const SUM: PlanReduction = {
  axes: [0],
  levels: [2],
  steps: [{ collective: "all-reduce", from: 0, to: 1, leadersOnly: false }],
};
const reduction = (change: object): object => ({ reductions: [{ ...SUM, ...change }] });
const split = (at: number, own: unknown): object => ({
  split: plan.split.map((old, v) => (v === at ? own : old)),
});

const sentenceOf = (change: object): string => {
  try {
    validatePlan(scenario, { ...plan, ...change } as ShardingPlan);
  } catch (error) {
    return (error as Error).message;
  }
  return "valid";
};

test("an input for the CPU runs on the host, whatever the mesh", () => {
  expect(sentenceOf({})).toBe("valid");
});

test.each([
  [{ mesh: { axes: [], devices: [] } }, "The sharding's mesh has no axes"],
  [{ mesh: { axes: [{ name: "", size: 2 }], devices: [0, 1] } }, "Axis 0 of the mesh has no name"],
  [{ mesh: { axes: [{ name: "a", size: 1.5 }], devices: [0, 1] } }, 'Axis "a" of the mesh has size 1.5'],
  [{ mesh: { axes: [...AXES, ...AXES], devices: [0, 1] } }, 'The mesh has two axes "all"'],
  [{ mesh: { axes: AXES, devices: [0] } }, "The mesh has 1 devices for axes of 2, expected 2."],
  [{ mesh: { axes: AXES, devices: [0, 9] } }, "The mesh names device 9, expected 0..2."],
  [{ mesh: { axes: AXES, devices: [0, 0] } }, 'The mesh names "gpu:0" twice.'],
  [
    { mesh: { axes: AXES, devices: [0, 2] } },
    'Op "dark" is on "cpu:2" (CPU) of the mesh, but runs only on GPU.',
  ],
  [{ split: [] }, "The sharding's split has 0 entries for 4 ops"],
  [split(3, [[0]]), 'Op "dark" does not say what it iterates over'],
  [split(2, [[0]]), 'Op "rows" has a split of 1 entries for 2 dimensions (rows, codes).'],
  [split(2, [[1], []]), 'Op "rows" names mesh axis 1, expected 0..0.'],
  [split(2, [[0], [0]]), 'Op "rows" uses mesh axis "all" twice'],
  [split(2, [[], [0]]), 'Op "rows" is divided along "codes", which is opaque and cannot be.'],
  [split(1, [[0], []]), "valid"],
  [{ ratios: [{ op: 9, dimension: 0, parts: [3, 1] }] }, "A ratio of the sharding has op 9, expected 0..3."],
  [
    { ratios: [{ op: 1, dimension: 0, parts: [3, 1] }] },
    'Op "edges" has a ratio, expected an op with a split',
  ],
  [
    { ratios: [{ op: 2, dimension: 5, parts: [3, 1] }] },
    'Op "rows" has a ratio of dimension 5, expected 0..1.',
  ],
  [
    { ratios: [{ op: 2, dimension: 0, parts: [3, 1, 1] }] },
    'Op "rows" has a ratio of 3 parts along "rows", which its split divides into 2',
  ],
  [{ ratios: [{ op: 2, dimension: 1, parts: [1] }] }, 'has a ratio of 1 parts along "codes"'],
  [
    { ratios: [{ op: 2, dimension: 0, parts: [3, 0] }] },
    'Op "rows" has the ratio [3,0], expected positive numbers.',
  ],
  [
    { ratios: [{ op: 2, dimension: 0, parts: [99, 1] }] },
    'Op "rows" has the ratio [99,1] along "rows", which leaves part 1 nothing of its 8.',
  ],
  [
    {
      ratios: [
        { op: 2, dimension: 0, parts: [3, 1] },
        { op: 2, dimension: 0, parts: [1, 3] },
      ],
    },
    'Op "rows" has two ratios along "rows"; one is the most.',
  ],
  [{ layouts: [{ op: 3, output: 0, axes: [] }] }, "is of a tensor whose shape is not known."],
  [{ layouts: [{ op: 2, output: 0, axes: [[0]] }] }, "has 1 entries, expected 2"],
  [{ memory: { zero: 4 } }, "The sharding's memory.zero is 4, expected 0, 1, 2, 3."],
  [{ memory: { offload: true } }, "expected an object with zero."],
  [{ memory: { zero: 1 } }, "The sharding's memory.zero is 1, which divides what updates need"],
  [
    reduction({ axes: [1] }),
    "Reduction 0 of the sharding is over axes [1], expected some of 0..0, ascending.",
  ],
  [{ reductions: [SUM, SUM] }, "Reduction 1 of the sharding is over axes 0, for which there is one already."],
  [reduction({ levels: [3] }), "has levels [3], expected whole numbers that multiply to 2 ranks."],
  [
    reduction({ steps: [{ collective: "gossip", from: 0, to: 1, leadersOnly: false }] }),
    "expected one such as all-reduce 0..1",
  ],
  [
    reduction({ steps: [...SUM.steps, ...SUM.steps] }),
    "step 1, all-reduce 0..1, would add a contribution twice",
  ],
  [reduction({ steps: [] }), "Reduction 0 of the sharding does not leave the whole sum on every rank."],
  [reduction({ steps: new Array(6).fill(SUM.steps[0]) }), "has 6 steps, expected at most 5."],
  [{ owners: [{ op: 9, rank: 0 }] }, "An owner of the sharding has op 9, expected 0..3."],
  [{ owners: [{ op: 2, rank: 0 }] }, 'Op "rows" has an owner; only forward ops with weights can.'],
  [{ recompute: new Uint8Array(2) }, "The sharding's recompute has 2 entries for 4 ops"],
  [
    { recompute: Uint8Array.of(0, 0, 2, 0) },
    'recompute of op "rows" is 2, expected 0, or 1 for a forward op.',
  ],
  [{ recompute: Uint8Array.of(1, 0, 0, 0) }, 'recompute of op "read" is 1, but the host runs the op'],
  [{ recompute: Uint8Array.of(0, 1, 1, 1) }, "valid"],
  [{ sync: "late" }, 'The sharding\'s sync is "late", expected overlapped or exposed.'],
])("%j is refused in one sentence", (change, sentence) => {
  expect(sentenceOf(change)).toContain(sentence);
});

test("an axis that is longer than its dimension is cut where the dimension is, evenly or not", () => {
  const wide = graphBuilder().op({
    name: "heads",
    outputs: [96],
    iteration: {
      dimensions: [{ name: "head", kind: "head", size: 3 }],
      inputs: [],
      parameters: [],
      outputs: [{ shape: [12], along: [0] }],
      sums: [],
      linearIn: [],
    },
  });
  const heads = testScenario({ graph: wide.build(), devices: ["GPU", "GPU", "GPU"], objective: "iteration" });
  const over = (size: number): ShardingPlan => ({
    kind: "sharding",
    mesh: { axes: [{ name: "all", size }], devices: Array.from({ length: size }, (_, d) => d) },
    split: [[[0]]],
  });
  expect(() => validatePlan(heads, over(3))).not.toThrow();
  expect(() => validatePlan(heads, over(2))).not.toThrow();
});

test("no dimension is divided into more parts than it is long", () => {
  const wide = testScenario({
    graph: builder.build(),
    devices: [..."GGGGGGGGGC"].map((k) => (k === "G" ? "GPU" : "CPU")),
  });
  const mesh = { axes: [{ name: "all", size: 9 }], devices: Array.from({ length: 9 }, (_, d) => d) };
  expect(() => validatePlan(wide, { ...plan, mesh })).toThrow('"rows" into 9 parts, expected at most 8.');
});
