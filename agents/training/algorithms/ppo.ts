/**
 * Proximal policy optimisation (Schulman et al., 2017): several epochs on the same rollouts, held
 * near the policy that made them. Two ways to hold it, alone or together:
 *
 * - `clip`: the ratio of new to old probability counts only within 1 +- clip;
 * - `kl`: a penalty on KL(new || old) whose weight doubles above 1.5 x target and halves below
 *   target / 1.5.
 *
 * Under `kl` the divergence of an update is measured after its last epoch, over all rows, and
 * logged as `kl`. That is one more replay, which the clip alone does without.
 */
import { readOut } from "../../tensors/tf.ts";
import type { Tensor, Tf } from "../../tensors/types.ts";
import type { Batch, Decisions, Rollout } from "../contract.ts";
import {
  type Algorithm,
  EntropyMean,
  type Part,
  partsOf,
  rowsOf,
  sharesOf,
  sideTerms,
  takenOf,
  type UpdateStep,
} from "./algorithm.ts";

export interface PpoOptions {
  readonly epochs: number;
  /** Rollouts of a task that are differentiated for one step of the optimizer; all by default. */
  readonly minibatch?: number;
  /** Half-width of the ratio's range; none by default. */
  readonly clip?: (update: number) => number;
  /** Penalty on the divergence; none by default. A weight of 0 only measures. */
  readonly kl?: { readonly target: number; readonly weight: number };
}

interface Saved {
  readonly updates: number;
  readonly klWeight: number;
}

/** A part with what the old policy said of its rows, by head. */
interface Held<R extends Rollout = Rollout> extends Part<R> {
  readonly old: readonly Float32Array[];
}

export function ppo({ epochs, minibatch, clip, kl }: PpoOptions): Algorithm {
  let updates = 0;
  let klWeight = kl?.weight ?? 0;
  return {
    improve<R extends Rollout>(tf: Tf, step: UpdateStep<R>) {
      const range = clip?.(updates) ?? Number.POSITIVE_INFINITY;
      const bits = minibatchesOf(step, minibatch).map((batches) => rememberOld(tf, { ...step, batches }));
      const entropy = new EntropyMean();
      const steps: { loss: number; gradientNorm: number }[] = [];
      for (let epoch = 0; epoch < epochs; epoch++)
        for (const parts of shuffled(bits, step))
          steps.push(
            step.adam.minimize(
              ...parts.map((part) => () => lossOf(tf, part, step, { range, klWeight }, entropy)),
            ),
          );
      updates++;
      const metrics = {
        loss: steps[0].loss,
        gradientNorm: Math.max(...steps.map(({ gradientNorm }) => gradientNorm)),
        entropy: entropy.value,
      };
      if (kl === undefined) return metrics;
      const divergence = divergenceOf(tf, bits.flat());
      const weight = klWeight;
      // A weight of 0 stays 0: doubling and halving keep it.
      if (weight > 0) klWeight = adapted(weight, divergence, kl.target);
      return { ...metrics, kl: divergence, klWeight: weight };
    },
    save: (): Saved => ({ updates, klWeight }),
    load(saved) {
      ({ updates, klWeight } = saved as Saved);
    },
  };
}

/** The weight of the next update. */
export function adapted(weight: number, divergence: number, target: number): number {
  if (divergence > 1.5 * target) return Math.min(2 * weight, 1e6);
  return divergence < target / 1.5 ? Math.max(weight / 2, 1e-6) : weight;
}

/** The update's batches, cut by rollouts; each piece holds a slice of every task. */
function minibatchesOf<R extends Rollout>(
  { batches }: UpdateStep<R>,
  size = Number.POSITIVE_INFINITY,
): (readonly Batch<R>[])[] {
  const most = Math.max(...batches.map(({ rollouts }) => rollouts.length));
  const pieces = Math.max(1, Math.ceil(most / size));
  return Array.from({ length: pieces }, (_, piece) =>
    batches.flatMap(({ lesson, rollouts, advantages, returns }) => {
      const [from, to] = [piece, piece + 1].map((i) => Math.round((i * rollouts.length) / pieces));
      if (from === to) return [];
      const cut = <T>(values: readonly T[]) => values.slice(from, to);
      return [{ lesson, rollouts: cut(rollouts), advantages: cut(advantages), returns: cut(returns) }];
    }),
  );
}

function shuffled<T>(values: readonly T[], { rng }: Pick<UpdateStep, "rng">): readonly T[] {
  if (values.length < 2) return values;
  const order = [...values];
  for (let i = order.length - 1; i > 0; i--) {
    const j = rng.int(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

function rememberOld<R extends Rollout>(tf: Tf, step: UpdateStep<R>): Held<R>[] {
  return partsOf(step).map((part) => ({
    ...part,
    old: readOut(tf, () =>
      part.replay().decisions.map(({ logProbabilities }) => Float32Array.from(logProbabilities.dataSync())),
    ),
  }));
}

interface Limits {
  readonly range: number;
  readonly klWeight: number;
}

function lossOf(
  tf: Tf,
  part: Held,
  step: Pick<UpdateStep, "entropy" | "valueWeight">,
  { range, klWeight }: Limits,
  entropy: EntropyMean,
): Tensor {
  const replay = part.replay();
  entropy.add(tf, replay);
  const heads = replay.decisions.map((head, h) => {
    const advantages = tf.tensor1d(rowsOf(head, part.batch.advantages, part.share));
    const ratio = tf.exp(tf.sub(takenOf(tf, head), tf.tensor1d(takenFrom(part.old[h], head))));
    const gain = tf.sum(clipped(tf, ratio, advantages, range));
    if (klWeight === 0) return gain;
    const rows = tf.mul(divergences(tf, head, part.old[h]), tf.tensor1d(sharesOf(head, part.share)));
    return tf.sub(gain, tf.mul(tf.sum(rows), klWeight));
  });
  const gain = heads.reduce((a, b) => tf.add(a, b));
  return tf.sub(sideTerms(tf, replay, part, step), gain);
}

/** The smaller of the plain gain and that of the clipped ratio. */
function clipped(tf: Tf, ratio: Tensor, advantages: Tensor, range: number): Tensor {
  const plain = tf.mul(ratio, advantages);
  if (!Number.isFinite(range)) return plain;
  return tf.minimum(plain, tf.mul(tf.clipByValue(ratio, 1 - range, 1 + range), advantages));
}

/** Old log-probability of what was taken in each row. */
function takenFrom(old: Float32Array, { taken }: Decisions): Float32Array {
  const choices = old.length / taken.length;
  return Float32Array.from(taken, (choice, row) => old[row * choices + choice]);
}

/** KL(new || old) of each row. */
function divergences(tf: Tf, { logProbabilities }: Decisions, old: Float32Array): Tensor {
  const before = tf.tensor2d(old, logProbabilities.shape as [number, number]);
  return tf.sum(tf.mul(tf.exp(logProbabilities), tf.sub(logProbabilities, before)), 1);
}

/** Mean over all rows of all heads. */
function divergenceOf(tf: Tf, parts: readonly Held[]): number {
  let sum = 0;
  let rows = 0;
  for (const { replay, old } of parts)
    readOut(tf, () => {
      replay().decisions.forEach((head, h) => {
        sum += tf.sum(divergences(tf, head, old[h])).dataSync()[0];
        rows += head.taken.length;
      });
    });
  return rows === 0 ? 0 : sum / rows;
}
