/**
 * ONNX models: a small network with weights, shape arithmetic, a branch and a dynamic dimension; a
 * training graph with a loop.
 */
import { ints, node, onnxFile, opset, runtimeNode, sequence, value, weights } from "../onnx/write-model.ts";
import type { Sample } from "./sample.ts";

const branch = (type: string) => ({
  node: [node(type, ["pooled"], ["b"])],
  input: [],
  output: [value("b", ["batch", 4, 1, 1])],
});

const content = onnxFile({
  node: [
    node("Conv", ["x", "w", "bias"], ["c"], { pads: [1, 1, 1, 1], kernel_shape: [3, 3] }),
    node("Relu", ["c"], ["r"]),
    node("GlobalAveragePool", ["r"], ["pooled"]),
    node("ReduceMax", ["x"], ["most"], { keepdims: 0 }),
    node("If", ["most"], ["chosen"], { then_branch: branch("Sigmoid"), else_branch: branch("Tanh") }),
    node("Reshape", ["chosen", "shape"], ["flat"]),
    node("MatMul", ["flat", "square"], ["m"]),
    node("MatMul", ["m", "square"], ["n"]),
    node("Split", ["n"], ["left", "right"], { axis: 1 }),
    node("Concat", ["right", "left"], ["y"], { axis: 1 }),
  ],
  input: [value("x", ["batch", 3, 6, 6])],
  output: [value("y", ["batch", 4])],
  initializer: [
    weights("w", [4, 3, 3, 3]),
    { ...weights("bias", [4]), float_data: [0.5, 1, 1.5, 2] },
    ints("shape", [0, -1]),
    weights("square", [4, 4]),
  ],
});

const step = {
  node: [
    node("Identity", ["go"], ["on"]),
    node("MatMul", ["h", "w"], ["next"]),
    node("SequenceInsert", ["kept", "next"], ["more"]),
  ],
  input: [value("i", [], 7), value("go", [], 9), value("h", ["", ""]), sequence("kept", ["", ""])],
  output: [value("on", [], 9), value("next", ["", ""]), sequence("more", ["", ""])],
};

/** A loop over a state and a sequence, a loss, its gradient and an update. */
const training = onnxFile(
  {
    node: [
      node("SequenceEmpty", [], ["none"]),
      node("Loop", ["trips", "", "x", "none"], ["h", "all"], { body: step }),
      node("ConcatFromSequence", ["all"], ["joined"], { axis: 0 }),
      node("Einsum", ["joined", "v"], ["y"], { equation: "...i,ij->...j" }),
      node("SoftmaxCrossEntropyLoss", ["y", "t"], ["l", "p"]),
      runtimeNode("SoftmaxCrossEntropyLossGrad", ["dl", "p", "t"], ["dy"]),
      node("Gemm", ["joined", "dy"], ["dv"], { transA: 1 }),
      runtimeNode("SGDOptimizer", ["rate", "v", "dv"], ["v_new"]),
    ],
    input: [value("x", ["2*half", 4]), value("t", [12], 7), value("dl", []), value("rate", [])],
    initializer: [weights("w", [4, 4]), weights("v", [4, 5]), { ...ints("trips", [3]), dims: [] }],
  },
  opset(17),
);

export const onnxSamples: readonly Sample[] = [
  { content, ops: 12, edges: 14 },
  { content, ops: 12, edges: 14, options: { "dim.batch": "3" } },
  { content: training, ops: 12, edges: 13, options: { "dim.half": "2" } },
];
