/**
 * Ops of training graphs: ONNX Runtime's gradients and optimizers (`com.microsoft`), and those of
 * `ai.onnx.preview.training`. A gradient has the sizes of what it is the gradient of. Semantics:
 * onnxruntime/orttraining/core/graph/training_op_defs.cc.
 */
import { InputError } from "../../../../env/model/errors.ts";
import { broadcast } from "../../tensors/shapes.ts";
import { elements, type Shape, type Tensor } from "../../tensors/tensor.ts";
import { flopsPerElement, NORMALISATION_FLOPS } from "../../tensors/work.ts";
import type { OnnxOp, Rule } from "../onnx-op.ts";

/** The tensors at the given inputs, one for each output. */
const like =
  (inputs: readonly number[], flops: number): Rule =>
  (op) => {
    const outputs = inputs.slice(0, op.outputCount).map((i): Tensor => {
      const { element } = op.input(i);
      return { element, shape: op.shape(i) };
    });
    return { outputs, flops: flops * op.elements(inputs[0]) };
  };

/** The function again and a product, for each element. */
const gradientOf = (type: string): Rule => like([0], flopsPerElement(type) + 1);

/** `dY`, then the input's shape or its numbers. */
const ofShape =
  (shapeInput: number, gradientInput: number): Rule =>
  (op) => {
    const shape = op.values(shapeInput);
    const { element } = op.input(gradientInput);
    return { outputs: [{ element, shape }], flops: op.elements(gradientInput) };
  };

/** `dY`, `X`, `W`: the gradients of data and of weights each take the work of the convolution. */
const convolution: Rule = (op) => {
  const [dY, W] = [op.rankedShape(0, 3), op.rankedShape(2, 3)];
  const { element } = op.input(0);
  const shapes: readonly Shape[] = [op.shape(1), W, [W[0]]];
  const outputs = shapes.slice(0, op.outputCount).map((shape): Tensor => ({ element, shape }));
  const products = 2 * elements(dY) * elements(W.slice(1));
  const wanted = op.outputNames.slice(0, 2).filter((name) => name !== "").length;
  const bias = (op.outputNames[2] ?? "") === "" ? 0 : elements(dY);
  return { outputs, flops: wanted * products + bias };
};

/** Only the file says how large the pooled data was. */
const pooling: Rule = (op) => {
  const [declared] = op.declared;
  const { element } = op.input(0);
  return {
    outputs: [{ element, shape: declared?.shape ?? null }],
    flops: op.elements(0),
  };
};

/** Axes along which each of two shapes was stretched, as the sum of its gradient needs them. */
const broadcastAxes: Rule = (op) => {
  const shapes = [op.values(0), op.values(1)];
  const rank = broadcast(shapes).length;
  const outputs = shapes.map((shape, i): Tensor => {
    const other = shapes[1 - i];
    const sizeAt = (sizes: readonly number[], axis: number) => sizes[axis - rank + sizes.length] ?? 1;
    const value = Array.from({ length: rank }, (_, axis) => axis).filter(
      (axis) => axis < rank - shape.length || (sizeAt(shape, axis) === 1 && sizeAt(other, axis) !== 1),
    );
    return { element: "int64", shape: [value.length], value };
  });
  return { outputs: outputs.slice(0, op.outputCount), flops: 0, bytesTouched: 0 };
};

export const gradientRules: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(
    ["SoftmaxCrossEntropyLossGrad", "SoftmaxCrossEntropyLossInternalGrad"].map((type) => [
      type,
      like([1], 3),
    ]),
  ),
  SoftmaxCrossEntropyGrad: like([1], 3),
  SparseSoftmaxCrossEntropyGrad: like([1], 3),
  ...Object.fromEntries(
    ["SoftmaxGrad", "SoftmaxGrad_13", "LogSoftmaxGrad", "LogSoftmaxGrad_13"].map((type) => [
      type,
      like([0], 4),
    ]),
  ),
  ReluGrad: like([0], 1),
  SigmoidGrad: like([0], 3),
  TanhGrad: like([0], 3),
  LeakyReluGrad: like([0], 2),
  EluGrad: like([0], 3),
  HardSigmoidGrad: like([0], 2),
  GeluGrad: gradientOf("gelu"),
  FastGeluGrad: gradientOf("fastgelu"),
  QuickGeluGrad: gradientOf("quickgelu"),
  BiasGeluGrad_dX: gradientOf("biasgelu"),
  BiasFastGeluGrad_dX: gradientOf("biasgelu"),
  DropoutGrad: like([0], 2),
  BitmaskDropoutGrad: like([0], 2),
  LayerNormalizationGrad: like([1, 2, 2], NORMALISATION_FLOPS + 4),
  SimplifiedLayerNormalizationGrad: like([1, 2], NORMALISATION_FLOPS + 2),
  InvertibleLayerNormalizationGrad: like([1, 2, 3], NORMALISATION_FLOPS + 6),
  BatchNormalizationGrad: like([1, 2, 2], NORMALISATION_FLOPS + 4),
  GatherGrad: ofShape(0, 2),
  GatherNDGrad: ofShape(0, 2),
  GatherElementsGrad: ofShape(1, 0),
  SliceGrad: ofShape(1, 0),
  ConvGrad: convolution,
  MaxPoolGrad: pooling,
  AveragePoolGrad: pooling,
  BroadcastGradientArgs: broadcastAxes,
};

/** FLOP for each weight, as the optimizers of the built-in workloads take them. */
const SGD_FLOPS = 2;
const MOMENTUM_FLOPS = 4;
const ADAGRAD_FLOPS = 6;
const ADAM_FLOPS = 12;
/** Adam, and the norms of weights and steps. */
const LAMB_FLOPS = 16;

const flag: Tensor = { element: "bool", shape: [1] };

/** Lists of weights, gradients and state, as sequences or one after the other. */
function listed(op: OnnxOp, from: number, to: number): readonly Tensor[] {
  return op.inputs.slice(from, to).flatMap((input) => {
    if (input === null) return [];
    return input.items ?? [input];
  });
}

const weightsIn = (tensors: readonly Tensor[]): number =>
  tensors.reduce((total, { shape }) => total + (shape === null ? 0 : elements(shape)), 0);

/** A step over one weight tensor: `outputs` names the input that each output is like. */
const step =
  (flops: number, weights: number, outputs: readonly number[]): Rule =>
  (op) => ({
    outputs: outputs.slice(0, op.outputCount).map((i) => ({ ...op.input(i), value: undefined })),
    flops: flops * op.elements(weights),
  });

/** A step over sequences of tensors; the first output says whether it was taken. */
const listStep =
  (flops: number, sequences: readonly number[]): Rule =>
  (op) => {
    const outputs = [flag, ...sequences.map((i) => op.input(i))];
    return { outputs: outputs.slice(0, op.outputCount), flops: flops * weightsIn(op.items(sequences[0])) };
  };

/** `R`, `T`, then `kinds` lists of as many tensors: weights, gradients, state. */
const previewStep =
  (flops: number, kinds: number): Rule =>
  (op) => {
    const count = (op.inputs.length - 2) / kinds;
    if (!Number.isInteger(count))
      throw new InputError(`${op.inputs.length - 2} tensors are no ${kinds} lists of equal length.`);
    const weights = listed(op, 2, 2 + count);
    // All but the gradients come out again.
    const outputs = [...weights, ...listed(op, 2 + 2 * count, op.inputs.length)];
    return { outputs: outputs.slice(0, op.outputCount), flops: flops * weightsIn(weights) };
  };

const LAMB_HEAD = 5;
const LAMB_GROUP = 5;

/** Groups of weights, gradient, two moments and weights of half precision, behind five inputs. */
const lamb: Rule = (op) => {
  const groups = op.inputs.slice(LAMB_HEAD);
  const weights = groups.filter((_, i) => i % LAMB_GROUP === 0).flatMap((one) => (one === null ? [] : [one]));
  const states = groups.map((one): Tensor => one ?? { element: "float32", shape: [0] });
  const outputs: Tensor[] = [{ element: "int64", shape: [1] }, ...states];
  return { outputs: outputs.slice(0, op.outputCount), flops: LAMB_FLOPS * weightsIn(weights) };
};

export const optimizerRules: Readonly<Record<string, Rule>> = {
  SGDOptimizer: step(SGD_FLOPS, 1, [1, 2]),
  SGDOptimizerV2: listStep(SGD_FLOPS, [1]),
  AdamOptimizer: step(ADAM_FLOPS, 2, [1, 4, 5, 2, 3, 6]),
  AdamWOptimizer: listStep(ADAM_FLOPS, [2, 4, 5]),
  LambOptimizer: lamb,
  Adam: previewStep(ADAM_FLOPS, 4),
  Adagrad: previewStep(ADAGRAD_FLOPS, 3),
  Momentum: previewStep(MOMENTUM_FLOPS, 3),
  InPlaceAccumulator: like([0], 1),
  InPlaceAccumulatorV2: (op) => ({
    outputs: [flag, { element: op.input(0).element, shape: op.shape(0) }].slice(0, op.outputCount),
    flops: op.elements(0),
  }),
  ZeroGradient: like([0], 0),
  MixedPrecisionScale: (op) => ({
    outputs: op.inputs.slice(1).map((_, i) => ({ element: op.input(i + 1).element, shape: op.shape(i + 1) })),
    flops: weightsIn(listed(op, 1, op.inputs.length)),
  }),
  ReduceAllL2: (op) => ({
    outputs: [{ element: "float32", shape: [] }],
    flops: 2 * weightsIn(listed(op, 0, op.inputs.length)),
  }),
};

/** Ops of training graphs that are neither gradients nor updates. */
export const trainingRules: Readonly<Record<string, Rule>> = {
  Scale: like([0], 1),
  PassThrough: like([0], 0),
  YieldOp: (op) => ({
    outputs: op.inputs.map((_, i) => ({ element: op.input(i).element, shape: op.shape(i) })),
    flops: 0,
    bytesTouched: 0,
  }),
};
