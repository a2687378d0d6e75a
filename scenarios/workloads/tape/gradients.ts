/**
 * Gradient rules. For each type of forward op they give the backward ops of its gradient, their
 * work, and the forward values that they read. The rules follow TensorFlow's registered gradients.
 * A convolution has Conv2DBackpropInput and Conv2DBackpropFilter; a batch normalisation has one
 * fused op. Where TensorFlow's gradient is the incoming tensor itself, as for an addition,
 * `passesTo` says so and there is no op.
 */
import type { OpType } from "./op-types.ts";
import { elements, type ForwardOp, type Tensor } from "./tape.ts";

/**
 * The target of an output of a gradient op: an input of the forward op, by number, or the op's own
 * weights.
 */
export type GradientTarget = number | "parameters";

export interface GradientOp {
  readonly suffix: string;
  readonly type: string;
  readonly flops: number;
  /** Forward values that are read besides the gradients of the op's outputs. */
  readonly reads: readonly Tensor[];
  /** Bytes of the forward op's weights that are read; they are on the same device. */
  readonly readsParameterBytes?: number;
  /** Given where an input is not read exactly once. */
  readonly bytesTouched?: number;
  readonly gives: readonly GradientTarget[];
}

export interface GradientRule {
  readonly ops?: (op: ForwardOp) => readonly GradientOp[];
  /** Inputs whose gradient is the output's gradient unchanged. */
  readonly passesTo?: (op: ForwardOp) => readonly number[];
  /** A loss: its gradient starts from the constant 1. */
  readonly starts?: boolean;
}

/** One op for the only input, doing `flopsPerElement` for each element of the output. */
const pointwise = (
  type: string,
  flopsPerElement: number,
  reads: (op: ForwardOp) => readonly Tensor[],
): GradientRule => ({
  ops: (op) => [
    {
      suffix: "grad",
      type,
      flops: flopsPerElement * elements(op.outputs[0].shape),
      reads: reads(op),
      gives: [0],
    },
  ],
});

const input = (op: ForwardOp) => [op.inputs[0]];
const output = (op: ForwardOp) => [op.outputs[0]];
const saved = (op: ForwardOp) => [op.outputs[1]];
const nothing = () => [];
const allInputs = (op: ForwardOp) => op.inputs.map((_, i) => i);

/**
 * Products with weights: the gradient of the input reads the weights, that of the weights reads the
 * input.
 */
const weighted = (toInput: string, toWeights: string): GradientRule => ({
  ops: (op) => [
    {
      suffix: "grad_input",
      type: toInput,
      flops: op.flops,
      reads: [],
      readsParameterBytes: op.parameterBytes,
      gives: [0],
    },
    {
      suffix: "grad_weights",
      type: toWeights,
      flops: op.flops,
      reads: [op.inputs[0]],
      gives: ["parameters"],
    },
  ],
});

/**
 * A transposed convolution is the gradient of a convolution, so its own gradient of the input is a
 * convolution.
 */
const transposedConvolution = weighted("Conv2D", "Conv2DBackpropFilter");

/**
 * Normalisations save mean and variance in output 1; one fused op gives the gradients of input,
 * scale and offset.
 */
const normalisation = (type: string): GradientRule => ({
  ops: (op) => [
    {
      suffix: "grad",
      type,
      flops: 11 * elements(op.inputs[0].shape),
      reads: [op.inputs[0], op.outputs[1]],
      gives: [0, "parameters"],
    },
  ],
});

/** The second input is repeated over axes that it lacks, so its gradient is a sum over them. */
const repeatedAddition: GradientRule = {
  passesTo: () => [0],
  ops: (op) => [
    { suffix: "grad_repeated", type: "Sum", flops: elements(op.outputs[0].shape), reads: [], gives: [1] },
  ],
};

export const gradientRules = {
  Feed: {},
  Zeros: {},
  Variable: {},
  Conv2D: weighted("Conv2DBackpropInput", "Conv2DBackpropFilter"),
  Conv2DBackpropInput: transposedConvolution,
  DepthwiseConv2dNative: weighted(
    "DepthwiseConv2dNativeBackpropInput",
    "DepthwiseConv2dNativeBackpropFilter",
  ),
  MatMul: weighted("MatMul", "MatMul"),
  /**
   * Both operands are tensors: two activations, or an activation and a variable that several ops
   * share.
   */
  BatchMatMul: {
    ops: (op) => [
      { suffix: "grad_a", type: "BatchMatMul", flops: op.flops, reads: [op.inputs[1]], gives: [0] },
      { suffix: "grad_b", type: "BatchMatMul", flops: op.flops, reads: [op.inputs[0]], gives: [1] },
    ],
  },
  BiasAdd: {
    passesTo: () => [0],
    ops: (op) => [
      {
        suffix: "grad_bias",
        type: "BiasAddGrad",
        flops: elements(op.outputs[0].shape),
        reads: [],
        gives: ["parameters"],
      },
    ],
  },
  FusedBatchNorm: normalisation("FusedBatchNormGrad"),
  LayerNorm: normalisation("LayerNormGrad"),
  RmsNorm: normalisation("RmsNormGrad"),
  GroupNorm: normalisation("GroupNormGrad"),
  /** Without scale and offset. */
  InstanceNorm: pointwise("InstanceNormGrad", 11, (op) => [op.inputs[0], op.outputs[1]]),
  LRN: pointwise("LRNGrad", 12, (op) => [op.inputs[0], op.outputs[0]]),
  Relu: pointwise("ReluGrad", 1, output),
  Relu6: pointwise("Relu6Grad", 2, output),
  LeakyRelu: pointwise("LeakyReluGrad", 2, input),
  Swish: pointwise("SwishGrad", 7, input),
  Tanh: pointwise("TanhGrad", 3, output),
  Sigmoid: pointwise("SigmoidGrad", 3, output),
  Gelu: pointwise("GeluGrad", 14, input),
  Softmax: pointwise("SoftmaxGrad", 4, output),
  Dropout: pointwise("DropoutGrad", 2, saved),
  ScaleMask: pointwise("Mul", 1, nothing),
  Transpose: pointwise("Transpose", 0, nothing),
  Slice: pointwise("Pad", 0, nothing),
  Pad: pointwise("Slice", 0, nothing),
  /** Moves no data. */
  Reshape: { passesTo: () => [0] },
  MaxPool: pointwise("MaxPoolGrad", 1, (op) => [op.inputs[0], op.outputs[0]]),
  AvgPool: pointwise("AvgPoolGrad", 1, nothing),
  ResizeNearestNeighbor: pointwise("ResizeNearestNeighborGrad", 1, nothing),
  Add: { passesTo: allInputs },
  AddN: { passesTo: allInputs },
  /** A bias or another tensor that several ops share, added to each row. */
  AddRepeated: repeatedAddition,
  Mul: {
    ops: (op) => [
      {
        suffix: "grad_a",
        type: "Mul",
        flops: elements(op.outputs[0].shape),
        reads: [op.inputs[1]],
        gives: [0],
      },
      {
        suffix: "grad_b",
        type: "Mul",
        flops: elements(op.outputs[0].shape),
        reads: [op.inputs[0]],
        gives: [1],
      },
    ],
  },
  /** Features of the time step of a diffusion; nothing before them has weights. */
  TimestepEmbedding: {},
  Concat: { ops: (op) => [{ suffix: "grad", type: "Split", flops: 0, reads: [], gives: allInputs(op) }] },
  Stack: { ops: (op) => [{ suffix: "grad", type: "Unstack", flops: 0, reads: [], gives: allInputs(op) }] },
  Split: { ops: () => [{ suffix: "grad", type: "Concat", flops: 0, reads: [], gives: [0] }] },
  Unstack: { ops: () => [{ suffix: "grad", type: "Stack", flops: 0, reads: [], gives: [0] }] },
  Embedding: {
    ops: (op) => [
      {
        suffix: "grad",
        type: "EmbeddingGrad",
        flops: elements(op.outputs[0].shape),
        reads: [op.inputs[0]],
        gives: ["parameters"],
      },
    ],
  },
  /**
   * Inputs: a table that several ops share, ids. The gradient is as large as the table, to be
   * summed with others.
   */
  Gather: {
    ops: (op) => [
      {
        suffix: "grad",
        type: "GatherGrad",
        flops: elements(op.outputs[0].shape),
        reads: [op.inputs[1]],
        gives: [0],
      },
    ],
  },
  /**
   * Inputs: tokens, gates. Each output holds the tokens of some experts. The choice of experts is
   * not differentiated.
   */
  Dispatch: { ops: () => [{ suffix: "grad", type: "Combine", flops: 0, reads: [], gives: [0] }] },
  /**
   * Inputs: gates, then the results of the experts. Each token gets the sum of results, weighted by
   * its gates.
   */
  Combine: {
    ops: (op) => [
      { suffix: "grad", type: "CombineGrad", flops: 2 * op.flops, reads: op.inputs, gives: allInputs(op) },
    ],
  },
  /**
   * Inputs: the edges of a graph, then features of its vertices in parts. The gradient follows the
   * edges backwards.
   */
  Aggregate: {
    ops: (op) => [
      {
        suffix: "grad",
        type: "Aggregate",
        flops: op.flops,
        reads: [op.inputs[0]],
        bytesTouched: op.bytesTouched,
        gives: allInputs(op).slice(1),
      },
    ],
  },
  /**
   * Inputs: pre-activations, previous cell state, bias. Outputs: hidden state, cell state, saved
   * gates.
   */
  LstmGates: {
    ops: (op) => [
      {
        suffix: "grad",
        type: "LstmGatesGrad",
        flops: 30 * elements(op.outputs[0].shape),
        reads: [op.inputs[1], op.outputs[1], op.outputs[2]],
        gives: [0, 1, 2],
      },
    ],
  },
  /** Output 1 is the softmax, kept for the gradient. */
  SoftmaxCrossEntropy: {
    starts: true,
    ops: (op) => [
      {
        suffix: "grad",
        type: "SoftmaxCrossEntropyGrad",
        flops: 2 * elements(op.outputs[1].shape),
        reads: [op.outputs[1], op.inputs[1]],
        gives: [0],
      },
    ],
  },
  /** The second input gets no gradient. */
  MeanSquaredError: {
    starts: true,
    ops: (op) => [
      {
        suffix: "grad",
        type: "MeanSquaredErrorGrad",
        flops: 2 * elements(op.inputs[0].shape),
        reads: [op.inputs[0], op.inputs[1]],
        gives: [0],
      },
    ],
  },
  SigmoidCrossEntropy: {
    starts: true,
    ops: (op) => [
      {
        suffix: "grad",
        type: "SigmoidCrossEntropyGrad",
        flops: 5 * elements(op.inputs[0].shape),
        reads: [op.inputs[0], op.inputs[1]],
        gives: [0],
      },
    ],
  },
} satisfies Readonly<Record<OpType, GradientRule>>;
