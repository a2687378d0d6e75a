/**
 * Layers that every family uses: products with weights, biases, norms, joins and losses. The last
 * axis of an activation is the columns of a matrix, all others its rows: [batch, time, width] has
 * batch x time rows.
 */
import { elements, type ForwardSpec, type Shape, type Tape, type Tensor } from "../tape/tape.ts";

const width = (x: Tensor): number => x.shape[x.shape.length - 1];
const withWidth = (x: Tensor, columns: number): Shape => [...x.shape.slice(0, -1), columns];

/** Product with weights of its own, [..., rows] x [rows, columns]. */
export function matMul(tape: Tape, x: Tensor, name: string, columns: number): Tensor {
  const shape = withWidth(x, columns);
  return tape.record({
    name,
    type: "MatMul",
    inputs: [x],
    outputs: [shape],
    parameters: width(x) * columns,
    flops: 2 * elements(shape) * width(x),
  })[0];
}

export function biasAdd(tape: Tape, x: Tensor, name: string): Tensor {
  return tape.record({
    name,
    type: "BiasAdd",
    inputs: [x],
    outputs: [x.shape],
    parameters: width(x),
    flops: elements(x.shape),
  })[0];
}

/** Matrix product with weights, then bias. */
export const dense = (tape: Tape, x: Tensor, name: string, columns: number): Tensor =>
  biasAdd(tape, matMul(tape, x, `${name}/matmul`, columns), `${name}/bias`);

/**
 * Product of two tensors along the axes that `axes` names (tape/iterations/notation.ts); `inner` is
 * the length of the sum behind each element of the result.
 */
export function batchMatMul(
  tape: Tape,
  a: Tensor,
  b: Tensor,
  name: string,
  { shape, inner, axes }: { readonly shape: Shape; readonly inner: number; readonly axes: string },
): Tensor {
  return tape.record({
    name,
    type: "BatchMatMul",
    inputs: [a, b],
    outputs: [shape],
    flops: 2 * elements(shape) * inner,
    axes,
  })[0];
}

/** Weights that several ops share; each of them reads the output. */
export function variable(tape: Tape, name: string, shape: Shape, axes?: string): Tensor {
  return tape.record({
    name,
    type: "Variable",
    outputs: [shape],
    parameters: elements(shape),
    bytesTouched: 0,
    axes,
  })[0];
}

/** Rows of a table, one for each id; only the rows that the ids name are read and updated. */
export function embedding(
  tape: Tape,
  ids: Tensor,
  name: string,
  { rows, columns }: { readonly rows: number; readonly columns: number },
): Tensor {
  const shape = [...ids.shape, columns];
  return tape.record({
    name,
    type: "Embedding",
    inputs: [ids],
    outputs: [shape],
    parameters: rows * columns,
    activeParameters: Math.min(rows * columns, elements(shape)),
  })[0];
}

/**
 * Rows of a table that several ops share; only the rows that the ids name are read. The lookup runs
 * on the table's device.
 */
export function gather(tape: Tape, table: Tensor, ids: Tensor, name: string): Tensor {
  const shape = [...ids.shape, width(table)];
  return tape.record({
    name,
    type: "Gather",
    inputs: [table, ids],
    outputs: [shape],
    beside: table,
    bytesTouched: ids.bytes + 8 * elements(shape),
  })[0];
}

/**
 * Layer normalisation over the last axis, with scale and offset. Output 1 of its op holds mean and
 * variance.
 */
export function layerNorm(tape: Tape, x: Tensor, name: string): Tensor {
  return tape.record({
    name,
    type: "LayerNorm",
    inputs: [x],
    outputs: [x.shape, [(2 * elements(x.shape)) / width(x)]],
    kinds: ["number", "wide"],
    parameters: 2 * width(x),
    flops: 8 * elements(x.shape),
  })[0];
}

/**
 * Division by the root mean square over the last axis, with scale (Zhang and Sennrich, NeurIPS
 * 2019).
 */
export function rmsNorm(tape: Tape, x: Tensor, name: string): Tensor {
  return tape.record({
    name,
    type: "RmsNorm",
    inputs: [x],
    outputs: [x.shape, [elements(x.shape) / width(x)]],
    kinds: ["number", "wide"],
    parameters: width(x),
    flops: 4 * elements(x.shape),
  })[0];
}

/** Dropout; output 1 of its op is the mask. */
export function dropout(tape: Tape, x: Tensor, name: string): Tensor {
  return tape.record({
    name,
    type: "Dropout",
    inputs: [x],
    outputs: [x.shape, x.shape],
    kinds: ["number", "mask"],
    flops: 2 * elements(x.shape),
  })[0];
}

/** Scales, and adds constants: a mask of later tokens, or sinusoids of the positions. */
export function scaleAndShift(tape: Tape, x: Tensor, name: string): Tensor {
  return tape.record({
    name,
    type: "ScaleMask",
    inputs: [x],
    outputs: [x.shape],
    flops: 2 * elements(x.shape),
  })[0];
}

/** Scales attention scores and adds the mask of the padding. */
export function scaleMask(tape: Tape, scores: Tensor, mask: Tensor, name: string): Tensor {
  return tape.record({
    name,
    type: "ScaleMask",
    inputs: [scores, mask],
    outputs: [scores.shape],
    flops: 2 * elements(scores.shape),
    axes: "bhts,bs->bhts",
  })[0];
}

export function add(tape: Tape, a: Tensor, b: Tensor, name: string): Tensor {
  return tape.record({
    name,
    type: "Add",
    inputs: [a, b],
    outputs: [a.shape],
    flops: elements(a.shape),
  })[0];
}

/**
 * Adds to each row, or to each example, a tensor that is the same for all of them. Without `axes`
 * it has the last axes.
 */
export function addRepeated(tape: Tape, x: Tensor, repeated: Tensor, name: string, axes?: string): Tensor {
  return tape.record({
    name,
    type: "AddRepeated",
    inputs: [x, repeated],
    outputs: [x.shape],
    flops: elements(x.shape),
    axes,
  })[0];
}

/** Product element by element. */
export function multiply(tape: Tape, a: Tensor, b: Tensor, name: string): Tensor {
  return tape.record({
    name,
    type: "Mul",
    inputs: [a, b],
    outputs: [a.shape],
    flops: elements(a.shape),
  })[0];
}

/** Equal parts of the last axis. */
export function split(tape: Tape, x: Tensor, name: string, parts: number): readonly Tensor[] {
  const shape = withWidth(x, width(x) / parts);
  return tape.record({
    name,
    type: "Split",
    inputs: [x],
    outputs: Array.from({ length: parts }, () => shape),
  });
}

export function concat(tape: Tape, parts: readonly Tensor[], name: string, axis: number): Tensor {
  const shape = parts[0].shape.map((size, i) =>
    i === axis ? parts.reduce((total, part) => total + part.shape[axis], 0) : size,
  );
  return tape.record({ name, type: "Concat", inputs: parts, outputs: [shape] })[0];
}

/** Where the axes of a slice lie: in letters, or as the windows of one tap that read it. */
export type SliceOptions = Pick<ForwardSpec, "axes" | "windows">;

/** A slice of shape `shape`; only what it copies is read. */
export function slice(tape: Tape, x: Tensor, name: string, shape: Shape, options: SliceOptions): Tensor {
  return tape.record({
    name,
    type: "Slice",
    inputs: [x],
    outputs: [shape],
    bytesTouched: 8 * elements(shape),
    ...options,
  })[0];
}

/** Mean cross-entropy of a softmax over the last axis against integer labels. */
export function softmaxCrossEntropy(tape: Tape, logits: Tensor, labels: Tensor, name: string): Tensor {
  return tape.record({
    name,
    type: "SoftmaxCrossEntropy",
    inputs: [logits, labels],
    outputs: [[1], logits.shape],
    kinds: ["wide", "number"],
    flops: 6 * elements(logits.shape),
  })[0];
}

/** Mean cross-entropy of a sigmoid of each element against labels of 0 or 1. */
export function sigmoidCrossEntropy(tape: Tape, logits: Tensor, labels: Tensor, name: string): Tensor {
  return tape.record({
    name,
    type: "SigmoidCrossEntropy",
    inputs: [logits, labels],
    outputs: [[1]],
    kinds: ["wide"],
    flops: 8 * elements(logits.shape),
  })[0];
}

/** Sum of scalars or of equal tensors. */
export function addN(tape: Tape, parts: readonly Tensor[], name: string): Tensor {
  return tape.record({
    name,
    type: "AddN",
    inputs: parts,
    outputs: [parts[0].shape],
    flops: (parts.length - 1) * elements(parts[0].shape),
  })[0];
}
