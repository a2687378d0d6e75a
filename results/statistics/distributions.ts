/**
 * The distributions that the tests on ranks need: the tail of chi-square, the normal distribution,
 * and the studentized range with infinitely many degrees of freedom. Each to about 12 digits.
 *
 * The incomplete gamma function is by its series and its continued fraction: Abramowitz and Stegun,
 * Handbook of Mathematical Functions, 6.5.29 and 6.5.31. The logarithm of the gamma function is by
 * Lanczos, A Precision Approximation of the Gamma Function, 1964.
 */

const TINY = 1e-300;
const PRECISION = 1e-15;

/** P(X > x) for a chi-square of so many degrees of freedom. */
export const chiSquareTail = (x: number, degrees: number): number =>
  x <= 0 ? 1 : incompleteGamma(degrees / 2, x / 2).above;

/** P(Z < z). */
export function normal(z: number): number {
  const half = incompleteGamma(0.5, (z * z) / 2).below / 2;
  return z < 0 ? 0.5 - half : 0.5 + half;
}

/**
 * P(Q < q), Q the range of `count` standard normal numbers. The integral is over the greatest:
 *
 *     count * integral of phi(z) (Phi(z) - Phi(z - q))^(count - 1) dz
 */
export function rangeBelow(q: number, count: number): number {
  const [from, to, steps] = [-8, 9, 680];
  const width = (to - from) / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const z = from + i * width;
    const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
    const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    sum += weight * density * (normal(z) - normal(z - q)) ** (count - 1);
  }
  return (count * sum * width) / 3;
}

/** The q that the range of `count` numbers is below with this probability. */
export function rangeQuantile(probability: number, count: number): number {
  let [low, high] = [0, 20];
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (rangeBelow(middle, count) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The regularised incomplete gamma functions P(a, x) and Q(a, x), whose sum is 1. */
function incompleteGamma(a: number, x: number): { below: number; above: number } {
  if (x === 0) return { below: 0, above: 1 };
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    const below = scale * series(a, x);
    return { below, above: 1 - below };
  }
  const above = scale * fraction(a, x);
  return { below: 1 - above, above };
}

function series(a: number, x: number): number {
  let [term, sum] = [1 / a, 1 / a];
  for (let n = 1; Math.abs(term) > PRECISION * Math.abs(sum); n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

function fraction(a: number, x: number): number {
  let b = x + 1 - a;
  let [c, d] = [1 / TINY, 1 / b];
  let value = d;
  for (let n = 1; ; n++) {
    const term = -n * (n - a);
    b += 2;
    d = 1 / away(term * d + b);
    c = away(b + term / c);
    value *= c * d;
    if (Math.abs(c * d - 1) < PRECISION) return value;
  }
}

const away = (number: number): number => (Math.abs(number) < TINY ? TINY : number);

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** For numbers of at least 1/2. */
function logGamma(a: number): number {
  const x = a - 1;
  const t = x + 7.5;
  const sum = LANCZOS.reduce((total, factor, i) => (i === 0 ? factor : total + factor / (x + i)), 0);
  return 0.5 * Math.log(2 * Math.PI) + (x + 0.5) * Math.log(t) - t + Math.log(sum);
}
