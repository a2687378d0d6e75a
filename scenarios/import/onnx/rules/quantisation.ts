/**
 * Quantised tensors: their making, and ONNX Runtime's ops on them. Scales and zero points follow
 * each operand among the inputs. Semantics: onnx/docs/Operators.md, and ONNX Runtime's
 * docs/ContribOperators.md.
 */
import { InputError } from "../../../../env/model/errors.ts";
import { axisOf, broadcast } from "../../tensors/shapes.ts";
import { type ElementType, elements, type Shape, shown, type Tensor } from "../../tensors/tensor.ts";
import { flopsPerElement } from "../../tensors/work.ts";
import type { OnnxOp, Rule } from "../onnx-op.ts";

/** The first input's shape, at the FLOP of `like` for each element. */
const keeping = (op: OnnxOp, element: ElementType, like: string = op.type) => {
  const shape = op.shape(0);
  return { outputs: [{ element, shape }], flops: flopsPerElement(like) * elements(shape) };
};

const quantize: Rule = (op) =>
  keeping(op, op.has(2) ? op.input(2).element : op.elementType("output_dtype", "uint8"));

/** Scales of powers of two are no type to compute in. */
const dequantize: Rule = (op) => {
  const scale = op.input(1).element;
  return keeping(op, op.elementType("output_dtype", scale === "float8" ? "float32" : scale));
};

const dynamicQuantize: Rule = (op) => {
  const shape = op.shape(0);
  const outputs: Tensor[] = [
    { element: "uint8", shape },
    { element: "float32", shape: [] },
    { element: "uint8", shape: [] },
  ];
  return { outputs: outputs.slice(0, op.outputCount), flops: 4 * elements(shape) };
};

/** Weights packed into blocks of few bits; attributes hold their sizes. */
const matMulNBits: Rule = (op) => {
  const data = op.rankedShape(0, 1);
  const [inner, columns] = [op.int("K", 0), op.int("N", 0)];
  if (data.at(-1) !== inner)
    throw new InputError(`the data ${shown(data)} has no last axis of K = ${inner} elements.`);
  const shape = [...data.slice(0, -1), columns];
  // The weights are scaled once, whatever the rows.
  const scaling = flopsPerElement("dequantizelinear") * inner * columns;
  return {
    outputs: [{ element: op.input(0).element, shape }],
    flops: 2 * elements(shape) * inner + scaling,
  };
};

/** Rows of a packed table, which are scaled on the way. */
const gatherBlockQuantized: Rule = (op) => {
  const table = op.rankedShape(0, 1);
  const axis = axisOf(op.int("gather_axis", 0), table.length);
  const perByte = op.input(0).element === "uint8" ? 8 / op.int("bits", 4) : 1;
  const last = table.length - 1;
  const wide = table.map((size, i) => (i === last ? size * perByte : size));
  const shape: Shape = [...wide.slice(0, axis), ...op.shape(1), ...wide.slice(axis + 1)];
  const { element } = op.input(2);
  return {
    outputs: [{ element, shape }],
    flops: flopsPerElement("dequantizelinear") * elements(shape),
    bytesTouched: 5 * elements(shape),
  };
};

/** Each operand is scaled, and so is the result. */
const pairwise: Rule = (op) => {
  const shape = broadcast([op.shape(0), op.shape(3)]);
  return { outputs: [{ element: op.input(0).element, shape }], flops: 6 * elements(shape) };
};

const unary =
  (like: string): Rule =>
  (op) => {
    const { outputs, flops } = keeping(op, op.input(0).element, like);
    return { outputs, flops: flops + 4 * elements(outputs[0].shape) };
  };

/** Scale and zero point of the result come first, then three inputs for each part. */
const concat: Rule = (op) => {
  const parts = op.inputs.flatMap((_, i) => (i >= 2 && (i - 2) % 3 === 0 ? [op.rankedShape(i, 1)] : []));
  if (parts.length === 0) throw new InputError("there is nothing to join.");
  const axis = axisOf(op.int("axis", 0), parts[0].length);
  const length = parts.reduce((total, shape) => total + shape[axis], 0);
  const shape = parts[0].map((size, i) => (i === axis ? length : size));
  return { outputs: [{ element: op.input(2).element, shape }], flops: 4 * elements(shape) };
};

export const quantisationRules: Readonly<Record<string, Rule>> = {
  QuantizeLinear: quantize,
  DequantizeLinear: dequantize,
  DynamicQuantizeLinear: dynamicQuantize,
};

export const runtimeQuantisationRules: Readonly<Record<string, Rule>> = {
  MatMulNBits: matMulNBits,
  MatMulBnb4: matMulNBits,
  GatherBlockQuantized: gatherBlockQuantized,
  QLinearAdd: pairwise,
  QLinearMul: pairwise,
  QLinearSigmoid: unary("sigmoid"),
  QLinearLeakyRelu: unary("leakyrelu"),
  QLinearSoftmax: unary("softmax"),
  QLinearConcat: concat,
};
