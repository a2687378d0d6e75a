/**
 * Adam (Kingma and Ba, ICLR 2015) with clipping of the global gradient norm, over all weights as
 * one flat vector.
 *
 * The Adam of TensorFlow.js keeps running products in float32 and recomputes them on load, so a
 * resumed run would differ in the last bits. It also spends ten calls on every variable. Here a
 * step is one operation, and a run that is saved and loaded goes on with the same bits.
 */

import { loadTensor, type SavedWeights, saveTensor } from "../nets/weights.ts";
import { adamStep } from "../tensors/adam-step.ts";
import type { Tensor, Tf, Variable } from "../tensors/types.ts";

export interface AdamOptions {
  readonly learningRate: number;
  /** Largest global norm of a gradient; larger ones are scaled down. */
  readonly clipNorm?: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

export interface SavedAdam {
  readonly steps: number;
  readonly moments: SavedWeights;
}

export interface Adam {
  /** Step size of the next step. */
  learningRate: number;
  /**
   * Lowers the sum of the losses by one step. Answers that sum before the step and the norm of its
   * gradient before clipping. Losses are differentiated one after the other, so a batch too large
   * for memory can come in parts.
   */
  minimize(...losses: (() => Tensor)[]): { readonly loss: number; readonly gradientNorm: number };
  save(): SavedAdam;
  load(saved: SavedAdam): void;
  dispose(): void;
}

export function createAdam(tf: Tf, variables: readonly Variable[], options: AdamOptions): Adam {
  const { clipNorm = Number.POSITIVE_INFINITY, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  const total = variables.reduce((sum, { size }) => sum + size, 0);
  const first = tf.tidy(() => tf.variable(tf.zeros([total])));
  const second = tf.tidy(() => tf.variable(tf.zeros([total])));
  let steps = 0;

  const differentiate = (loss: () => Tensor) =>
    tf.tidy(() => {
      const { value, grads } = tf.variableGrads(() => loss() as never, [...variables]);
      // A part of the losses may not depend on all weights.
      const gradients = variables.map(({ name }) => (grads[name] as Tensor | null | undefined) ?? null);
      return { loss: value.dataSync()[0], gradients: gradients as Tensor[] };
    });

  return {
    learningRate: options.learningRate,
    minimize(...losses) {
      return tf.tidy(() => {
        const parts = losses.map(differentiate);
        steps++;
        const rate = (this.learningRate * Math.sqrt(1 - beta2 ** steps)) / (1 - beta1 ** steps);
        const gradients = parts.map((part) => part.gradients);
        const rates = { rate, beta1, beta2, epsilon, clipNorm };
        const gradientNorm = adamStep(tf, gradients, { variables, first, second }, rates);
        return { loss: parts.reduce((sum, part) => sum + part.loss, 0), gradientNorm };
      });
    },
    save: () => ({ steps, moments: { first: saveTensor(first), second: saveTensor(second) } }),
    load(saved) {
      steps = saved.steps;
      loadTensor(tf, first, saved.moments.first, "first moment of Adam");
      loadTensor(tf, second, saved.moments.second, "second moment of Adam");
    },
    dispose() {
      first.dispose();
      second.dispose();
    },
  };
}
