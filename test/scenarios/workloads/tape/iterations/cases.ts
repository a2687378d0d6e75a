/**
 * A tiny network for each type of op, of random sizes. Inputs come from variables, so that every
 * gradient op is there, and each result has a loss.
 */
import {
  add,
  addN,
  addRepeated,
  batchMatMul,
  biasAdd,
  concat,
  dropout,
  embedding,
  gather,
  layerNorm,
  matMul,
  multiply,
  rmsNorm,
  scaleAndShift,
  scaleMask,
  sigmoidCrossEntropy,
  slice,
  softmaxCrossEntropy,
  split,
  variable,
} from "../../../../../scenarios/workloads/layers/dense-layers.ts";
import {
  gelu,
  leakyRelu,
  relu,
  relu6,
  sigmoid,
  softmax,
  swish,
  tanh,
  transpose,
} from "../../../../../scenarios/workloads/layers/pointwise.ts";
import {
  lstmCell,
  lstmLayer,
  stack,
  unstack,
  zeros,
} from "../../../../../scenarios/workloads/layers/recurrent-layers.ts";
import { apart } from "../../../../../scenarios/workloads/sequence/attention.ts";
import { mixtureOfExperts } from "../../../../../scenarios/workloads/sequence/mixture-of-experts.ts";
import type { OpType } from "../../../../../scenarios/workloads/tape/op-types.ts";
import {
  createTape,
  type Shape,
  type Tape,
  type Tensor,
} from "../../../../../scenarios/workloads/tape/tape.ts";
import {
  avgPool,
  channelBias,
  channelDropout,
  conv2d,
  conv2dTranspose,
  depthwiseConv2d,
  globalAvgPool,
  maxPool,
  oneTap,
  padTo,
  reshape,
  shifted,
  upsample,
} from "../../../../../scenarios/workloads/vision/parts/image-layers.ts";
import { meanSquaredError } from "../../../../../scenarios/workloads/vision/parts/losses.ts";
import {
  batchNorm,
  groupNorm,
  instanceNorm,
  localResponseNorm,
} from "../../../../../scenarios/workloads/vision/parts/normalisation.ts";

/** Sizes of at least 1. */
export interface Sizes {
  readonly b: number;
  readonly t: number;
  readonly n: number;
  readonly k: number;
  /** A window, and an image that is not smaller. */
  readonly window: number;
  readonly stride: number;
  readonly padding: number;
  readonly pixels: number;
}

type Build = (tape: Tape, x: Tensor, sizes: Sizes) => Tensor | readonly Tensor[];
export interface Case {
  readonly name: string;
  /** Types that the case has ops of. */
  readonly types: readonly OpType[];
  readonly tape: (sizes: Sizes) => Tape;
}

const rows = ({ b, t, n }: Sizes): Shape => [b, t, n];
const image = ({ b, k, pixels }: Sizes): Shape => [b, k, pixels, pixels];
const letters: Readonly<Record<number, string>> = { 2: "bn", 3: "btn", 4: "bcyx" };

function caseOf(
  name: string,
  types: readonly OpType[],
  shape: (sizes: Sizes) => Shape,
  build: Build,
  axes?: string,
): Case {
  return {
    name,
    types,
    tape: (sizes) => {
      const tape = createTape();
      const whole = shape(sizes);
      const x = variable(tape, "x", whole, axes ?? letters[whole.length]);
      const made = build(tape, x, sizes);
      (Array.isArray(made) ? (made as readonly Tensor[]) : [made as Tensor]).forEach((y, i) => {
        if (y.shape.length === 1 && y.shape[0] === 1) return;
        meanSquaredError(tape, y, tape.feed(`wanted_${i}`, y.shape), `loss_${i}`);
      });
      return tape;
    },
  };
}

const pointwise = (
  [
    ["Relu", relu],
    ["Relu6", relu6],
    ["LeakyRelu", leakyRelu],
    ["Swish", swish],
    ["Tanh", tanh],
    ["Sigmoid", sigmoid],
    ["Gelu", gelu],
    ["Softmax", softmax],
  ] as const
).map(([type, layer]) => caseOf(type, [type], rows, (tape, x) => layer(tape, x, "y")));

const windowOf = ({ window, stride, padding }: Sizes) => ({
  kernel: [window, window] as const,
  stride,
  padding: [padding, padding] as const,
});

const products: readonly Case[] = [
  caseOf("MatMul", ["MatMul", "Variable", "Feed"], rows, (tape, x, { k }) => matMul(tape, x, "y", k)),
  caseOf(
    "scores",
    ["BatchMatMul"],
    ({ b, n, t, k }) => [b, n, t, k],
    (tape, x, { b, n, t, k }) => {
      const keys = variable(tape, "keys", [b, n, t + 1, k], "bhsd");
      return batchMatMul(tape, x, keys, "y", { shape: [b, n, t, t + 1], inner: k, axes: "bhtd,bhsd->bhts" });
    },
    "bhtd",
  ),
  caseOf(
    "scores of relative positions",
    ["BatchMatMul"],
    ({ b, n, t, k }) => [b, n, t, k],
    (tape, x, { b, n, t, k }) => {
      const keys = variable(tape, "keys", [t + 1, n * k], "sn");
      return batchMatMul(tape, x, keys, "y", { shape: [b, n, t, t + 1], inner: k, axes: "bhtd,s(hd)->bhts" });
    },
    "bhtd",
  ),
  caseOf("products of a tensor with itself", ["BatchMatMul"], rows, (tape, x, { b, t, n }) =>
    batchMatMul(tape, x, x, "y", { shape: [b, t, t], inner: n, axes: "bpk,bfk->bpf" }),
  ),
  caseOf("logits", ["BatchMatMul"], rows, (tape, x, { b, t, n, k }) => {
    const table = variable(tape, "table", [k, n], "vn");
    return batchMatMul(tape, x, table, "y", { shape: [b, t, k], inner: n, axes: "btk,vk->btv" });
  }),
  caseOf("Conv2D", ["Conv2D"], image, (tape, x, sizes) =>
    conv2d(tape, x, "y", { filters: sizes.n, ...windowOf(sizes) }),
  ),
  caseOf(
    "Conv2D in groups",
    ["Conv2D"],
    ({ b, k, pixels }) => [b, 2 * k, pixels, pixels],
    (tape, x, sizes) => conv2d(tape, x, "y", { filters: 2 * sizes.n, groups: 2, ...windowOf(sizes) }),
  ),
  caseOf(
    "Conv2D over time",
    ["Conv2D"],
    ({ b, pixels, n }) => [b, pixels, n],
    (tape, x, { b, pixels, n, k, stride }) =>
      tape.record({
        name: "y",
        type: "Conv2D",
        inputs: [x],
        outputs: [[b, pixels, k]],
        parameters: 2 * n * k,
        windows: { kernel: [2], stride: [1], padding: [stride], dilation: stride },
      }),
  ),
  caseOf("Conv2DBackpropInput", ["Conv2DBackpropInput"], image, (tape, x, { n, window, stride }) =>
    conv2dTranspose(tape, x, "y", { filters: n, kernel: [window, window], stride }),
  ),
  caseOf("DepthwiseConv2dNative", ["DepthwiseConv2dNative"], image, (tape, x, sizes) =>
    depthwiseConv2d(tape, x, "y", windowOf(sizes)),
  ),
];

const images: readonly Case[] = [
  caseOf("BiasAdd of channels", ["BiasAdd"], image, (tape, x) => channelBias(tape, x, "y")),
  caseOf("Dropout of channels", ["Dropout"], image, (tape, x) => channelDropout(tape, x, "y")),
  caseOf("FusedBatchNorm", ["FusedBatchNorm"], image, (tape, x) => batchNorm(tape, x, "y")),
  caseOf(
    "GroupNorm",
    ["GroupNorm"],
    ({ b, k, pixels }) => [b, 2 * k, pixels, pixels],
    (tape, x, { k }) => groupNorm(tape, x, "y", k),
  ),
  caseOf("InstanceNorm", ["InstanceNorm"], image, (tape, x) => instanceNorm(tape, x, "y")),
  caseOf("LRN", ["LRN"], image, (tape, x) => localResponseNorm(tape, x, "y", 3)),
  caseOf("MaxPool", ["MaxPool"], image, (tape, x, sizes) => maxPool(tape, x, "y", windowOf(sizes))),
  caseOf("AvgPool", ["AvgPool"], image, (tape, x, sizes) => avgPool(tape, x, "y", windowOf(sizes))),
  caseOf("AvgPool of all pixels", ["AvgPool"], image, (tape, x) => globalAvgPool(tape, x, "y")),
  caseOf("ResizeNearestNeighbor", ["ResizeNearestNeighbor"], image, (tape, x, { stride }) =>
    upsample(tape, x, "y", stride),
  ),
  caseOf("Pad that shifts", ["Pad"], image, (tape, x) => shifted(tape, x, "y")),
  caseOf("Pad at the far edges", ["Pad"], image, (tape, x, { pixels }) =>
    padTo(tape, x, "y", [pixels + 1, pixels + 2]),
  ),
  caseOf(
    "Slice of the middle",
    ["Slice"],
    ({ b, k, pixels }) => [b, k, pixels + 2, pixels + 3],
    (tape, x, { b, k, pixels }) => slice(tape, x, "y", [b, k, pixels, pixels], { windows: oneTap([1, 1]) }),
  ),
  caseOf("a loss of pixels", ["SoftmaxCrossEntropy"], image, (tape, x, { b, pixels }) =>
    softmaxCrossEntropy(tape, x, tape.feed("labels", [b, pixels, pixels], "wide"), "y"),
  ),
  caseOf("Reshape of an image", ["Reshape"], image, (tape, x, { b, k, pixels }) =>
    reshape(tape, x, "y", [b, k * pixels * pixels]),
  ),
];

const data: readonly Case[] = [
  caseOf("BiasAdd", ["BiasAdd"], rows, (tape, x) => biasAdd(tape, x, "y")),
  caseOf("LayerNorm", ["LayerNorm"], rows, (tape, x) => layerNorm(tape, x, "y")),
  caseOf("RmsNorm", ["RmsNorm"], rows, (tape, x) => rmsNorm(tape, x, "y")),
  caseOf("Dropout", ["Dropout"], rows, (tape, x) => dropout(tape, x, "y")),
  caseOf("ScaleMask", ["ScaleMask"], rows, (tape, x) => scaleAndShift(tape, x, "y")),
  caseOf(
    "ScaleMask of padding",
    ["ScaleMask"],
    ({ b, n, t, k }) => [b, n, t, k],
    (tape, x, { b, k }) => scaleMask(tape, x, tape.feed("mask", [b, k]), "y"),
    "bhts",
  ),
  caseOf(
    "Transpose into heads",
    ["Transpose"],
    ({ b, t, n, k }) => [b, t, n * k],
    (tape, x, { n }) => apart(tape, x, "y", n),
  ),
  caseOf(
    "Transpose of heads back",
    ["Transpose"],
    ({ b, n, t, k }) => [b, n, t, k],
    (tape, x, { b, n, t, k }) => transpose(tape, x, "y", [b, t, n * k], "bhtd->bt(hd)"),
    "bhtd",
  ),
  caseOf("Slice of a token", ["Slice"], rows, (tape, x, { b, n }) =>
    slice(tape, x, "y", [b, n], { axes: "bTn->bn" }),
  ),
  caseOf(
    "Slice of pairs",
    ["Slice"],
    ({ b, t }) => [b, t, t],
    (tape, x, { b, t }) => slice(tape, x, "y", [b, t], { axes: "bPF->b." }),
  ),
  caseOf(
    "Reshape of heads",
    ["Reshape"],
    ({ b, t, n, k }) => [b * 2, t, n * k],
    (tape, x, { b, t, n, k }) => reshape(tape, x, "y", [b, 2 * t, n, k]),
  ),
  caseOf("Add", ["Add"], rows, (tape, x, sizes) =>
    add(tape, x, variable(tape, "z", rows(sizes), "btn"), "y"),
  ),
  caseOf("Add of places", ["Add", "Embedding"], rows, (tape, x, { t, n, k }) =>
    add(tape, x, embedding(tape, tape.feed("ids", [t], "wide", "t"), "places", { rows: k, columns: n }), "y"),
  ),
  caseOf("AddN", ["AddN"], rows, (tape, x, sizes) =>
    addN(tape, [x, variable(tape, "z", rows(sizes), "btn"), x], "y"),
  ),
  caseOf("AddRepeated of a bias", ["AddRepeated"], rows, (tape, x, { n }) =>
    addRepeated(tape, x, variable(tape, "z", [n]), "y"),
  ),
  caseOf("AddRepeated to all keys", ["AddRepeated"], rows, (tape, x, { b, n }) =>
    addRepeated(tape, x, variable(tape, "z", [b, n], "bn"), "y", "btn,bn->btn"),
  ),
  caseOf(
    "AddRepeated of relative positions",
    ["AddRepeated"],
    ({ b, n, t, k }) => [b, n, t, k],
    (tape, x, { n, t, k }) =>
      addRepeated(tape, x, variable(tape, "z", [t, k, n], "tsn"), "y", "bhts,tsh->bhts"),
    "bhts",
  ),
  caseOf("Mul", ["Mul"], rows, (tape, x, sizes) =>
    multiply(tape, x, variable(tape, "z", rows(sizes), "btn"), "y"),
  ),
  caseOf(
    "TimestepEmbedding",
    ["TimestepEmbedding"],
    ({ b, n }) => [b, n],
    (tape, x, { b, n }) => {
      const steps = tape.feed("steps", [b], "wide");
      const [y] = tape.record({ name: "y", type: "TimestepEmbedding", inputs: [steps], outputs: [[b, n]] });
      return add(tape, x, y, "sum");
    },
  ),
  caseOf("Concat", ["Concat"], rows, (tape, x, { b, t, k }) =>
    concat(tape, [x, variable(tape, "z", [b, t, k + 1], "btn")], "y", 2),
  ),
  caseOf("Concat with a class token", ["Concat"], rows, (tape, x, { b, t, n }) =>
    tape.record({
      name: "y",
      type: "Concat",
      inputs: [variable(tape, "z", [1, 1, n]), x],
      outputs: [[b, t + 1, n]],
    }),
  ),
  caseOf(
    "Stack",
    ["Stack"],
    ({ b, n }) => [b, n],
    (tape, x, { b, n }) => stack(tape, [x, variable(tape, "z", [b, n], "bn"), x], "y"),
  ),
  caseOf(
    "Split",
    ["Split"],
    ({ b, n }) => [b, 4 * n],
    (tape, x) => split(tape, x, "y", 4),
  ),
  caseOf("Unstack", ["Unstack"], rows, (tape, x) => unstack(tape, x, "y")),
  caseOf(
    "LstmGates",
    ["LstmGates", "Zeros", "Concat", "BatchMatMul"],
    ({ b, k }) => [b, k],
    (tape, x, { b, n, k }) => {
      const layer = lstmLayer(tape, "lstm", k, n);
      const hidden = zeros(tape, "zeros", [b, n]);
      const { hidden: h, cell } = lstmCell(
        tape,
        layer,
        x,
        { hidden, cell: variable(tape, "cell", [b, n], "bn") },
        0,
      );
      return [h, cell];
    },
  ),
  caseOf(
    "Gather",
    ["Gather"],
    ({ k, n }) => [k, n],
    (tape, x, { b, t }) => gather(tape, x, tape.feed("ids", [b, t], "wide"), "y"),
    "vn",
  ),
  caseOf("experts", ["Dispatch", "Combine", "Softmax", "MatMul"], rows, (tape, x, { k, n }) =>
    mixtureOfExperts(tape, x, "y", { experts: 2 * k, shards: 2, innerWidth: n + 1 }),
  ),
  caseOf(
    "Aggregate",
    ["Aggregate"],
    ({ t, n }) => [t, n],
    (tape, x, { b, t, n, k }) =>
      tape.record({
        name: "y",
        type: "Aggregate",
        inputs: [tape.feed("edges", [3 * b], "wide"), x, variable(tape, "z", [k, n], "bn")],
        outputs: [[t, n]],
      }),
  ),
  caseOf("SoftmaxCrossEntropy", ["SoftmaxCrossEntropy"], rows, (tape, x, { b, t }) =>
    softmaxCrossEntropy(tape, x, tape.feed("labels", [b, t], "wide"), "y"),
  ),
  caseOf("SigmoidCrossEntropy", ["SigmoidCrossEntropy", "MeanSquaredError"], rows, (tape, x, sizes) => [
    sigmoidCrossEntropy(tape, x, tape.feed("labels", rows(sizes), "wide"), "y"),
    relu(tape, x, "z"),
  ]),
];

export const cases: readonly Case[] = [...products, ...images, ...pointwise, ...data];
