/** Work of single operators, counted by hand: 2 FLOP per multiply-add. */
import { describe, expect, test } from "vitest";
import { Query } from "../../../../env/model/user/query.ts";
import { fileOf } from "../../../../scenarios/import/source-file.ts";
import { torchFx } from "../../../../scenarios/import/torch-fx/importer.ts";
import { float, node, weight } from "../samples/torch-fx.ts";

type Shape = readonly number[];
const long = (...shape: number[]) => ["torch.int64", shape] as const;

/** One call of `target` on tensors named a, b, c, ... */
function work(target: string, args: string, inputs: readonly Shape[], outputs: readonly Shape[]) {
  const names = inputs.map((_, i) => "abcdefghij"[i]);
  const nodes = [
    ...inputs.map((shape, i) => node(names[i], "placeholder", names[i], [], [float(...shape)])),
    node(
      "y",
      "call_function",
      target,
      names,
      outputs.map((shape) => float(...shape)),
      { args },
    ),
  ];
  const file = fileOf(JSON.stringify({ schema: "placement-gym/torch-fx-1", nodes }), "m.json");
  const { graph, unknown } = torchFx.read(file, new Query("m", new Map()));
  const y = graph.names.indexOf("y");
  return { flops: graph.flops[y], bytes: graph.bytesTouched[y], type: graph.types[y], unknown };
}

const attention = 2 * 8 * 128 * 128 * (64 + 64);
test.each<readonly [string, string, readonly Shape[], readonly Shape[], number]>([
  ["aten.mv.default", "(a, b)", [[5, 7], [7]], [[5]], 2 * 5 * 7],
  ["aten.dot.default", "(a, b)", [[7], [7]], [[]], 2 * 7],
  ["aten.addmv.default", "(a, b, c)", [[5], [5, 7], [7]], [[5]], 2 * 5 * 7],
  ["aten.addmm.default", "(a, b, c)", [[3], [5, 7], [7, 3]], [[5, 3]], 2 * 5 * 7 * 3],
  ["aten.mm.default", "(a, a)", [[7, 7]], [[7, 7]], 2 * 7 * 7 * 7],
  ["aten._scaled_mm.default", "(a, b, c, d)", [[16, 32], [32, 64], [], []], [[16, 64]], 2 * 16 * 32 * 64],
  ["aten._grouped_mm.default", "(a, b, c)", [[32, 16], [4, 16, 8], [4]], [[32, 8]], 2 * 32 * 16 * 8],
  [
    "aten.bilinear.default",
    "(a, b, c)",
    [
      [2, 8],
      [2, 6],
      [5, 8, 6],
    ],
    [[2, 5]],
    2 * 2 * (5 * 8 * 6 + 5 * 6),
  ],
  [
    "aten.einsum.default",
    "('bij,bjk->bik', [a, b])",
    [
      [8, 128, 64],
      [8, 64, 256],
    ],
    [[8, 128, 256]],
    33_554_432,
  ],
  [
    "aten.einsum.default",
    "('...ij,...jk', [a, b])",
    [
      [3, 2, 4, 5],
      [2, 5, 6],
    ],
    [[3, 2, 4, 6]],
    2 * 3 * 2 * 4 * 5 * 6,
  ],
  [
    "aten.einsum.default",
    "('ij,jk,kl->il', [a, b, c])",
    [
      [2, 3],
      [3, 4],
      [4, 5],
    ],
    [[2, 5]],
    2 * (2 * 3 * 4 + 2 * 4 * 5),
  ],
  ["aten.scaled_dot_product_attention.default", "(a, a, a)", [[1, 8, 128, 64]], [[1, 8, 128, 64]], attention],
  [
    "aten._scaled_dot_product_flash_attention_for_cpu.default",
    "(a, b, b)",
    [
      [1, 8, 128, 64],
      [1, 2, 128, 64],
    ],
    [
      [1, 8, 128, 64],
      [1, 8, 128],
    ],
    attention,
  ],
  [
    "aten._scaled_dot_product_efficient_attention_backward.default",
    "(a, b, b, b)",
    [
      [1, 8, 128, 64],
      [1, 8, 128, 64],
    ],
    [[1, 8, 128, 64]],
    2.5 * attention,
  ],
  ["aten._flash_attention_forward.default", "(a, a, a)", [[1, 128, 8, 64]], [[1, 128, 8, 64]], attention],
  [
    "aten.convolution_backward.default",
    "(a, b, c, [8], [1, 1], [0, 0], [1, 1], False, [0, 0], 1, [True, True, True])",
    [
      [4, 8, 14, 14],
      [4, 3, 16, 16],
      [8, 3, 3, 3],
    ],
    [[4, 3, 16, 16], [8, 3, 3, 3], [8]],
    2 * 2 * (4 * 8 * 14 * 14) * 27,
  ],
  [
    "aten.convolution_backward.default",
    "(a, b, c, [8], [1, 1], [0, 0], [1, 1], False, [0, 0], 1, [False, True, False])",
    [
      [4, 8, 14, 14],
      [4, 3, 16, 16],
      [8, 3, 3, 3],
    ],
    [[4, 3, 16, 16], [8, 3, 3, 3], [8]],
    2 * (4 * 8 * 14 * 14) * 27,
  ],
  [
    "aten.gru.input",
    "(a, b, [c, d], True, 1, 0.0, False, False, True)",
    [
      [4, 20, 64],
      [1, 4, 128],
      [384, 64],
      [384, 128],
    ],
    [[4, 20, 128]],
    2 * 80 * 384 * 192,
  ],
  [
    "aten.lstm.data",
    "(a, b, [c, c], [d, e], True, 1, 0.0, False, False)",
    [[60, 64], [20], [1, 4, 128], [512, 64], [512, 128]],
    [[60, 128]],
    2 * 60 * 512 * 192,
  ],
  [
    "aten.lstm_cell.default",
    "(a, [b, b], c, d)",
    [
      [4, 64],
      [4, 128],
      [512, 64],
      [512, 128],
    ],
    [
      [4, 128],
      [4, 128],
    ],
    2 * 4 * 512 * 192,
  ],
  [
    "aten.sort.default",
    "(a,)",
    [[3, 1024]],
    [
      [3, 1024],
      [3, 1024],
    ],
    3 * 1024 * 10,
  ],
  ["aten._fft_r2c.default", "(a, [1], 0, True)", [[2, 1024]], [[2, 513]], 5 * 2 * 1024 * 10],
  [
    "aten.native_layer_norm.default",
    "(a, [8], None, None, 1e-05)",
    [[4, 8]],
    [
      [4, 8],
      [4, 1],
      [4, 1],
    ],
    8 * 32,
  ],
  ["torchvision.nms.default", "(a, b, 0.5)", [[100, 4], [100]], [[10]], 10 * 100 * 100],
])("%s%s", (target, args, inputs, outputs, flops) => {
  const found = work(target, args, inputs, outputs);
  expect(found.flops).toBe(flops);
  expect(found.unknown).toEqual({ withoutRule: [], withoutSize: [] });
});

describe("ops that pick rows touch those rows", () => {
  const table: Shape = [10_000_000, 64];
  const row = 4 * 64;
  test.each<readonly [string, string, readonly Shape[], readonly Shape[], number]>([
    ["aten.embedding.default", "(a, b)", [table, [32]], [[32, 64]], 4 * 32 + 2 * 32 * row],
    ["aten.index_select.default", "(a, 0, b)", [table, [32]], [[32, 64]], 4 * 32 + 2 * 32 * row],
    ["aten.index.Tensor", "(a, [b])", [table, [32]], [[32, 64]], 4 * 32 + 2 * 32 * row],
    ["aten.index_put.default", "(a, [b], c)", [table, [32], [32, 64]], [table], 4 * 32 + 2 * 32 * row],
    ["aten.index_put.default", "(a, [b], c, True)", [table, [32], [32, 64]], [table], 4 * 32 + 3 * 32 * row],
    [
      "aten.scatter_add.default",
      "(a, 0, b, c)",
      [table, [32, 64], [32, 64]],
      [table],
      32 * row + 3 * 32 * row,
    ],
    [
      "aten.embedding_bag.default",
      "(a, b, c)",
      [table, [32], [4]],
      [[4, 64], [32], [4], [4]],
      4 * 36 + 32 * row + 4 * row,
    ],
    ["aten.slice_scatter.default", "(a, b, 0, 0, 32)", [table, [32, 64]], [table], 2 * 32 * row],
  ])("%s%s", (target, args, inputs, outputs, bytes) =>
    expect(work(target, args, inputs, outputs).bytes).toBe(bytes),
  );
});

describe("what is not known", () => {
  const read = (...nodes: readonly object[]) =>
    torchFx.read(
      fileOf(JSON.stringify({ schema: "placement-gym/torch-fx-1", nodes }), "m.json"),
      new Query("m", new Map()),
    );
  const x = node("x", "placeholder", "x", [], [float(4, 4)]);

  test("an op without a rule is listed, at 1 FLOP an element", () => {
    const { graph, unknown } = read(
      x,
      node("y", "call_function", "mylib.mystery.default", ["x"], [float(4, 5)]),
    );
    expect(unknown).toEqual({ withoutRule: [1], withoutSize: [] });
    expect(graph.flops[1]).toBe(20);
  });

  test("a size that depends on data stays unknown until a tensor tells it", () => {
    const { graph, unknown } = read(
      x,
      {
        ...node("n", "call_function", "aten.nonzero.default", ["x"], []),
        outputs: [["torch.int64", [null, 2]]],
      },
      {
        ...node("f", "call_function", "aten._to_copy.default", ["n"], []),
        outputs: [["torch.float32", [null, 2]]],
      },
      node("s", "call_function", "aten.sum.dim_IntList", ["f"], [float(2)]),
      node("r", "call_function", "aten.relu.default", ["s"], [float(2)]),
    );
    expect(unknown?.withoutSize.map((op) => graph.names[op])).toEqual(["n", "f", "s"]);
    expect([...graph.flops].every(Number.isFinite)).toBe(true);
  });

  test("numbers made of sizes are no tensors of unknown size", () => {
    const { unknown } = read(
      x,
      node("n", "call_function", "aten.sym_size.int", ["x"], []),
      node("m", "call_function", "<built-in function mul>", ["n"], []),
      node("y", "call_method", "view", ["x", "m"], [float(16)]),
      node("z", "call_method", "mystery", ["x"], []),
    );
    expect(unknown?.withoutSize).toEqual([4]);
  });

  test("a tensor of a weight that nobody uses belongs to nothing", () => {
    const { graph } = read(
      x,
      weight("p_unused", 100),
      node("y", "call_function", "aten.relu.default", ["x"], [long(4, 4)]),
    );
    expect([...graph.parameterBytes]).toEqual([0, 0]);
  });
});
