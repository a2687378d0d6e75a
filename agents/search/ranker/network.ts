/**
 * The ranker's network: a perceptron with two hidden layers of rectified units and two heads, on
 * typed arrays. The first head scores a change for the softmax over a pool. The second predicts its
 * relative change of the cost, and only training reads it.
 */
import type { Rng } from "../../../env/model/rng.ts";

export const HEADS = 2;

export interface NetworkShape {
  readonly inputs: number;
  readonly hidden: number;
}

export interface Network extends NetworkShape {
  /** Subtracted from each input, and factor after that. */
  readonly mean: Float32Array;
  readonly scale: Float32Array;
  /** Weights of all layers one after the other, see `layout`. */
  readonly weights: Float32Array;
}

/** Standardised inputs are cut at this size. */
export const INPUT_LIMIT = 5;

/** Where each layer begins; matrices have a row for each input. */
export function layout({ inputs, hidden }: NetworkShape) {
  const bias1 = inputs * hidden;
  const matrix2 = bias1 + hidden;
  const bias2 = matrix2 + hidden * hidden;
  const matrix3 = bias2 + hidden;
  const bias3 = matrix3 + hidden * HEADS;
  return { matrix1: 0, bias1, matrix2, bias2, matrix3, bias3, size: bias3 + HEADS };
}

/** Weights of He et al. 2015; the heads begin near 0. */
export function createNetwork(shape: NetworkShape, rng: Rng): Network {
  const { inputs, hidden } = shape;
  const at = layout(shape);
  const weights = new Float32Array(at.size);
  const fill = (from: number, to: number, spread: number) => {
    for (let i = from; i < to; i++) weights[i] = spread * rng.normal();
  };
  fill(at.matrix1, at.bias1, Math.sqrt(2 / inputs));
  fill(at.matrix2, at.bias2, Math.sqrt(2 / hidden));
  fill(at.matrix3, at.bias3, 0.1 / Math.sqrt(hidden));
  return { ...shape, mean: new Float32Array(inputs), scale: new Float32Array(inputs).fill(1), weights };
}

export class Ranker {
  private readonly network: Network;
  private readonly at: ReturnType<typeof layout>;
  private readonly first: Float32Array;
  private readonly second: Float32Array;

  constructor(network: Network) {
    this.network = network;
    this.at = layout(network);
    this.first = new Float32Array(network.hidden);
    this.second = new Float32Array(network.hidden);
  }

  /** Scores the rows of `inputs`, higher for better changes. */
  score(inputs: Float32Array, rows: number, out: Float32Array): void {
    const { network, at, first, second } = this;
    const { weights, hidden, mean, scale } = network;
    for (let row = 0; row < rows; row++) {
      for (let j = 0; j < hidden; j++) first[j] = weights[at.bias1 + j];
      for (let i = 0; i < network.inputs; i++) {
        const x = (inputs[row * network.inputs + i] - mean[i]) * scale[i];
        addRow(first, weights, i * hidden, Math.max(-INPUT_LIMIT, Math.min(INPUT_LIMIT, x)), hidden);
      }
      for (let j = 0; j < hidden; j++) second[j] = weights[at.bias2 + j];
      for (let i = 0; i < hidden; i++)
        if (first[i] > 0) addRow(second, weights, at.matrix2 + i * hidden, first[i], hidden);
      let score = weights[at.bias3];
      for (let i = 0; i < hidden; i++)
        if (second[i] > 0) score += second[i] * weights[at.matrix3 + i * HEADS];
      out[row] = score;
    }
  }
}

function addRow(sums: Float32Array, weights: Float32Array, from: number, factor: number, length: number) {
  for (let j = 0; j < length; j++) sums[j] += factor * weights[from + j];
}
