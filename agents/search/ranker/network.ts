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

/** Rows that go through a layer together, so that each weight is loaded once for all of them. */
const TOGETHER = 4;

/**
 * Scores changes. The weights are kept as doubles by unit, because sums in doubles are several
 * times as fast here as sums in floats.
 */
export class Ranker {
  private readonly network: Network;
  private readonly first: Layer;
  private readonly second: Layer;
  private readonly head: Float64Array;
  private readonly headBias: number;
  private readonly inputs: Float64Array;

  constructor(network: Network) {
    const { inputs, hidden, weights } = network;
    const at = layout(network);
    this.network = network;
    this.first = new Layer(weights, at.matrix1, at.bias1, inputs, hidden);
    this.second = new Layer(weights, at.matrix2, at.bias2, hidden, hidden);
    this.head = Float64Array.from({ length: hidden }, (_, i) => weights[at.matrix3 + i * HEADS]);
    this.headBias = weights[at.bias3];
    this.inputs = new Float64Array(TOGETHER * inputs);
  }

  /** Scores the rows of `numbers`, higher for better changes. */
  score(numbers: Float32Array, rows: number, out: Float32Array): void {
    const { network, inputs, head } = this;
    const { mean, scale, hidden } = network;
    const width = network.inputs;
    for (let row = 0; row < rows; row += TOGETHER) {
      const count = Math.min(TOGETHER, rows - row);
      for (let r = 0; r < count; r++)
        for (let i = 0; i < width; i++) {
          const x = (numbers[(row + r) * width + i] - mean[i]) * scale[i];
          inputs[r * width + i] = x > INPUT_LIMIT ? INPUT_LIMIT : x < -INPUT_LIMIT ? -INPUT_LIMIT : x;
        }
      const units = this.second.of(this.first.of(inputs));
      for (let r = 0; r < count; r++) {
        let score = this.headBias;
        for (let i = 0; i < hidden; i++) score += units[r * hidden + i] * head[i];
        out[row + r] = score;
      }
    }
  }
}

/** A layer of rectified units. */
class Layer {
  private readonly inputs: number;
  private readonly units: number;
  /** A row for each unit. */
  private readonly weights: Float64Array;
  private readonly bias: Float64Array;
  private readonly out: Float64Array;

  constructor(weights: Float32Array, matrix: number, bias: number, inputs: number, units: number) {
    this.inputs = inputs;
    this.units = units;
    this.weights = new Float64Array(inputs * units);
    for (let i = 0; i < inputs; i++)
      for (let j = 0; j < units; j++) this.weights[j * inputs + i] = weights[matrix + i * units + j];
    this.bias = Float64Array.from(weights.subarray(bias, bias + units));
    this.out = new Float64Array(TOGETHER * units);
  }

  /** Of four rows; the result is used again. */
  of(x: Float64Array): Float64Array {
    const { inputs, units, weights, bias, out } = this;
    for (let j = 0; j < units; j++) {
      const from = j * inputs;
      let a = bias[j];
      let b = a;
      let c = a;
      let d = a;
      for (let i = 0; i < inputs; i++) {
        const weight = weights[from + i];
        a += weight * x[i];
        b += weight * x[inputs + i];
        c += weight * x[2 * inputs + i];
        d += weight * x[3 * inputs + i];
      }
      out[j] = a > 0 ? a : 0;
      out[units + j] = b > 0 ? b : 0;
      out[2 * units + j] = c > 0 ? c : 0;
      out[3 * units + j] = d > 0 ? d : 0;
    }
    return out;
  }
}
