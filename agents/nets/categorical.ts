/**
 * Masked categorical distributions over devices, one row per decision. Illegal devices get
 * probability 0 by a large negative logit. Sampling reads the probabilities and draws from our own
 * random stream.
 */
import type { Rng } from "../../env/model/rng.ts";

const ILLEGAL = -1e9;

/** What to add to the logits: 0 where allowed, a large negative number where not. */
export function maskBias(allowed: ArrayLike<number>): Float32Array {
  return Float32Array.from(allowed, (legal) => (legal ? 0 : ILLEGAL));
}

/** One column per row, drawn by the row's probabilities, which may sum to 1 only to rounding. */
export function sampleRows(probabilities: Float32Array, columns: number, rng: Rng): Int32Array {
  const rows = probabilities.length / columns;
  const drawn = new Int32Array(rows);
  for (let row = 0, start = 0; row < rows; row++, start += columns) {
    let left = rng.next();
    let last = 0;
    for (let column = 0; column < columns; column++) {
      const probability = probabilities[start + column];
      if (probability <= 0) continue;
      last = column;
      left -= probability;
      if (left < 0) break;
    }
    drawn[row] = last;
  }
  return drawn;
}

/** How rows of logits are sampled: 1 and 1 is the distribution itself. */
export interface Sampling {
  /** What logits are divided by. */
  readonly temperature: number;
  /** Kept are the likeliest columns that hold this share of the probability. */
  readonly topP: number;
}

const PLAIN: Sampling = { temperature: 1, topP: 1 };

/**
 * One column per row of logits, drawn with one random number each. Illegal columns are never
 * drawn.
 */
export function sampleLogits(
  logits: Float32Array,
  columns: number,
  rng: Rng,
  { temperature, topP }: Sampling = PLAIN,
): Int32Array {
  const probabilities = new Float32Array(logits.length);
  for (let start = 0; start < logits.length; start += columns) {
    softmaxRow(logits, probabilities, start, columns, temperature);
    if (topP < 1) keepLikeliest(probabilities.subarray(start, start + columns), topP);
  }
  return sampleRows(probabilities, columns, rng);
}

function softmaxRow(
  logits: Float32Array,
  probabilities: Float32Array,
  start: number,
  columns: number,
  temperature: number,
): void {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = start; i < start + columns; i++) largest = Math.max(largest, logits[i]);
  let sum = 0;
  for (let i = start; i < start + columns; i++) {
    probabilities[i] = Math.exp((logits[i] - largest) / temperature);
    sum += probabilities[i];
  }
  for (let i = start; i < start + columns; i++) probabilities[i] /= sum;
}

export function logSoftmaxRow(logits: Float32Array): Float64Array {
  const largest = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const sum = logits.reduce((total, value) => total + Math.exp(value - largest), 0);
  return Float64Array.from(logits, (value) => value - largest - Math.log(sum));
}

/** The likeliest joint choices of independent rows, likeliest first; exact. */
export function likeliestRows(logits: Float32Array, columns: number, count: number): Int32Array[] {
  const rows = logits.length / columns;
  let best: { readonly chosen: Int32Array; readonly score: number }[] = [
    { chosen: new Int32Array(rows), score: 0 },
  ];
  for (let row = 0; row < rows; row++) {
    const gains = logSoftmaxRow(logits.subarray(row * columns, (row + 1) * columns));
    best = best
      .flatMap(({ chosen, score }) =>
        Array.from(gains, (gain, column) => {
          const longer = chosen.slice();
          longer[row] = column;
          return { chosen: longer, score: score + gain };
        }),
      )
      .sort((a, b) => b.score - a.score)
      .slice(0, count);
  }
  return best.map(({ chosen }) => chosen);
}

/** Sets all to 0 but the likeliest that together reach the share, and scales these to sum to 1. */
function keepLikeliest(row: Float32Array, share: number): void {
  const order = [...row.keys()].sort((a, b) => row[b] - row[a] || a - b);
  let held = 0;
  for (const column of order) {
    if (held >= share) row[column] = 0;
    held += row[column];
  }
  for (let column = 0; column < row.length; column++) row[column] /= held;
}

/** The most likely column of each row, the first of equals. */
export function argmaxRows(scores: Float32Array, columns: number): Int32Array {
  const rows = scores.length / columns;
  const best = new Int32Array(rows);
  for (let row = 0, start = 0; row < rows; row++, start += columns)
    for (let column = 1; column < columns; column++)
      if (scores[start + column] > scores[start + best[row]]) best[row] = column;
  return best;
}
