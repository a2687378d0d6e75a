/** Exports of shardings and hybrids: what each writes, what it cannot hold, what it refuses. */
import { describe, expect, test } from "vitest";
import { InputError } from "../../../env/model/errors.ts";
import type { PipelinePlan } from "../../../env/model/plan/pipeline.ts";
import { replicatedPlan, type ShardingPlan } from "../../../env/model/plan/sharding.ts";
import { exportFormatOf, exportScenario } from "../../../results/export/index.ts";
import { blockScenario, dataSplit, hybridPlan, megatronSplit } from "../../env/sim/lower/inside/blocks.ts";
import { machines } from "../../env/sim/lower/machines.ts";
import { shardedScenario } from "../../env/sim/lower/sharding/sharded.ts";
import { megatron, transformerBlock } from "../../env/sim/lower/sharding/transformer-block.ts";

const block = transformerBlock({ b: 4, s: 4, h: 8, a: 4, d: 2, f: 16 });
const scenario = shardedScenario(block, machines([4]));
const write = (format: string, plan: ShardingPlan | PipelinePlan, of = scenario) =>
  exportScenario(exportFormatOf(format), of, plan);

/** Columns and rows over the last axis, the batch over the first. */
function twoAxes(rest: Partial<ShardingPlan> = {}): ShardingPlan {
  const { split, ...plan } = megatron(block, 2);
  return {
    ...plan,
    mesh: {
      axes: [
        { name: "data", size: 2 },
        { name: "tensor", size: 2 },
      ],
      devices: [0, 1, 2, 3],
    },
    split: split.map((own, v) =>
      own === null
        ? null
        : own.map((axes, d) => [
            ...(block.graph.iterations![v]!.dimensions[d].name === "b" ? [0] : []),
            ...axes.map(() => 1),
          ]),
    ),
    ...rest,
  };
}

describe("jax", () => {
  test("has the mesh, and a PartitionSpec for each weight and output of Megatron's block", () => {
    const { text, notes } = write("jax", twoAxes());
    expect(text).toContain(`mesh = Mesh(
    np.array(jax.devices())[[0, 1, 2, 3]].reshape(2, 2),
    ("data", "tensor",),
)`);
    expect(text).toContain(`    "q": [P(None, "tensor", None)],\n`);
    expect(text).toContain(`    "outer": [P("tensor", None)],\n`);
    expect(text).toContain(`    "gelu": [P("data", None, "tensor")],\n`);
    // A sum over the rows of a product is written as it is once reduced.
    expect(text).toContain(`    "projection": [P("data", None, None)],\n`);
    expect(notes.join("\n")).toMatch(/no partial sums: 2 outputs/);
  });

  test("tells where ZeRO divides the optimizer's state, and not where it does not", () => {
    expect(write("jax", twoAxes()).text).not.toContain("optimizer_state");
    expect(write("jax", twoAxes({ memory: { zero: 1 } })).text).toMatch(
      /optimizer_state = \{[^}]*"inner": \[P\("data", "tensor"\)\]/,
    );
  });

  test("has a mesh for each stage of a hybrid, and says that it has no schedule", () => {
    const stacked = blockScenario(2, machines([2, 2]));
    const inside = { axes: [{ name: "tensor", size: 2 }] };
    const plan = hybridPlan(
      stacked,
      [
        { devices: [0, 1], inside },
        { devices: [2, 3], inside },
      ],
      megatronSplit(0),
    );
    const { text, notes } = write("jax", plan, stacked);
    expect(text).toContain(
      `mesh_1 = Mesh(\n    np.array(jax.devices())[[2, 3]].reshape(2,),\n    ("tensor",),`,
    );
    expect(text).toMatch(/parameters_0 = \{\n {4}"in0": \[P\(None, "tensor"\)\],/);
    expect(notes.join("\n")).toMatch(/not its micro-batches \(1\), the schedule gpipe/);
  });

  test("refuses weights in uneven parts", () => {
    const uneven = transformerBlock({ b: 4, s: 4, h: 8, a: 4, d: 2, f: 15 });
    const of = shardedScenario(uneven, machines([4]));
    expect(() => write("jax", megatron(uneven, 4), of)).toThrow(InputError);
    expect(() => write("jax", megatron(uneven, 4), of)).toThrow(/divides evenly.*the 15 of axis 1/);
  });
});

describe("megatron", () => {
  const layered = (name: string) => `layer_0/${name}`;
  const graph = { ...block.graph, names: block.graph.names.map(layered), batch: 4 };
  const named = { ...scenario, graph };

  test("has the sizes of groups and batches, and the distributed optimizer", () => {
    const { text, notes } = write("megatron", twoAxes({ memory: { zero: 1 } }), named);
    expect(text.trim().split("\n")).toEqual([
      "--tensor-model-parallel-size 2",
      "--pipeline-model-parallel-size 1",
      "--use-distributed-optimizer",
      "--num-layers 1",
      "--micro-batch-size 2",
      "--global-batch-size 4",
    ]);
    expect(notes).toEqual([]);
  });

  test("finds the sequence divided between products", () => {
    expect(write("megatron", megatron(block, 4, { sequence: true }), named).text).toContain(
      "--sequence-parallel\n",
    );
    expect(write("megatron", megatron(block, 4), named).text).not.toContain("sequence");
  });

  test.each<[string, ShardingPlan, RegExp]>([
    ["stage 3 of ZeRO", twoAxes({ memory: { zero: 3 } }), /stage 3 of ZeRO/],
    [
      "products that are whole",
      {
        ...megatron(block, 4),
        split: megatron(block, 4).split.map((own, v) => (graph.names[v] === "layer_0/inner" ? null : own)),
      },
      /"layer_0\/inner" is whole/,
    ],
  ])("refuses %s", (_, plan, sentence) => {
    expect(() => write("megatron", plan, named)).toThrow(sentence);
  });

  test("writes the ranks of the stages of a hybrid, and refuses batches divided inside", () => {
    const stacked = blockScenario(2, machines([2, 2]));
    const inside = { axes: [{ name: "tensor", size: 2 }], zero: 1 as const };
    const stages = [
      { devices: [0, 1], inside },
      { devices: [2, 3], inside },
    ];
    const { text } = write("megatron", hybridPlan(stacked, stages, megatronSplit(0)), stacked);
    expect(text).toContain("--tensor-model-parallel-size 2\n");
    expect(text).toContain("--pipeline-model-parallel-size 2\n");
    expect(text).toContain("--use-distributed-optimizer\n");
    expect(() => write("megatron", hybridPlan(stacked, stages, dataSplit(0)), stacked)).toThrow(
      /divides them inside/,
    );
  });
});

test("deepspeed has the stage of ZeRO, and leaves tensor groups to the model", () => {
  const named = { ...scenario, graph: { ...block.graph, batch: 4 } };
  const { text, notes } = write("deepspeed", twoAxes({ memory: { zero: 2 }, collective: "tree" }), named);
  expect(JSON.parse(text)).toEqual({
    train_batch_size: 4,
    train_micro_batch_size_per_gpu: 2,
    gradient_accumulation_steps: 1,
    zero_optimization: { stage: 2, overlap_comm: true },
  });
  expect(notes.join("\n")).toMatch(/pass an mpu with tensor groups of 2[\s\S]*tree in the plan: NCCL does/);
});

test("formats of placements refuse shardings, and jax refuses what divides nothing", () => {
  expect(() => write("dot", twoAxes())).toThrow(/writes placements and pipelines/);
  const plain = hybridPlan(scenario, [{ devices: [0] }], () => []);
  expect(() => write("jax", plain)).toThrow(/a pipeline without meshes inside/);
  const mesh = { axes: [{ name: "all", size: 4 }], devices: [0, 1, 2, 3] };
  expect(write("jax", replicatedPlan(block.graph, mesh)).text).toContain(`"q": [P(None, None, None)]`);
});

test.each(["jax", "megatron", "deepspeed"])(
  "%s says what is computed again, and refuses ratios",
  (format) => {
    const again = Uint8Array.from(block.graph.names, (name) => Number(name === "gelu"));
    expect(write(format, twoAxes({ recompute: again })).notes).toContainEqual(
      `The format ${format} has no word here for the 1 ops that the plan computes again.`,
    );
    const plan = twoAxes();
    const op = plan.split.findIndex((own) => own?.some((axes) => axes.length === 1));
    const dimension = plan.split[op]!.findIndex((axes) => axes.length === 1);
    expect(() => write(format, { ...plan, ratios: [{ op, dimension, parts: [3, 1] }] })).toThrow(
      `The format ${format} divides into equal parts, and the plan divides 1 dimensions by ratios.`,
    );
  },
);
