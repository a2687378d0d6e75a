/**
 * ONNX models: a small network with weights, shape arithmetic, a branch and a dynamic dimension.
 */
import { ints, node, onnxFile, value, weights } from "../onnx/write-model.ts";
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

export const onnxSamples: readonly Sample[] = [
  { content, ops: 12, edges: 14 },
  { content, ops: 12, edges: 14, options: { "dim.batch": "3" } },
];
