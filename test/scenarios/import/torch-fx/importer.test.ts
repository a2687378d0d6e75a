/**
 * What the Python of docs/importing.md wrote with torch 2.14.1, in `recorded`. FLOP of products are
 * those of `torch.utils.flop_counter.FlopCounterMode` on the same program, parameters those that
 * torch sums up.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Query } from "../../../../env/model/user/query.ts";
import { fileOf } from "../../../../scenarios/import/source-file.ts";
import { torchFx } from "../../../../scenarios/import/torch-fx/importer.ts";
import { float, node } from "../samples/torch-fx.ts";

const read = (content: string) => torchFx.read(fileOf(content, "m.fx.json"), new Query("m", new Map()));
const recorded = (name: string) =>
  read(readFileSync(new URL(`./recorded/${name}.fx.json`, import.meta.url), "utf8"));
const file = (...nodes: readonly object[]) => JSON.stringify({ schema: "placement-gym/torch-fx-1", nodes });
const total = (values: Iterable<number>) => [...values].reduce((sum, each) => sum + each, 0);

/** torch's counter has no formula for a bilinear layer: two rows of 5 x 8 x 8 and 5 x 8. */
const BILINEAR = 2 * 2 * (5 * 8 * 8 + 5 * 8);
/** Bytes of constants and of buffers that torch does not save, such as rotary frequencies. */
const CONSTANTS = { swin: 36, llama: 16 };

describe("recorded graphs", () => {
  test.each([
    ["traced", "a traced module: one layer twice, a tied weight", 149_504, 58_880],
    ["tied", "the same module, exported", 149_504, 58_880],
    ["rnn", "LSTM, GRU, RNN, LSTMCell, bilinear", 983_552 + BILINEAR, 178_132],
    ["swin", "shifted windows", 1_016_128, 35_192 + CONSTANTS.swin],
    ["cnn", "decomposed: convolution, transposed convolution, interpolation", 88_064, 1_552],
    ["llama", "a decoder of transformers", 362_496, 50_048 + CONSTANTS.llama],
    ["encoder", "decomposed: a transformer encoder's fast path", 353_280, 34_176],
    ["attend", "attention of one tensor with itself, einsum under no_grad", 50_331_648, 0],
  ])("%s: %s", (name, _what, flops, parameterBytes) => {
    const { graph, unknown } = recorded(name);
    const products = graph.types.map((type, v) =>
      /^(Conv2D|MatMul|BatchMatMul)$/.test(type) ? graph.flops[v] : 0,
    );
    expect(total(products)).toBe(flops);
    expect(total(graph.parameterBytes)).toBe(parameterBytes);
    expect(unknown).toEqual({ withoutRule: [], withoutSize: [] });
  });

  test("branch: a condition is one op with its larger branch", () => {
    const { graph } = recorded("branch");
    expect(graph.names).toEqual(["x", "sum_1", "gt", "cond"]);
    expect(graph.flops[3]).toBe(2 * 2 * 4 * 16 * 16);
    expect(graph.parameterBytes[3]).toBe(2 * 4 * (16 * 16 + 16));
  });

  test("cache: what is written and read are rows", () => {
    const { graph } = recorded("cache");
    const touched = Object.fromEntries(graph.names.map((name, v) => [name, graph.bytesTouched[v]]));
    const rows = 4 * 64 * 4;
    expect(touched).toMatchObject({
      embedding: 32 + 2 * rows,
      index_put: 32 + 2 * rows,
      index: 32 + 2 * rows,
    });
  });

  test("data: sizes that depend on data are unknown, numbers and checks are not", () => {
    const { graph, unknown } = recorded("data");
    expect(unknown?.withoutSize.map((op) => graph.names[op])).toEqual(["nonzero", "to", "relu", "matmul"]);
  });
});

describe("files of the first recipe", () => {
  const x = node("x", "placeholder", "x", [], [float(1, 8, 128, 64)]);

  test("a tensor that is read three times is an input three times", () => {
    const { graph } = read(
      file(
        x,
        node(
          "a",
          "call_function",
          "aten.scaled_dot_product_attention.default",
          ["x"],
          [float(1, 8, 128, 64)],
          { args: "(x, x, x)" },
        ),
      ),
    );
    expect(graph.flops[1]).toBe(33_554_432);
    expect(graph.edgeCount).toBe(3);
    expect(graph.bytesTouched[1]).toBe(4 * 4 * 8 * 128 * 64);
  });

  test("inputs that only stand in arguments with names are kept", () => {
    const { graph } = read(
      file(
        x,
        node("y", "placeholder", "y", [], [float(4)]),
        node("a", "call_function", "aten.add.Tensor", ["x", "y"], [float(1, 8, 128, 64)], { args: "(x,)" }),
      ),
    );
    expect([...graph.edgeSource]).toEqual([0, 1]);
  });

  test("arguments that nobody can read leave the inputs as they are", () => {
    const { graph } = read(
      file(
        x,
        node("a", "call_function", "aten.add.Tensor", ["x"], [float(1, 8, 128, 64)], {
          args: "(x, <unclosed",
        }),
      ),
    );
    expect(graph.edgeCount).toBe(1);
  });
});
