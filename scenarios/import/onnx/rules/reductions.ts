/** Pools, reductions and normalisations. Semantics: onnx/docs/Operators.md. */
import { InputError } from "../../../../env/model/errors.ts";
import { axisOf, withOnes, withoutAxes } from "../../tensors/shapes.ts";
import { type ElementType, elements, type Tensor } from "../../tensors/tensor.ts";
import { NORMALISATION_FLOPS, STORED_STATISTICS_FLOPS } from "../../tensors/work.ts";
import type { OnnxOp, Rule } from "../onnx-op.ts";
import { slide } from "./products.ts";

const pool: Rule = (op) => {
  const [batch, channels, ...sizes] = op.rankedShape(0, 3);
  const kernel = op.ints("kernel_shape");
  if (kernel?.length !== sizes.length)
    throw new InputError(
      `kernel_shape has ${kernel?.length ?? 0} numbers for ${sizes.length} axes behind batch and channels.`,
    );
  const round = op.int("ceil_mode", 0) === 0 ? Math.floor : Math.ceil;
  const shape = [batch, channels, ...slide(op, sizes, kernel, round)];
  const outputs: Tensor[] = [
    { element: op.input(0).element, shape },
    { element: "int64", shape },
  ];
  return {
    outputs: outputs.slice(0, op.outputCount),
    flops: elements(shape) * kernel.reduce((all, size) => all * size, 1),
  };
};

const globalPool: Rule = (op) => {
  const shape = op.rankedShape(0, 3);
  return {
    outputs: [{ element: op.input(0).element, shape: shape.map((size, axis) => (axis < 2 ? size : 1)) }],
    flops: elements(shape),
  };
};

const reduce: Rule = (op) => {
  const shape = op.shape(0);
  const given = op.axes(1) ?? [];
  const { element } = op.input(0);
  if (given.length === 0 && op.int("noop_with_empty_axes", 0) === 1)
    return { outputs: [{ element, shape }], flops: 0 };
  const axes = given.length === 0 ? shape.map((_, axis) => axis) : given;
  return { outputs: [reduced(op, element, axes)], flops: elements(shape) };
};

function reduced(op: OnnxOp, element: ElementType, axes: readonly number[]): Tensor {
  const shape = op.shape(0);
  const removed = new Set(axes.map((axis) => axisOf(axis, shape.length)));
  return {
    element,
    shape: op.int("keepdims", 1) === 0 ? withoutAxes(shape, removed) : withOnes(shape, removed),
  };
}

const argument: Rule = (op) => ({
  outputs: [reduced(op, "int64", [op.int("axis", 0)])],
  flops: op.elements(0),
});

const topK: Rule = (op) => {
  const shape = op.rankedShape(0, 1);
  const axis = axisOf(op.int("axis", -1), shape.length);
  const [most] = op.has(1) ? op.values(1) : [op.int("k", 1)];
  const kept = shape.map((size, i) => (i === axis ? most : size));
  const outputs: Tensor[] = [
    { element: op.input(0).element, shape: kept },
    { element: "int64", shape: kept },
  ];
  return { outputs: outputs.slice(0, op.outputCount), flops: elements(shape) };
};

const batchNormalization: Rule = (op) => {
  const shape = op.rankedShape(0, 2);
  const isTraining = op.int("training_mode", 0) === 1;
  const { element } = op.input(0);
  const statistics: Tensor = { element, shape: [shape[1]] };
  const outputs = [{ element, shape }, ...Array.from({ length: 4 }, () => statistics)];
  return {
    outputs: outputs.slice(0, op.outputCount),
    flops: (isTraining ? NORMALISATION_FLOPS : STORED_STATISTICS_FLOPS) * elements(shape),
  };
};

/** The further outputs are statistics, or the sum before it was normalised. */
const normalization: Rule = (op) => {
  const shape = op.rankedShape(0, 1);
  const { element } = op.input(0);
  const axis = axisOf(op.int("axis", -1), shape.length);
  const statistics: Tensor = { element, shape: shape.map((size, i) => (i < axis ? size : 1)) };
  const outputs: Tensor[] = [{ element, shape }, statistics, statistics, { element, shape }];
  return { outputs: outputs.slice(0, op.outputCount), flops: NORMALISATION_FLOPS * elements(shape) };
};

const named = (names: string, rule: Rule): Record<string, Rule> =>
  Object.fromEntries(names.split(" ").map((name) => [name, rule]));

export const reductionRules: Readonly<Record<string, Rule>> = {
  ...named("MaxPool AveragePool LpPool", pool),
  ...named("GlobalMaxPool GlobalAveragePool GlobalLpPool", globalPool),
  ...named("ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2", reduce),
  ...named("ReduceSumSquare ReduceLogSum ReduceLogSumExp", reduce),
  ...named("ArgMax ArgMin", argument),
  TopK: topK,
  BatchNormalization: batchNormalization,
  ...named("InstanceNormalization LayerNormalization GroupNormalization RMSNormalization", normalization),
  ...named(
    "SkipLayerNormalization SimplifiedLayerNormalization SkipSimplifiedLayerNormalization",
    normalization,
  ),
  ...named("LpNormalization MeanVarianceNormalization", normalization),
};
