/**
 * Attention over a long sequence cut into segments, as one operation with its own gradient. A row
 * attends to all rows of its own segment and of the one before. So memory beyond the inputs is that
 * of one segment, however long the sequence is.
 *
 * Source: the segment recurrence of Transformer-XL (Dai et al., ACL 2019). As there, the states of
 * the segment before are constants: their gradient goes into the projection and stops there. There
 * is no positional encoding and no mask within a segment.
 *
 * The gradient computes the weights of attention again, segment by segment, instead of keeping
 * them.
 *
 * Input: x [rows x W], projection [W x 3W] and bias [3W], which make queries, keys and values.
 * Output: [rows x W], the heads side by side.
 */
import { readOut } from "../tf.ts";
import type { Tensor, Tensor2D, Tf } from "../types.ts";

export interface SegmentSize {
  /** Divides the width. */
  readonly heads: number;
  /** Rows of a segment. The last one may be shorter. */
  readonly segment: number;
}

export function segmentAttention(
  tf: Tf,
  x: Tensor,
  projection: Tensor,
  bias: Tensor,
  size: SegmentSize,
): Tensor2D {
  const operation = tf.customGrad((...inputs) => {
    const save = inputs.pop() as unknown as (tensors: Tensor[]) => void;
    const [input, matrix, offset] = inputs as [Tensor2D, Tensor2D, Tensor];
    save([input, matrix] as Tensor[]);
    const [rows, width] = input.shape;
    const projected = tf.fused.matMul({ a: input, b: matrix, bias: offset, activation: "linear" });
    const sequence: Sequence = { values: projected.dataSync() as Float32Array, rows, width, ...size };
    return {
      value: tf.tensor2d(attended(tf, sequence), [rows, width]) as Tensor,
      gradFunc: (upstream: Tensor, saved: Tensor[]) => {
        const [seen, weights] = saved as Tensor2D[];
        const { own, all } = gradients(tf, sequence, upstream.dataSync() as Float32Array);
        const ofOwn = tf.tensor2d(own, [rows, 3 * width]);
        const ofAll = tf.tensor2d(all, [rows, 3 * width]);
        return [
          tf.matMul(ofOwn, tf.transpose(weights)),
          tf.matMul(tf.transpose(seen), ofAll),
          tf.sum(ofAll, 0),
        ] as Tensor[];
      },
    };
  });
  return operation(x, projection, bias) as Tensor2D;
}

/** Queries, keys and values of all rows, [rows x 3W]. */
interface Sequence extends SegmentSize {
  readonly values: Float32Array;
  readonly rows: number;
  readonly width: number;
}

/** One head of one segment. Its rows are first..end, those that it attends to seen..end. */
interface Span {
  readonly seen: number;
  readonly first: number;
  readonly end: number;
  readonly head: number;
}

function* spansOf({ rows, segment, heads }: Sequence): Generator<Span> {
  for (let first = 0; first < rows; first += segment)
    for (let head = 0; head < heads; head++)
      yield { seen: Math.max(0, first - segment), first, end: Math.min(rows, first + segment), head };
}

function attended(tf: Tf, sequence: Sequence): Float32Array {
  const { rows, width, heads } = sequence;
  const columns = width / heads;
  const out = new Float32Array(rows * width);
  for (const span of spansOf(sequence)) {
    const values = readOut(tf, () => {
      const { weights, values } = attention(tf, sequence, span);
      return tf.matMul(weights, values).dataSync() as Float32Array;
    });
    const target = { values: out, stride: width, column: span.head * columns };
    put(target, values, span.first, columns);
  }
  return out;
}

/** What each row takes of each row that it sees, and the values of these. */
function attention(tf: Tf, sequence: Sequence, { seen, first, end, head }: Span) {
  const { values, width, heads } = sequence;
  const columns = width / heads;
  const from = (part: number) => ({ values, stride: 3 * width, column: part * width + head * columns });
  const queries = tf.mul(rowsOf(tf, from(0), first, end, columns), 1 / Math.sqrt(columns)) as Tensor2D;
  const keys = rowsOf(tf, from(1), seen, end, columns);
  const weights = tf.softmax(tf.matMul(queries, tf.transpose(keys) as Tensor2D)) as Tensor2D;
  return { queries, keys, weights, values: rowsOf(tf, from(2), seen, end, columns) };
}

/**
 * Of the loss by queries, keys and values. In `own` a row counts as seen from its own segment
 * alone, in `all` also as seen from the next.
 */
function gradients(tf: Tf, sequence: Sequence, upstream: Float32Array) {
  const { rows, width, heads } = sequence;
  const columns = width / heads;
  const own = new Float32Array(rows * 3 * width);
  const all = new Float32Array(rows * 3 * width);
  for (const span of spansOf(sequence)) {
    const { seen, first, end, head } = span;
    const parts = readOut(tf, () => {
      const { queries, keys, weights, values } = attention(tf, sequence, span);
      const incoming = { values: upstream, stride: width, column: head * columns };
      const dOut = rowsOf(tf, incoming, first, end, columns);
      const dWeights = tf.matMul(dOut, tf.transpose(values) as Tensor2D);
      const share = tf.sum(tf.mul(dWeights, weights), 1, true);
      const dScores = tf.mul(weights, tf.sub(dWeights, share)) as Tensor2D;
      return [
        tf.mul(tf.matMul(dScores, keys), 1 / Math.sqrt(columns)),
        tf.matMul(tf.transpose(dScores) as Tensor2D, queries),
        tf.matMul(tf.transpose(weights) as Tensor2D, dOut),
      ].map((tensor) => tensor.dataSync() as Float32Array);
    });
    parts.forEach((part, kind) => {
      const column = kind * width + head * columns;
      const start = kind === 0 ? first : seen;
      put({ values: all, stride: 3 * width, column }, part, start, columns);
      const skipped = (first - start) * columns;
      put({ values: own, stride: 3 * width, column }, part.subarray(skipped), first, columns);
    });
  }
  return { own, all };
}

/** Some columns of a matrix, row by row in `values`. */
interface Columns {
  readonly values: Float32Array;
  readonly stride: number;
  readonly column: number;
}

function rowsOf(tf: Tf, { values, stride, column }: Columns, first: number, end: number, columns: number) {
  const part = new Float32Array((end - first) * columns);
  for (let row = first, i = 0; row < end; row++)
    for (let k = 0, at = row * stride + column; k < columns; k++) part[i++] = values[at + k];
  return tf.tensor2d(part, [end - first, columns]);
}

/** Adds a block to the rows from `first` on. */
function put({ values, stride, column }: Columns, part: Float32Array, first: number, columns: number): void {
  for (let i = 0, row = first; i < part.length; row++)
    for (let k = 0, at = row * stride + column; k < columns; k++) values[at + k] += part[i++];
}
