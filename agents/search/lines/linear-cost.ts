/**
 * `LinearCost`: a cost that is a sum of features times weights of at least 0, fitted to what was
 * measured so far. Measurements come one at a time, and each changes the weights at once.
 *
 * The fit is least squares with a small ridge, since features such as neighbours and loads nearly
 * move together. The ridge is worth a thousandth of one measurement, so it fades. Both it and the
 * signs are ours; Roc (Jia et al., MLSys 2020) is known to us to fit a linear model and no more.
 */

/** Of the trace of the mean measurement. */
const RIDGE = 1e-3;

export interface LinearCost {
  observe(features: ArrayLike<number>, cost: number): void;
  /** Of each feature; all 0 before the first measurement. */
  weights(): Float64Array;
}

/** Takes time with two to the power of the features for each fit. */
export function linearCost(features: number): LinearCost {
  const products = new Float64Array(features * features);
  const answers = new Float64Array(features);
  let count = 0;
  return {
    observe(x, cost) {
      count++;
      for (let i = 0; i < features; i++) {
        answers[i] += x[i] * cost;
        for (let j = 0; j < features; j++) products[i * features + j] += x[i] * x[j];
      }
    },
    weights: () => (count === 0 ? new Float64Array(features) : fitted(products, answers, features, count)),
  };
}

/**
 * The weights of at least 0 with the least squares. The optimum is the plain one on the features
 * that it uses, so each set of features is tried.
 */
function fitted(products: Float64Array, answers: Float64Array, n: number, count: number): Float64Array {
  // Features have units of their own; the ridge is to be alike on all.
  const scale = Float64Array.from({ length: n }, (_, i) => Math.sqrt(products[i * n + i] / count) || 1);
  const used = [...scale.keys()].filter((i) => products[i * n + i] > 0);
  const ridge = (RIDGE * used.length) / count;
  const matrix = (i: number, j: number) =>
    products[i * n + j] / (count * scale[i] * scale[j]) + (i === j ? ridge : 0);
  const right = (i: number) => answers[i] / (count * scale[i]);

  const best = new Float64Array(n);
  let least = 0;
  for (let set = 1; set < 1 << used.length; set++) {
    const chosen = used.filter((_, k) => (set >> k) & 1);
    const solution = solved(chosen, matrix, right);
    if (solution.some((weight) => weight < 0)) continue;
    // The squares at the optimum of a set, less what is the same for all sets.
    const value = -chosen.reduce((sum, i, k) => sum + right(i) * solution[k], 0);
    if (value >= least) continue;
    least = value;
    best.fill(0);
    chosen.forEach((i, k) => {
      best[i] = solution[k] / scale[i];
    });
  }
  return best;
}

/** Gaussian elimination; the ridge makes all pivots positive. */
function solved(
  chosen: readonly number[],
  matrix: (i: number, j: number) => number,
  right: (i: number) => number,
): number[] {
  const rows = chosen.map((i) => [...chosen.map((j) => matrix(i, j)), right(i)]);
  const n = rows.length;
  for (let k = 0; k < n; k++)
    for (let i = k + 1; i < n; i++) {
      const share = rows[i][k] / rows[k][k];
      for (let j = k; j <= n; j++) rows[i][j] -= share * rows[k][j];
    }
  const solution = new Array<number>(n);
  for (let k = n - 1; k >= 0; k--) {
    let rest = rows[k][n];
    for (let j = k + 1; j < n; j++) rest -= rows[k][j] * solution[j];
    solution[k] = rest / rows[k][k];
  }
  return solution;
}
