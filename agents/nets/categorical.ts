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

/** The most likely column of each row, the first of equals. */
export function argmaxRows(scores: Float32Array, columns: number): Int32Array {
  const rows = scores.length / columns;
  const best = new Int32Array(rows);
  for (let row = 0, start = 0; row < rows; row++, start += columns)
    for (let column = 1; column < columns; column++)
      if (scores[start + column] > scores[start + best[row]]) best[row] = column;
  return best;
}
