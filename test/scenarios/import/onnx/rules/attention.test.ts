/** Attention of ONNX and of ONNX Runtime, and what comes with it: products, outputs, refusals. */
import { describe, expect, test } from "vitest";
import { opOf, readModel } from "../read-model.ts";
import { ints, node, opset, runtimeNode, type TestNode, value, weights } from "../write-model.ts";

const scalar = (name: string, number: number) => ({ ...ints(name, [number]), dims: [] });

function ofOp(
  op: TestNode,
  shapes: Readonly<Record<string, readonly number[]>>,
  initializer: Parameters<typeof readModel>[0]["initializer"] = [],
) {
  const input = Object.entries(shapes).map(([name, sizes]) => value(name, sizes));
  const { graph, unknown } = readModel({ node: [op], input, initializer }, opset(23));
  expect(unknown).toEqual({ withoutRule: [], withoutSize: [] });
  return opOf(graph, op.output[0]);
}

const qkv = ["q", "k", "v"];

describe("Attention", () => {
  test("of heads in an axis of their own, with a past and its outputs", () => {
    const op = node("Attention", [...qkv, "", "pk", "pv"], ["y", "nk", "nv"]);
    const shapes = {
      q: [2, 8, 4, 16],
      k: [2, 2, 4, 16],
      v: [2, 2, 4, 32],
      pk: [2, 2, 12, 16],
      pv: [2, 2, 12, 32],
    };
    expect(ofOp(op, shapes)).toEqual({
      flops: 2 * 2 * 8 * 4 * 16 * (16 + 32),
      outputs: [2 * 8 * 4 * 32 * 4, 2 * 2 * 16 * 16 * 4, 2 * 2 * 16 * 32 * 4],
    });
  });

  test("sees no more keys than its window", () => {
    const op = node("Attention", qkv, ["y"], { left_window_size: 7, is_causal: 1 });
    const shape = [1, 2, 64, 16];
    expect(ofOp(op, { q: shape, k: shape, v: shape }).flops).toBe(2 * 2 * 64 * 8 * 32);
  });

  test("refuses heads that do not divide the width", () => {
    const op = node("Attention", qkv, ["y"], { q_num_heads: 7, kv_num_heads: 7 });
    expect(() => ofOp(op, { q: [1, 4, 64], k: [1, 4, 64], v: [1, 4, 64] })).toThrow(
      /cannot be divided among 7/,
    );
  });
});

describe("ONNX Runtime", () => {
  test("groups queries over fewer keys, and writes into its buffer", () => {
    const op = runtimeNode("GroupQueryAttention", [...qkv, "pk", "pv", "", "total"], ["y", "nk", "nv"], {
      num_heads: 8,
      kv_num_heads: 2,
    });
    const shapes = { q: [1, 1, 128], k: [1, 1, 32], v: [1, 1, 32], pk: [1, 2, 100, 16], pv: [1, 2, 100, 16] };
    expect(ofOp(op, shapes, [scalar("total", 51)])).toEqual({
      flops: 2 * 8 * 51 * 32,
      outputs: [512, 2 * 100 * 16 * 4, 2 * 100 * 16 * 4],
    });
  });

  test("takes queries, keys and values in one tensor", () => {
    const op = runtimeNode("MultiHeadAttention", ["q"], ["y"], { num_heads: 4 });
    expect(ofOp(op, { q: [2, 10, 4, 3, 16] })).toEqual({
      flops: 2 * 2 * 4 * 10 * 10 * 32,
      outputs: [2 * 10 * 64 * 4],
    });
  });

  test("projects by itself in its own Attention", () => {
    const op = runtimeNode("Attention", ["x", "W", "b"], ["y"], { num_heads: 4 });
    const told = ofOp(op, { x: [2, 10, 64] }, [weights("W", [64, 192]), weights("b", [192])]);
    expect(told).toEqual({
      flops: 2 * 10 * 192 * (2 * 64 + 1) + 2 * 2 * 4 * 10 * 10 * 32,
      outputs: [2 * 10 * 64 * 4],
    });
  });

  test("sends each row through k experts", () => {
    const op = runtimeNode("MoE", ["x", "r", "W1", "", "W2"], ["y"], { k: 2 });
    const told = ofOp(op, { x: [6, 64], r: [6, 8] }, [
      weights("W1", [8, 64, 256]),
      weights("W2", [8, 256, 64]),
    ]);
    expect(told).toEqual({ flops: 2 * 6 * 2 * (2 * 64 * 256), outputs: [6 * 64 * 4] });
  });

  test("multiplies by weights of few bits", () => {
    const op = runtimeNode("MatMulNBits", ["x", "W", "s"], ["y"], { K: 128, N: 32, bits: 4, block_size: 32 });
    const told = ofOp(op, { x: [5, 128] }, [weights("W", [32, 4, 16], 2), weights("s", [128])]);
    expect(told).toEqual({ flops: 2 * 5 * 128 * 32 + 2 * 128 * 32, outputs: [5 * 32 * 4] });
  });
});

test("rotary embeddings, linear attention, causal convolution and caches have their sizes", () => {
  const rotary = node("RotaryEmbedding", ["x", "c", "s"], ["y"], { rotary_embedding_dim: 4 });
  expect(ofOp(rotary, { x: [1, 2, 3, 8], c: [3, 2], s: [3, 2] })).toEqual({ flops: 3 * 24, outputs: [192] });
  const linear = node("LinearAttention", qkv, ["y", "S"], {
    q_num_heads: 4,
    kv_num_heads: 2,
    update_rule: "linear",
  });
  expect(ofOp(linear, { q: [1, 5, 32], k: [1, 5, 16], v: [1, 5, 8] })).toEqual({
    flops: 5 * 8 * 4 * (2 * 2 + 2 * 4),
    outputs: [5 * 16 * 4, 2 * 8 * 4 * 4],
  });
  const causal = node("CausalConvWithState", ["x", "w"], ["y", "state"]);
  expect(ofOp(causal, { x: [1, 6, 10], w: [6, 1, 4] })).toEqual({ flops: 8 * 60, outputs: [240, 72] });
  const scatter = node("TensorScatter", ["cache", "u"], ["y"]);
  expect(ofOp(scatter, { cache: [1, 2, 100, 4], u: [1, 2, 1, 4] }).outputs).toEqual([3_200]);
});
