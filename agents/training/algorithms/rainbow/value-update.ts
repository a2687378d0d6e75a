/**
 * One step of Rainbow's network (Hessel et al., AAAI 2018). The distribution of an action's return
 * is drawn to that of its reward and what comes after it. What comes after is the target network's,
 * at the action that the online network likes best (double Q-learning; van Hasselt et al., AAAI
 * 2016). Illegal actions are left out of that choice.
 */
import type { Rng } from "../../../../env/model/rng.ts";
import type { Scalar, Tensor, Tensor1D, Tensor3D, Tf } from "../../../tensors/types.ts";
import type { Adam } from "../../adam.ts";
import type { Transition } from "./replay-memory.ts";
import { projected } from "./value-atoms.ts";
import {
  bestLegal,
  expectedReturns,
  type NetworkNoise,
  probabilitiesOf,
  type ValueNetwork,
} from "./value-network.ts";

export interface ValueNetworks {
  readonly online: ValueNetwork;
  readonly target: ValueNetwork;
}

export interface TransitionBatch {
  readonly transitions: readonly Transition[];
  /** Rows of columns: what is seen of states, and of the states after them. */
  readonly rows: Float32Array;
  readonly nextRows: Float32Array;
  /** How much each transition counts. */
  readonly weights: Float32Array;
}

export interface ValueStep {
  readonly loss: number;
  readonly gradientNorm: number;
  /** Of each transition: divergence from its target, which is its priority. */
  readonly errors: Float32Array;
}

export function improveValues(
  tf: Tf,
  networks: ValueNetworks,
  adam: Adam,
  batch: TransitionBatch,
  { isDouble, rng }: { readonly isDouble: boolean; readonly rng: Rng },
): ValueStep {
  const { online, target } = networks;
  const noise = online.drawNoise(rng);
  const targets = targetsOf(tf, networks, batch, {
    chooser: isDouble ? online : target,
    noises: { online: online.drawNoise(rng), target: target.drawNoise(rng) },
  });
  let errors: Float32Array = new Float32Array(0);
  const { loss, gradientNorm } = adam.minimize(() => {
    const each = crossEntropies(tf, online, batch, targets, noise);
    errors = divergences(each.dataSync() as Float32Array, targets, online.size.atoms.count);
    return weightedMean(tf, each, batch.weights);
  });
  return { loss, gradientNorm, errors };
}

interface TargetChoice {
  readonly chooser: ValueNetwork;
  readonly noises: Readonly<Record<keyof ValueNetworks, NetworkNoise>>;
}

/** Rows of atoms: of each transition the distribution that its action's is drawn to. */
export function targetsOf(
  tf: Tf,
  { online, target }: ValueNetworks,
  { transitions, nextRows }: TransitionBatch,
  { chooser, noises }: TargetChoice,
): Float32Array {
  const { atoms, actions } = online.size;
  const after = probabilitiesOf(tf, target, nextRows, noises.target);
  const judged = chooser === target ? after : probabilitiesOf(tf, online, nextRows, noises.online);
  const values = expectedReturns(atoms, judged);
  const chosen = new Float32Array(transitions.length * atoms.count);
  transitions.forEach(({ nextMask, discount }, row) => {
    // Nothing comes after an end, whatever its row.
    const best = discount === 0 ? 0 : bestLegal(values, row, nextMask);
    const start = (row * actions + best) * atoms.count;
    chosen.set(after.subarray(start, start + atoms.count), row * atoms.count);
  });
  const [rewards, discounts] = [
    transitions.map(({ reward }) => reward),
    transitions.map(({ discount }) => discount),
  ];
  return projected(atoms, chosen, rewards, discounts);
}

/** One number for each transition; differentiable in the weights of the network. */
export function crossEntropies(
  tf: Tf,
  network: ValueNetwork,
  { transitions, rows }: Pick<TransitionBatch, "transitions" | "rows">,
  targets: Float32Array,
  noise: NetworkNoise | null,
): Tensor1D {
  const { actions, atoms, columns } = network.size;
  const count = transitions.length;
  // A row of targets at the action that was taken, zeros at the others.
  const wanted = new Float32Array(count * actions * atoms.count);
  transitions.forEach(({ action }, row) => {
    const own = targets.subarray(row * atoms.count, (row + 1) * atoms.count);
    wanted.set(own, (row * actions + action) * atoms.count);
  });
  const said = network.logProbabilities(tf.tensor2d(rows, [count, columns]), noise);
  const products = tf.mul(said, tf.tensor3d(wanted, [count, actions, atoms.count])) as Tensor3D;
  return tf.neg(tf.sum(tf.reshape(products, [count, -1]), 1)) as Tensor1D;
}

/** Cross-entropies less the entropies of their targets; never below 0. */
function divergences(crossEntropy: Float32Array, targets: Float32Array, count: number): Float32Array {
  return crossEntropy.map((sum, row) => {
    let left = sum;
    for (let i = row * count; i < (row + 1) * count; i++)
      if (targets[i] > 0) left += targets[i] * Math.log(targets[i]);
    return Math.max(0, left);
  });
}

const weightedMean = (tf: Tf, values: Tensor, weights: Float32Array): Scalar =>
  tf.mean(tf.mul(values, tf.tensor1d(weights)));
