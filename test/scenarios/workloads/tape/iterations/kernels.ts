/**
 * Ops that are no sums of products, on whole numbers. Each reads what the real op reads; its
 * functions are polynomials in place of roots and exponentials, so that results are exact. NaN
 * marks what a part does not have, and sums leave such terms out.
 *
 * Batch normalisation gets the totals of the outputs that its parts exchange, as `totals`.
 */
import type { ForwardOp, Shape } from "../../../../../scenarios/workloads/tape/tape.ts";
import { at, each } from "./terms.ts";

export type Values = Float64Array;

export interface Reads {
  /** Of a gradient op: gradients of the outputs that have one. */
  readonly gradients: readonly Values[];
  /** Inputs of a forward op, or what a gradient op reads. */
  readonly inputs: readonly Values[];
  readonly weights: Values;
  readonly totals?: readonly (Values | null)[];
}

/** Outputs of a forward op by port, or gradients by target: inputs, then weights. */
export type Kernel = (op: ForwardOp, reads: Reads) => readonly Values[];

export const sum = (terms: Iterable<number>): number => {
  let total = 0;
  for (const term of terms) if (!Number.isNaN(term)) total += term;
  return total;
};

const count = (shape: Shape): number => shape.reduce((product, size) => product * size, 1);
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const map = (values: Values, f: (value: number, i: number) => number): Values => Float64Array.from(values, f);

/** Rows and columns of a tensor whose last axis has the columns. */
const rowsOf = (shape: Shape): readonly [rows: number, columns: number] => {
  const columns = shape[shape.length - 1];
  return [count(shape) / columns, columns];
};

const pointwise: Kernel = (_, { inputs: [x] }) => [map(x, (v) => v * v + v)];
const pointwiseGradient: Kernel = (_, { gradients: [dy], inputs: [read] }) => [
  map(dy, (g, i) => g * (2 * read[i] + 1)),
];

const scaleMask: Kernel = (op, { inputs: [x, mask] }) => {
  if (mask === undefined) return [map(x, (v) => 3 * v + 1)];
  const [, heads, tokens, keys] = op.inputs[0].shape;
  return [map(x, (v, i) => 3 * v + mask[Math.floor(i / (heads * tokens * keys)) * keys + (i % keys)])];
};

/** The mask is drawn from the place of an element, as from a counter-based generator. */
const dropout: Kernel = (op, { inputs: [x] }) => {
  const [whole, mask] = op.outputs.map(({ shape }) => count(shape));
  const drawn = Float64Array.from(range(mask), (i) => (i * 5 + 1) % 3);
  return [map(x, (v, i) => v * drawn[Math.floor(i / (whole / mask))]), drawn];
};
const dropoutGradient: Kernel = (_, { gradients: [dy], inputs: [mask] }) => [
  map(dy, (g, i) => g * mask[Math.floor(i / (dy.length / mask.length))]),
];

const softmax: Kernel = (op, { inputs: [x] }) => {
  const [, columns] = rowsOf(op.inputs[0].shape);
  return [map(x, (v, i) => v * sum(rowAt(x, i, columns)))];
};
const softmaxGradient: Kernel = (op, { gradients: [dy], inputs: [y] }) => {
  const [, columns] = rowsOf(op.inputs[0].shape);
  const products = map(dy, (g, i) => g * y[i]);
  return [map(dy, (g, i) => y[i] * (g - sum(rowAt(products, i, columns))))];
};
const rowAt = (x: Values, i: number, columns: number): Values => {
  const start = Math.floor(i / columns) * columns;
  return x.subarray(start, start + columns);
};

/**
 * Rows and weights of a norm: elements of one set share statistics, those of one channel weights.
 */
interface Norm {
  readonly sets: number;
  readonly setOf: (i: number) => number;
  readonly channels: number;
  readonly channelOf: (i: number) => number;
  readonly hasWeights: boolean;
}

const imageNorm = (op: ForwardOp, groups: number | null, hasWeights: boolean): Norm => {
  const [batch, channels, height, width] = op.inputs[0].shape;
  const channelOf = (i: number) => Math.floor(i / (height * width)) % channels;
  const image = (i: number) => Math.floor(i / (channels * height * width));
  if (groups === null) return { sets: channels, setOf: channelOf, channels, channelOf, hasWeights };
  const setOf = (i: number) => image(i) * groups + Math.floor((channelOf(i) * groups) / channels);
  return { sets: batch * groups, setOf, channels, channelOf, hasWeights };
};

const norms: Readonly<Record<string, (op: ForwardOp) => Norm>> = {
  LayerNorm: rowNorm,
  RmsNorm: rowNorm,
  FusedBatchNorm: (op) => imageNorm(op, null, true),
  GroupNorm: (op) => imageNorm(op, op.outputs[1].shape[1] / 2, true),
  InstanceNorm: (op) => imageNorm(op, op.inputs[0].shape[1], false),
};

function rowNorm(op: ForwardOp): Norm {
  const [sets, channels] = rowsOf(op.inputs[0].shape);
  return {
    sets,
    setOf: (i) => Math.floor(i / channels),
    channels,
    channelOf: (i) => i % channels,
    hasWeights: true,
  };
}

const setSums = (values: Values, sets: number, setOf: (i: number) => number): Values => {
  const sums = new Float64Array(sets);
  values.forEach((value, i) => {
    if (!Number.isNaN(value)) sums[setOf(i)] += value;
  });
  return sums;
};

const exchanges = (op: ForwardOp): boolean => op.type === "FusedBatchNorm";

/** Batch normalisation has all means before all variances, the others a pair for each set. */
const statisticAt = (op: ForwardOp, sets: number, statistic: number, set: number): number =>
  exchanges(op) ? statistic * sets + set : op.type === "RmsNorm" ? set : set * 2 + statistic;

const norm: Kernel = (op, { inputs: [x], weights, totals }) => {
  const { sets, setOf, channelOf, hasWeights } = norms[op.type](op);
  const moments = [
    setSums(x, sets, setOf),
    setSums(
      map(x, (v) => v * v),
      sets,
      setOf,
    ),
  ];
  let statistics = new Float64Array(count(op.outputs[1].shape));
  for (const set of range(sets))
    for (const statistic of op.type === "RmsNorm" ? [1] : [0, 1])
      statistics[statisticAt(op, sets, statistic, set)] = moments[statistic][set];
  if (exchanges(op) && totals !== undefined) statistics = Float64Array.from(totals[1]!);
  const y = map(x, (v, i) => {
    const read = statistics[statisticAt(op, sets, op.type === "RmsNorm" ? 1 : 0, setOf(i))];
    return (hasWeights ? weights[channelOf(i)] : 1) * v + read;
  });
  return [y, statistics];
};

const normGradient: Kernel = (op, { gradients: [dy], inputs: [x, statistics], weights, totals }) => {
  const { sets, setOf, channels, channelOf, hasWeights } = norms[op.type](op);
  const products = map(dy, (g, i) => g * x[i]);
  const ofScale = setSums(products, channels, channelOf);
  const ofOffset = setSums(dy, channels, channelOf);
  const own = Float64Array.of(...ofScale, ...(op.type === "RmsNorm" ? [] : ofOffset));
  const exchanged = exchanges(op) && totals !== undefined ? totals[1]! : own;
  const ofSets = setSums(products, sets, setOf);
  const dx = map(dy, (g, i) => {
    const set = setOf(i);
    const inSet = exchanges(op) ? exchanged[set] : ofSets[set];
    const read = statistics[statisticAt(op, sets, op.type === "RmsNorm" ? 1 : 0, set)];
    return (hasWeights ? weights[channelOf(i)] : 1) * g + read * inSet;
  });
  return hasWeights ? [dx, own] : [dx];
};

/** Channels one apart are neighbours. */
const neighbours = (op: ForwardOp, i: number): number[] => {
  const [, channels, height, width] = op.inputs[0].shape;
  const size = height * width;
  const c = Math.floor(i / size) % channels;
  return [-1, 0, 1].filter((d) => c + d >= 0 && c + d < channels).map((d) => i + d * size);
};
const responseNorm: Kernel = (op, { inputs: [x] }) => [
  map(x, (v, i) => v * sum(neighbours(op, i).map((j) => x[j]))),
];
const responseNormGradient: Kernel = (op, { gradients: [dy], inputs: [x, y] }) => [
  map(dy, (g, i) => g * y[i] + sum(neighbours(op, i).map((j) => dy[j] * x[j]))),
];

const channelOfBias = ({ shape }: { readonly shape: Shape }, i: number): number =>
  shape.length === 4 ? Math.floor(i / (shape[2] * shape[3])) % shape[1] : i % shape[shape.length - 1];

const biasAdd: Kernel = (op, { inputs: [x], weights }) => [
  map(x, (v, i) => v + weights[channelOfBias(op.inputs[0], i)]),
];
const biasAddGradient: Kernel = (op, { gradients: [dy] }) => [
  setSums(dy, op.spec.parameters!, (i) => channelOfBias(op.inputs[0], i)),
];

/** The elements of x that the windows of y read. */
function maxPooled(op: ForwardOp, visit: (x: number, y: number) => void): void {
  const [x, y] = [op.inputs[0].shape, op.outputs[0].shape];
  const { kernel, stride, padding } = op.spec.windows!;
  each([...y, ...kernel], ([b, c, i, j, u, v]) => {
    const [row, column] = [i * stride[0] - padding[0] + u, j * stride[1] - padding[1] + v];
    if (row >= 0 && row < x[2] && column >= 0 && column < x[3])
      visit(at(x, [b, c, row, column]), at(y, [b, c, i, j]));
  });
}
const maxPool: Kernel = (op, { inputs: [x] }) => {
  const y = new Float64Array(count(op.outputs[0].shape)).fill(-1);
  maxPooled(op, (i, j) => {
    if (x[i] > y[j]) y[j] = x[i];
  });
  return [y];
};
const maxPoolGradient: Kernel = (op, { gradients: [dy], inputs: [x, y] }) => {
  const dx = new Float64Array(x.length);
  maxPooled(op, (i, j) => {
    if (x[i] === y[j]) dx[i] += dy[j];
  });
  return [dx];
};

const lstmGates: Kernel = (op, { inputs: [pre, cell, bias] }) => {
  const width = op.inputs[1].shape[1];
  const gates = map(pre, (v, i) => v + bias[i % (4 * width)]);
  const gate = (g: number, i: number) => gates[Math.floor(i / width) * 4 * width + g * width + (i % width)];
  const next = map(cell, (c, i) => c * gate(0, i) + gate(1, i) * gate(2, i));
  return [map(next, (c, i) => c * gate(3, i)), next, gates];
};
const lstmGatesGradient: Kernel = (op, { gradients, inputs: [cell, next, gates] }) => {
  const width = op.inputs[1].shape[1];
  const [dh, dc] = gradients;
  const gate = (g: number, i: number) => gates[Math.floor(i / width) * 4 * width + g * width + (i % width)];
  const place = (i: number) => Math.floor(i / (4 * width)) * width + (i % width);
  const dPre = map(gates, (g, i) => g * (dh[place(i)] * next[place(i)] + dc[place(i)] * cell[place(i)]));
  const dCell = map(cell, (_, i) => dh[i] * gate(3, i) + dc[i] * gate(0, i));
  return [dPre, dCell, setSums(dPre, 4 * width, (i) => i % (4 * width))];
};

/** Number of the class, and of the row of labels, of each element of logits. */
const classOf = (op: ForwardOp, i: number): readonly [label: number, row: number] => {
  const { shape } = op.inputs[0];
  if (shape.length !== 4) return [i % shape[shape.length - 1], Math.floor(i / shape[shape.length - 1])];
  const pixels = shape[2] * shape[3];
  const image = Math.floor(i / (shape[1] * pixels));
  return [Math.floor(i / pixels) % shape[1], image * pixels + (i % pixels)];
};
const crossEntropy: Kernel = (op, { inputs: [logits, labels] }) => {
  const rowSums = setSums(logits, labels.length, (i) => classOf(op, i)[1]);
  const shares = map(logits, (v, i) => v * rowSums[classOf(op, i)[1]]);
  const chosen = map(shares, (v, i) => {
    const [label, row] = classOf(op, i);
    return labels[row] === label ? v : 0 * labels[row];
  });
  return [Float64Array.of(sum(chosen)), shares];
};
const crossEntropyGradient: Kernel = (op, { inputs: [shares, labels] }) => [
  map(shares, (v, i) => {
    const [label, row] = classOf(op, i);
    return v - (labels[row] === label ? 1 : 0 * labels[row]);
  }),
];

const squares: Kernel = (_, { inputs: [x, wanted] }) => [
  Float64Array.of(sum(map(x, (v, i) => (v - wanted[i]) ** 2))),
];
const squaresGradient: Kernel = (_, { inputs: [x, wanted] }) => [map(x, (v, i) => 2 * (v - wanted[i]))];

const placed: Kernel = (op) =>
  op.outputs.map(({ shape }, port) => Float64Array.from(range(count(shape)), (i) => 3 * i + port));
const sinusoids: Kernel = (op, { inputs: [steps] }) => {
  const [batch, width] = op.outputs[0].shape;
  return [Float64Array.from(range(batch * width), (i) => steps[Math.floor(i / width)] * ((i % width) + 1))];
};

const POINTWISE = ["Relu", "Relu6", "LeakyRelu", "Swish", "Tanh", "Sigmoid", "Gelu"];
const pairs = (types: readonly string[], kernel: Kernel) => types.map((type) => [type, kernel] as const);

export const forwardKernels: Readonly<Record<string, Kernel>> = {
  ...Object.fromEntries(pairs(POINTWISE, pointwise)),
  ...Object.fromEntries(pairs(Object.keys(norms), norm)),
  Feed: placed,
  Zeros: placed,
  Variable: (_, { weights }) => [weights],
  ScaleMask: scaleMask,
  Dropout: dropout,
  Softmax: softmax,
  LRN: responseNorm,
  BiasAdd: biasAdd,
  MaxPool: maxPool,
  LstmGates: lstmGates,
  SoftmaxCrossEntropy: crossEntropy,
  MeanSquaredError: squares,
  SigmoidCrossEntropy: squares,
  TimestepEmbedding: sinusoids,
};

export const gradientKernels: Readonly<Record<string, Kernel>> = {
  ...Object.fromEntries(pairs(POINTWISE, pointwiseGradient)),
  ...Object.fromEntries(pairs(Object.keys(norms), normGradient)),
  ScaleMask: (_, { gradients: [dy] }) => [map(dy, (g) => 3 * g)],
  Dropout: dropoutGradient,
  Softmax: softmaxGradient,
  LRN: responseNormGradient,
  BiasAdd: biasAddGradient,
  MaxPool: maxPoolGradient,
  LstmGates: lstmGatesGradient,
  SoftmaxCrossEntropy: crossEntropyGradient,
  MeanSquaredError: squaresGradient,
  SigmoidCrossEntropy: squaresGradient,
};
