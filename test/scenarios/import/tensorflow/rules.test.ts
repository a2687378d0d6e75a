/** Work and sizes of single ops, counted by hand. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { Query } from "../../../../env/model/user/query.ts";
import { fileOf } from "../../../../scenarios/import/source-file.ts";
import { tensorflow } from "../../../../scenarios/import/tensorflow/importer.ts";
import { coverageOf } from "../../../../scenarios/import/tensorflow/rules/index.ts";
import { float, ints, node, placeholder, shape, type TestNode, tfFile, weights } from "./write-graph.ts";

/** FLOP, bytes touched and bytes of the results of the node y. */
function costOf(...nodes: readonly TestNode[]) {
  const content = tfFile("GraphDef", { node: nodes });
  const { graph, unknown } = tensorflow.read(fileOf(content, "g.pb"), new Query("g", new Map()));
  const y = graph.names.indexOf("y");
  expect(unknown).toMatchObject({ withoutRule: [], withoutSize: [] });
  const outputs = [...graph.outputBytes.slice(graph.outputStart[y], graph.outputStart[y + 1])];
  return { flops: graph.flops[y], touched: graph.bytesTouched[y], outputs };
}

const table = node("VarHandleOp", "table", [], { dtype: float, shape: { shape: shape([10_000_000, 64]) } });
const ids = node("Placeholder", "ids", [], { dtype: { type: 3 }, shape: { shape: shape([32]) } });

test("gathers touch the rows that they read, from a variable too", () => {
  const rows = { flops: 0, touched: 4 * 32 + 2 * 8_192, outputs: [8_192] };
  expect(costOf(table, ids, node("ResourceGather", "y", ["table", "ids"], { dtype: float }))).toEqual(rows);
  const read = node("ReadVariableOp", "read", ["table"], { dtype: float });
  expect(
    costOf(table, ids, read, ints("axis", [0], []), node("GatherV2", "y", ["read", "ids", "axis"])),
  ).toEqual(rows);
  const pairs = node("Placeholder", "ids", [], { dtype: { type: 3 }, shape: { shape: shape([32, 1]) } });
  expect(costOf(table, pairs, read, node("GatherNd", "y", ["read", "ids"]))).toEqual(rows);
});

test("scatters touch the rows that they write", () => {
  const update = placeholder("rows", [32, 64]);
  const cost = costOf(table, ids, update, node("ResourceScatterAdd", "y", ["table", "ids", "rows"]));
  expect(cost).toEqual({ flops: 32 * 64, touched: 4 * 32 + 3 * 8_192, outputs: [] });
});

test("Einsum", () => {
  const a = placeholder("a", [8, 128, 64]);
  const cost = costOf(
    a,
    placeholder("b", [8, 64, 256]),
    node("Einsum", "y", ["a", "b"], { equation: "bij,bjk->bik" }),
  );
  expect(cost).toMatchObject({ flops: 33_554_432, outputs: [4 * 8 * 128 * 256] });
  const rest = costOf(
    a,
    placeholder("b", [64, 5]),
    node("Einsum", "y", ["a", "b"], { equation: "...i,ij->...j" }),
  );
  expect(rest).toMatchObject({ flops: 2 * 8 * 128 * 64 * 5, outputs: [4 * 8 * 128 * 5] });
});

test("CudnnRNNV3: layers above the first read both directions", () => {
  const [steps, batch, width, units] = [20, 4, 64, 128];
  const attributes = { rnn_mode: "lstm", direction: "bidirectional" };
  const cost = costOf(
    placeholder("x", [steps, batch, width]),
    placeholder("h", [4, batch, units]),
    placeholder("c", [4, batch, units]),
    weights("w", [1_000]),
    ints("lengths", [20, 20, 20, 20]),
    node("CudnnRNNV3", "y", ["x", "h", "c", "w", "lengths"], attributes),
  );
  const products = 2 * 2 * steps * batch * 4 * units * (width + units + 2 * units + units);
  expect(cost.flops).toBe(products + 30 * steps * batch * units * 4);
  expect(cost.outputs[0]).toBe(4 * steps * batch * 2 * units);
});

test("BlockLSTMV2 and GRUBlockCell cost what their weights cost", () => {
  const lstm = costOf(
    ints("steps", [20], []),
    placeholder("x", [20, 4, 64]),
    placeholder("c", [4, 128]),
    placeholder("h", [4, 128]),
    weights("w", [192, 512]),
    node("BlockLSTMV2", "y", ["steps", "x", "c", "h", "w"]),
  );
  expect(lstm.flops).toBe(2 * 80 * 192 * 512 + 30 * 80 * 128);
  const gru = costOf(
    placeholder("x", [4, 64]),
    placeholder("h", [4, 32]),
    weights("ru", [96, 64]),
    weights("c", [96, 32]),
    node("GRUBlockCell", "y", ["x", "h", "ru", "c"]),
  );
  expect(gru.flops).toBe(2 * 4 * 96 * 96 + 20 * 4 * 32);
});

test.each<readonly [string, TestNode, readonly TestNode[], readonly number[]]>([
  ["TopKV2", placeholder("x", [4, 100]), [ints("k", [5], []), node("TopKV2", "y", ["x", "k"])], [80, 80]],
  [
    "SplitV",
    placeholder("x", [4, 10]),
    [ints("s", [3, -1]), ints("a", [1], []), node("SplitV", "y", ["x", "s", "a"], {})],
    [48, 112],
  ],
  [
    "SpaceToDepth",
    placeholder("x", [1, 8, 8, 3]),
    [node("SpaceToDepth", "y", ["x"], { block_size: 2 })],
    [768],
  ],
  [
    "SpaceToBatchND",
    placeholder("x", [1, 4, 4, 3]),
    [ints("b", [2, 2]), ints("p", [0, 0, 0, 0], [2, 2]), node("SpaceToBatchND", "y", ["x", "b", "p"])],
    [192],
  ],
  ["BroadcastTo", placeholder("x", [1, 3]), [ints("s", [5, 3]), node("BroadcastTo", "y", ["x", "s"])], [60]],
  [
    "RandomUniform",
    placeholder("x", [1]),
    [ints("s", [5, 3]), node("RandomUniform", "y", ["s"], { dtype: float })],
    [60],
  ],
  [
    "UnsortedSegmentSum",
    placeholder("x", [6, 4]),
    [ints("i", [0, 0, 1, 1, 2, 2]), ints("n", [3], []), node("UnsortedSegmentSum", "y", ["x", "i", "n"])],
    [48],
  ],
  ["Switch", placeholder("x", [6]), [ints("p", [1], []), node("Switch", "y", ["x", "p"])], [24, 24]],
])("%s has the sizes of its definition", (_what, input, nodes, outputs) => {
  expect(costOf(input, ...nodes).outputs).toEqual(outputs);
});

test("convolutions and pools over volumes", () => {
  const x = placeholder("x", [2, 8, 16, 16, 3]);
  const filter = weights("f", [3, 3, 3, 3, 8]);
  const attributes = { strides: [1, 2, 2, 2, 1], padding: "SAME" };
  const cost = costOf(x, filter, node("Conv3D", "y", ["x", "f"], attributes));
  expect(cost).toMatchObject({ flops: 2 * 2 * 4 * 8 * 8 * 8 * 81, outputs: [4 * 2 * 4 * 8 * 8 * 8] });
  const pooled = costOf(
    x,
    node("MaxPool3D", "y", ["x"], { ksize: [1, 2, 2, 2, 1], strides: [1, 2, 2, 2, 1] }),
  );
  expect(pooled).toMatchObject({ flops: 2 * 4 * 8 * 8 * 3 * 8, outputs: [4 * 2 * 4 * 8 * 8 * 3] });
});

/** `recorded/ops.txt` holds the op types of Keras models and of tf.function with control flow. */
test("every op type of recorded SavedModels but that which reads their files is known", () => {
  const types = readFileSync(new URL("./recorded/ops.txt", import.meta.url), "utf8")
    .trim()
    .split("\n");
  expect(types.length).toBeGreaterThan(60);
  expect(types.filter((type) => coverageOf(type) === "unknown")).toEqual(["RestoreV2"]);
});

test("an op type has a rule, does no work by nature, or is unknown", () => {
  expect(["MatMul", "While", "StatefulPartitionedCall", "Einsum"].map(coverageOf)).toEqual([
    "rule",
    "rule",
    "rule",
    "rule",
  ]);
  expect(["Const", "Reshape", "Switch", "NoOp"].map(coverageOf)).toEqual(Array(4).fill("zero-cost"));
  expect(["Mystery", "toString", "constructor"].map(coverageOf)).toEqual(Array(3).fill("unknown"));
});
