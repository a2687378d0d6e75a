/**
 * A network of action values as distributions: two dense layers, then two streams (Wang et al.,
 * "Dueling Network Architectures", ICML 2016), one for the state and one for each action. Values
 * are over atoms (value-atoms.ts); streams may have noise (noisy-dense.ts).
 */
import type { Rng } from "../../../../env/model/rng.ts";
import { createWeights, type Weights } from "../../../nets/weights.ts";
import { dense } from "../../../tensors/dense.ts";
import { readOut } from "../../../tensors/tf.ts";
import type { Tensor, Tensor2D, Tensor3D, Tf, Variable } from "../../../tensors/types.ts";
import { drawNoise, type LayerNoise, noisyDense, noisyLayer } from "./noisy-dense.ts";
import { atomValues, type ValueAtoms } from "./value-atoms.ts";

export interface ValueNetworkSize {
  readonly columns: number;
  readonly actions: number;
  readonly hidden: number;
  readonly atoms: ValueAtoms;
  /** Whether the state has a stream of its own. */
  readonly dueling: boolean;
  /** Of the streams in the beginning; 0 for none. */
  readonly noise: number;
}

export type NetworkNoise = readonly (LayerNoise | null)[];

export interface ValueNetwork {
  readonly size: ValueNetworkSize;
  readonly weights: Weights;
  drawNoise(rng: Rng): NetworkNoise;
  /** Logarithms of probabilities, rows x actions x atoms. Differentiable in the weights. */
  logProbabilities(rows: Tensor2D, noise: NetworkNoise | null): Tensor3D;
}

export function valueNetwork(tf: Tf, size: ValueNetworkSize, rng: Rng): ValueNetwork {
  const { columns, actions, hidden, dueling, noise, atoms } = size;
  const weights = createWeights(tf);
  const widths = [columns, hidden, hidden];
  const body = [1, 2].map((layer): readonly [Variable, Variable] => [
    weights.reluMatrix(`dense ${layer}`, widths[layer - 1], widths[layer], rng),
    weights.zeros(`dense ${layer}/bias`, [widths[layer]]),
  ]);
  const stream = (name: string, outputs: number) =>
    noisyLayer(weights, name, { inputs: hidden, outputs, noise }, rng);
  const ofActions = stream("actions", actions * atoms.count);
  const ofState = dueling ? stream("state", atoms.count) : null;
  const streams = ofState === null ? [ofActions] : [ofActions, ofState];

  return {
    size,
    weights,
    drawNoise: (from) => streams.map((layer) => drawNoise(layer, from)),
    logProbabilities(rows, drawn) {
      const seen = body.reduce(
        (x: Tensor, [matrix, bias], layer) => dense(tf, x, matrix, bias, "relu", { constant: layer === 0 }),
        rows,
      );
      const [own, common] = streams.map((layer, i) =>
        noisyDense(tf, seen, layer, drawn === null ? null : drawn[i], "linear"),
      );
      const each = tf.reshape(own, [rows.shape[0], actions, atoms.count]) as Tensor3D;
      if (common === undefined) return tf.logSoftmax(each);
      const state = tf.reshape(common, [rows.shape[0], 1, atoms.count]);
      return tf.logSoftmax(tf.add(state, tf.sub(each, tf.mean(each, 1, true)))) as Tensor3D;
    },
  };
}

/** Probabilities, rows x actions x atoms. `rows` has one row of columns after the other. */
export function probabilitiesOf(
  tf: Tf,
  network: ValueNetwork,
  rows: Float32Array,
  noise: NetworkNoise | null,
): Float32Array {
  const { columns } = network.size;
  return readOut(tf, () => {
    const seen = tf.tensor2d(rows, [rows.length / columns, columns]);
    return Float32Array.from(tf.exp(network.logProbabilities(seen, noise)).dataSync());
  });
}

/** Expected returns, rows x actions. */
export function expectedReturns(atoms: ValueAtoms, probabilities: Float32Array): Float64Array {
  const values = atomValues(atoms);
  const { count } = atoms;
  return Float64Array.from({ length: probabilities.length / count }, (_, row) => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += values[i] * probabilities[row * count + i];
    return sum;
  });
}

/** The legal action of the most value in a row, the first of equals. Pre: one is legal. */
export function bestLegal(values: Float64Array, row: number, mask: Uint8Array): number {
  let best = -1;
  for (let action = 0; action < mask.length; action++) {
    if (mask[action] === 0) continue;
    if (best === -1 || values[row * mask.length + action] > values[row * mask.length + best]) best = action;
  }
  return best;
}

/** Pre: two networks of one size. */
export function copyWeights(from: ValueNetwork, to: ValueNetwork): void {
  from.weights.list.forEach((variable, i) => {
    to.weights.list[i].assign(variable as never);
  });
}
