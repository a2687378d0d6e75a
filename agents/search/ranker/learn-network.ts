/**
 * Training of the ranker's network: gradients by hand, Adam (Kingma, Ba, ICLR 2015).
 *
 * The unit of learning is a pool: changes of one placement, with how much each truly changes the
 * cost. The first head's loss is the cross entropy between its softmax over the pool and a target
 * softmax, which is larger for better changes (ListNet: Cao et al., ICML 2007). The second head's
 * loss is Huber's on the clipped change. Both weigh pools equally.
 */
import { HEADS, INPUT_LIMIT, layout, type Network } from "./network.ts";

export interface LabelledPool {
  /** Shape [rows x inputs], as the search saw them. */
  readonly numbers: Float32Array;
  /** Change of the cost by each row, as a share of the cost. */
  readonly relative: Float32Array;
  /** Of the search, as a share of the cost. */
  readonly temperature: number;
}

/** Unit of the second head: such a change of the cost is 1. */
const UNIT = 0.02;
const LARGEST = 5;
/** Weight of the second head's loss. */
const SECOND = 0.2;

/** The target softmax is over minus the change by this; small, so that the best rows count most. */
export const targetUnit = (temperature: number): number => Math.max(0.5 * temperature, 2e-4);

/** Sets mean and scale of the inputs to those of the pools. */
export function standardise(network: Network, pools: readonly LabelledPool[]): void {
  const { inputs, mean, scale } = network;
  const sum = new Float64Array(inputs);
  const squares = new Float64Array(inputs);
  let rows = 0;
  for (const { numbers, relative } of pools) {
    rows += relative.length;
    for (let at = 0; at < relative.length * inputs; at++) {
      sum[at % inputs] += numbers[at];
      squares[at % inputs] += numbers[at] ** 2;
    }
  }
  for (let i = 0; i < inputs; i++) {
    mean[i] = sum[i] / rows;
    const variance = squares[i] / rows - (sum[i] / rows) ** 2;
    scale[i] = 1 / Math.sqrt(Math.max(variance, 1e-8));
  }
}

/** Loss of pools and its gradient by the weights. */
export class PoolLoss {
  readonly gradient: Float64Array;
  private readonly network: Network;
  private readonly at: ReturnType<typeof layout>;
  private inputs = new Float64Array(0);
  private first = new Float64Array(0);
  private second = new Float64Array(0);
  private heads = new Float64Array(0);
  private readonly secondSlope: Float64Array;
  private readonly firstSlope: Float64Array;

  constructor(network: Network) {
    this.network = network;
    this.at = layout(network);
    this.gradient = new Float64Array(this.at.size);
    this.firstSlope = new Float64Array(network.hidden);
    this.secondSlope = new Float64Array(network.hidden);
  }

  /** Adds `weight` times the gradient of one pool; returns its loss. */
  add(pool: LabelledPool, weight: number): number {
    const rows = pool.relative.length;
    this.forward(pool.numbers, rows);
    const slopes = new Float64Array(rows * HEADS);
    const loss = this.listLoss(pool, slopes) + this.changeLoss(pool, slopes);
    for (let row = 0; row < rows; row++)
      this.backward(row, weight * slopes[row * HEADS], weight * slopes[row * HEADS + 1]);
    return loss;
  }

  /** The loss alone. */
  of(pool: LabelledPool): number {
    this.forward(pool.numbers, pool.relative.length);
    const slopes = new Float64Array(pool.relative.length * HEADS);
    return this.listLoss(pool, slopes) + this.changeLoss(pool, slopes);
  }

  private forward(numbers: Float32Array, rows: number): void {
    const { network, at } = this;
    const { inputs, hidden, weights, mean, scale } = network;
    if (this.heads.length < rows * HEADS) {
      this.inputs = new Float64Array(rows * inputs);
      this.first = new Float64Array(rows * hidden);
      this.second = new Float64Array(rows * hidden);
      this.heads = new Float64Array(rows * HEADS);
    }
    for (let row = 0; row < rows; row++) {
      const [x, one, two] = [row * inputs, row * hidden, row * hidden];
      for (let i = 0; i < inputs; i++) {
        const z = (numbers[x + i] - mean[i]) * scale[i];
        this.inputs[x + i] = Math.max(-INPUT_LIMIT, Math.min(INPUT_LIMIT, z));
      }
      layer(this.inputs, x, inputs, weights, at.matrix1, at.bias1, this.first, one, hidden);
      rectify(this.first, one, hidden);
      layer(this.first, one, hidden, weights, at.matrix2, at.bias2, this.second, two, hidden);
      rectify(this.second, two, hidden);
      layer(this.second, two, hidden, weights, at.matrix3, at.bias3, this.heads, row * HEADS, HEADS);
    }
  }

  private listLoss({ relative, temperature }: LabelledPool, slopes: Float64Array): number {
    const unit = targetUnit(temperature);
    const rows = relative.length;
    const target = softmax(rows, (row) => -relative[row] / unit);
    const given = softmax(rows, (row) => this.heads[row * HEADS]);
    let loss = 0;
    for (let row = 0; row < rows; row++) {
      loss -= target[row] * Math.log(Math.max(given[row], 1e-30));
      slopes[row * HEADS] = given[row] - target[row];
    }
    return loss;
  }

  private changeLoss({ relative }: LabelledPool, slopes: Float64Array): number {
    const rows = relative.length;
    let loss = 0;
    for (let row = 0; row < rows; row++) {
      const wanted = Math.max(-LARGEST, Math.min(LARGEST, relative[row] / UNIT));
      const off = this.heads[row * HEADS + 1] - wanted;
      const size = Math.abs(off);
      loss += (SECOND / rows) * (size < 1 ? 0.5 * off * off : size - 0.5);
      slopes[row * HEADS + 1] = (SECOND / rows) * Math.max(-1, Math.min(1, off));
    }
    return loss;
  }

  private backward(row: number, slope1: number, slope2: number): void {
    const { network, at, gradient, first, second, firstSlope, secondSlope } = this;
    const { inputs, hidden, weights } = network;
    gradient[at.bias3] += slope1;
    gradient[at.bias3 + 1] += slope2;
    firstSlope.fill(0);
    for (let j = 0; j < hidden; j++) {
      const value = second[row * hidden + j];
      secondSlope[j] = 0;
      if (value <= 0) continue;
      const out = at.matrix3 + j * HEADS;
      gradient[out] += slope1 * value;
      gradient[out + 1] += slope2 * value;
      secondSlope[j] = slope1 * weights[out] + slope2 * weights[out + 1];
      gradient[at.bias2 + j] += secondSlope[j];
    }
    for (let i = 0; i < hidden; i++) {
      const value = first[row * hidden + i];
      if (value <= 0) continue;
      firstSlope[i] = spread(secondSlope, weights, gradient, at.matrix2 + i * hidden, value);
      gradient[at.bias1 + i] += firstSlope[i];
    }
    for (let i = 0; i < inputs; i++) {
      const value = this.inputs[row * inputs + i];
      const from = at.matrix1 + i * hidden;
      for (let j = 0; j < hidden; j++) gradient[from + j] += value * firstSlope[j];
    }
  }
}

/** Adds the gradient of a row of a matrix; returns the slope by its input. */
function spread(
  slopes: Float64Array,
  weights: Float32Array,
  gradient: Float64Array,
  from: number,
  value: number,
) {
  let sum = 0;
  for (let j = 0; j < slopes.length; j++) {
    sum += slopes[j] * weights[from + j];
    gradient[from + j] += value * slopes[j];
  }
  return sum;
}

function layer(
  from: Float64Array,
  fromAt: number,
  rows: number,
  weights: Float32Array,
  matrix: number,
  bias: number,
  to: Float64Array,
  toAt: number,
  columns: number,
): void {
  for (let j = 0; j < columns; j++) to[toAt + j] = weights[bias + j];
  for (let i = 0; i < rows; i++) {
    const value = from[fromAt + i];
    if (value === 0) continue;
    for (let j = 0; j < columns; j++) to[toAt + j] += value * weights[matrix + i * columns + j];
  }
}

function rectify(values: Float64Array, from: number, length: number): void {
  for (let i = from; i < from + length; i++) if (values[i] < 0) values[i] = 0;
}

function softmax(length: number, of: (row: number) => number): Float64Array {
  const result = Float64Array.from({ length }, (_, row) => of(row));
  const most = result.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  let sum = 0;
  for (let i = 0; i < length; i++) {
    result[i] = Math.exp(result[i] - most);
    sum += result[i];
  }
  for (let i = 0; i < length; i++) result[i] /= sum;
  return result;
}

const DECAY1 = 0.9;
const DECAY2 = 0.999;

export class Adam {
  private readonly mean: Float64Array;
  private readonly square: Float64Array;
  private steps = 0;

  constructor(size: number) {
    this.mean = new Float64Array(size);
    this.square = new Float64Array(size);
  }

  step(weights: Float32Array, gradient: Float64Array, rate: number): void {
    const { mean, square } = this;
    this.steps++;
    const [fix1, fix2] = [1 - DECAY1 ** this.steps, 1 - DECAY2 ** this.steps];
    for (let i = 0; i < weights.length; i++) {
      mean[i] += (1 - DECAY1) * (gradient[i] - mean[i]);
      square[i] += (1 - DECAY2) * (gradient[i] ** 2 - square[i]);
      weights[i] -= (rate * (mean[i] / fix1)) / (Math.sqrt(square[i] / fix2) + 1e-8);
    }
  }
}
