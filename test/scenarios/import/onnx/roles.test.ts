/** Training graphs of ONNX Runtime: which ops are backward and update, and whom they belong to. */
import { expect, test } from "vitest";
import { type OpGraph, Role } from "../../../../env/index.ts";
import { readModel } from "./read-model.ts";
import { node, opset, runtimeNode, type TestGraph, value, weights } from "./write-model.ts";

const INT64 = 7;

/** Two layers, their loss, gradients and updates. */
const training: TestGraph = {
  node: [
    node("MatMul", ["x", "w1"], ["h"]),
    node("Relu", ["h"], ["a"]),
    { ...node("Gemm", ["a", "w2"], ["y"]), name: "second" },
    node("SoftmaxCrossEntropyLoss", ["y", "t"], ["loss", "lp"]),
    runtimeNode("SoftmaxCrossEntropyLossGrad", ["dl", "lp", "t"], ["dy"]),
    { ...node("Gemm", ["a", "dy"], ["dw2"], { transA: 1 }), name: "second_Grad/Gemm_0" },
    { ...node("Gemm", ["dy", "w2"], ["da"], { transB: 1 }), name: "second_Grad/Gemm_1" },
    runtimeNode("ReluGrad", ["da", "a"], ["dh"]),
    node("Transpose", ["x"], ["xT"]),
    node("MatMul", ["xT", "dh"], ["dw1"]),
    runtimeNode("AdamOptimizer", ["lr", "step", "w1", "dw1", "m1", "v1"], ["step2", "m2", "v2", "w1_new"]),
    runtimeNode("SGDOptimizer", ["lr", "w2", "dw2"], ["w2_new"]),
    node("Identity", ["w2_new"], ["w2_out"]),
  ],
  input: [
    value("x", [32, 64]),
    value("t", [32], INT64),
    value("dl", []),
    value("lr", []),
    value("step", [], INT64),
  ],
  output: [value("loss", []), value("w1_new", [64, 16]), value("w2_out", [16, 10])],
  initializer: [
    weights("w1", [64, 16]),
    weights("w2", [16, 10]),
    weights("m1", [64, 16]),
    weights("v1", [64, 16]),
  ],
};

const told = (graph: OpGraph) =>
  Object.fromEntries(
    graph.names.map((name, v) => [
      name,
      [graph.role[v], graph.twin[v] < 0 ? null : graph.names[graph.twin[v]]],
    ]),
  );

test("gradients, what is made for them, and updates have roles and twins", () => {
  const { graph, report, unknown } = readModel(training, opset(17));
  expect(unknown).toEqual({ withoutRule: [], withoutSize: [] });
  expect(told(graph)).toMatchObject({
    second: [Role.forward, "second_Grad/Gemm_0"],
    dy: [Role.backward, "loss"],
    "second_Grad/Gemm_0": [Role.backward, "second"],
    "second_Grad/Gemm_1": [Role.backward, "second"],
    dh: [Role.backward, "a"],
    xT: [Role.backward, null],
    dw1: [Role.backward, "h"],
    step2: [Role.update, "h"],
    w2_new: [Role.update, "second"],
    w2_out: [Role.update, null],
  });
  expect(report.assumed[0]).toMatch(/^Gradients and what follows from them are backward ops/);
});

test("weights stay with the op that computes with them, gradient and update on its device", () => {
  const { graph } = readModel(training, opset(17));
  const at = (name: string) => graph.names.indexOf(name);
  expect(graph.parameterBytes[at("h")]).toBe(4 * 64 * 16);
  expect(graph.parameterBytes[at("step2")]).toBe(2 * 4 * 64 * 16);
  expect(graph.colocation[at("step2")]).toBe(graph.colocation[at("h")]);
  expect(graph.colocation[at("w2_new")]).not.toBe(graph.colocation[at("h")]);
  for (const name of ["second_Grad/Gemm_1", "w2_new"])
    expect(graph.colocation[at(name)]).toBe(graph.colocation[at("second")]);
  expect(graph.types).not.toContain("Variable");
});

test("a model for inference has forward ops alone", () => {
  const { graph, report } = readModel({ node: [node("Relu", ["x"], ["y"])], input: [value("x", [4])] });
  expect([...graph.role]).toEqual([Role.forward, Role.forward]);
  expect(report.assumed[0]).toMatch(/^All ops are forward ops/);
});
