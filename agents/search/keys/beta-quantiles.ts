/**
 * Beta distributions by their quantile function, for keys of BRKGA that are not uniform.
 *
 * A draw takes one uniform number, whatever the distribution. The quantiles of the multiples of
 * 1/256 are exact to rounding; between two of them the quantile is linear. Tails of 1/2048 are cut
 * off. So the distribution function differs from the true one by less than 1/256 everywhere.
 * Beta(1, 1) is the number itself, which needs no table.
 *
 * The distribution function is the incomplete beta function by its continued fraction (DLMF
 * 8.17.22), evaluated by Lentz's method.
 */

/** Quantiles of 1/2048, 1/256, 2/256, ..., 255/256, 2047/2048. */
export type Quantiles = Float64Array;

const CELLS = 256;
const TAIL = 1 / 2048;
/** More than bisection needs for every bit. */
const MOST_STEPS = 100;

/** Beta with these parameters; null for Beta(1, 1). */
export function betaQuantiles(alpha: number, beta: number): Quantiles | null {
  if (alpha === 1 && beta === 1) return null;
  const quantiles = new Float64Array(CELLS + 1);
  quantiles[0] = quantileOf(TAIL, alpha, beta, 0);
  for (let i = 1; i <= CELLS; i++) {
    const probability = Math.min(i / CELLS, 1 - TAIL);
    quantiles[i] = quantileOf(probability, alpha, beta, quantiles[i - 1]);
  }
  return quantiles;
}

/** The quantile of a probability in [0, 1). */
export function quantileAt(quantiles: Quantiles, probability: number): number {
  const place = probability * CELLS;
  const cell = Math.floor(place);
  return quantiles[cell] + (place - cell) * (quantiles[cell + 1] - quantiles[cell]);
}

/** By Newton's steps kept inside a shrinking interval, from `least` on. */
function quantileOf(probability: number, alpha: number, beta: number, least: number): number {
  let [low, high] = [least, 1];
  const logScale = logBeta(alpha, beta);
  // Near 0 the distribution function is x ** alpha / (alpha B(alpha, beta)).
  const nearZero = Math.exp((Math.log(probability * alpha) + logScale) / alpha);
  let x = Math.max(least, Math.min(nearZero, alpha / (alpha + beta)));
  for (let step = 0; step < MOST_STEPS; step++) {
    const excess = betaCdf(x, alpha, beta) - probability;
    if (excess > 0) high = x;
    else low = x;
    const density = Math.exp((alpha - 1) * Math.log(x) + (beta - 1) * Math.log1p(-x) - logScale);
    const newton = x - excess / density;
    const next = newton > low && newton < high ? newton : low > 0 ? Math.sqrt(low * high) : high / 2;
    if (Math.abs(next - x) <= 1e-13 * x) return next;
    x = next;
  }
  return x;
}

/** Probability that Beta(alpha, beta) is at most x. */
export function betaCdf(x: number, alpha: number, beta: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (alpha + 1) / (alpha + beta + 2)) return 1 - betaCdf(1 - x, beta, alpha);
  const front = Math.exp(alpha * Math.log(x) + beta * Math.log1p(-x) - logBeta(alpha, beta));
  return (front / alpha) * continuedFraction(x, alpha, beta);
}

function continuedFraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m < 1000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d);
    c = 1 + even / c;
    value *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d);
    c = 1 + odd / c;
    value *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return value;
}

const logBeta = (a: number, b: number) => logGamma(a) + logGamma(b) - logGamma(a + b);

/** Stirling's series (DLMF 5.11.1), shifted to arguments of at least 12. */
function logGamma(x: number): number {
  let shift = 0;
  let z = x;
  for (; z < 12; z++) shift += Math.log(z);
  const inverse = 1 / z;
  const square = inverse * inverse;
  const series =
    inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188))));
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
