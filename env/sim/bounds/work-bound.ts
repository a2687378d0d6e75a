/**
 * The least largest load that any distribution of divisible work over unrelated machines can have,
 * by Lagrangian duality.
 *
 * For weights w >= 0 with sum over machines of w = 1, every distribution has
 *
 *   largest load >= sum over machines of w x load >= sum over items of min over machines of w x time,
 *
 * so each choice of weights proves a bound; the best choice is the optimum of the linear relaxation
 * of R||Cmax (Lenstra, Shmoys and Tardos, 1990). The right-hand side is concave in the weights and
 * machines of one type share theirs, so a golden-section search per type finds it: exactly for two
 * types, and a valid if smaller bound for more.
 */

export interface WorkBound {
  readonly valueUs: number;
  /** Weight of one machine of each type; machines x weight sums to 1. */
  readonly weights: Float64Array;
}

const GOLDEN = (Math.sqrt(5) - 1) / 2;
const SECTIONS = 60;
const ROUNDS = 4;

/**
 * `timesUs` has shape [items x types] with `Infinity` where a type cannot take an item; `machines`
 * counts each type. Every item needs a type that can take it.
 */
export function workBound(timesUs: Float64Array, machines: ArrayLike<number>): WorkBound {
  const types = machines.length;
  const weightsOf = (shares: Float64Array) => shares.map((share, type) => share / machines[type]);
  const boundOf = (shares: Float64Array) => weightedWork(timesUs, weightsOf(shares));

  let shares = new Float64Array(types).fill(1 / types);
  let value = boundOf(shares);
  for (let round = 0; types > 1 && round < (types === 2 ? 1 : ROUNDS); round++) {
    for (let type = 0; type < (types === 2 ? 1 : types); type++) {
      const candidate = bestAlong(shares, type, boundOf);
      const found = boundOf(candidate);
      if (found <= value) continue;
      shares = candidate;
      value = found;
    }
  }
  return { valueUs: value, weights: weightsOf(shares) };
}

/**
 * The same bound from times for each device, shape [items x devices]: devices with equal times are
 * of one type.
 */
export function workBoundOnDevices(timesUs: Float64Array, deviceCount: number): number {
  const alike = (a: number, b: number) => {
    for (let i = 0; i < timesUs.length; i += deviceCount) if (timesUs[i + a] !== timesUs[i + b]) return false;
    return true;
  };
  const first: number[] = [];
  const machines: number[] = [];
  for (let d = 0; d < deviceCount; d++) {
    const type = first.findIndex((other) => alike(d, other));
    if (type === -1) {
      first.push(d);
      machines.push(1);
    } else machines[type]++;
  }
  const typeUs = new Float64Array((timesUs.length / deviceCount) * first.length);
  for (let i = 0, j = 0; i < timesUs.length; i += deviceCount)
    for (const d of first) typeUs[j++] = timesUs[i + d];
  return workBound(typeUs, machines).valueUs;
}

/** Sum over items of the least weighted time. */
export function weightedWork(timesUs: Float64Array, weights: Float64Array): number {
  const types = weights.length;
  let sum = 0;
  for (let i = 0; i < timesUs.length; i += types) {
    let least = Number.POSITIVE_INFINITY;
    for (let type = 0; type < types; type++) {
      const time = timesUs[i + type];
      if (time !== Number.POSITIVE_INFINITY) least = Math.min(least, weights[type] * time);
    }
    sum += least;
  }
  return sum;
}

/** Golden-section search over one type's share, the others scaled in proportion. */
function bestAlong(shares: Float64Array, type: number, boundOf: (shares: Float64Array) => number) {
  const rest = 1 - shares[type];
  const at = (share: number) =>
    shares.map((other, t) =>
      t === type ? share : rest > 0 ? (other * (1 - share)) / rest : (1 - share) / (shares.length - 1),
    );
  let low = 0;
  let high = 1;
  let left = high - GOLDEN * (high - low);
  let right = low + GOLDEN * (high - low);
  let leftValue = boundOf(at(left));
  let rightValue = boundOf(at(right));
  for (let section = 0; section < SECTIONS; section++) {
    if (leftValue < rightValue) {
      low = left;
      left = right;
      leftValue = rightValue;
      right = low + GOLDEN * (high - low);
      rightValue = boundOf(at(right));
    } else {
      high = right;
      right = left;
      rightValue = leftValue;
      left = high - GOLDEN * (high - low);
      leftValue = boundOf(at(left));
    }
  }
  return at((low + high) / 2);
}
