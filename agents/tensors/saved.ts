/**
 * What an operation keeps for its gradient. TensorFlow.js clones every tensor that is saved,
 * because it may be disposed of before. Variables are not, and change only after the gradient, so
 * they are kept without a clone.
 */
import type { Tensor, Tf } from "./types.ts";

/** Saves the tensors; answers how to have them again from what the gradient is given. */
export function saveForGradient(
  tf: Tf,
  save: (tensors: Tensor[]) => void,
  tensors: readonly Tensor[],
): (saved: readonly Tensor[]) => Tensor[] {
  const isVariable = (tensor: Tensor): boolean => tensor instanceof tf.Variable;
  save(tensors.filter((tensor) => !isVariable(tensor)));
  return (saved) => {
    let next = 0;
    return tensors.map((tensor) => (isVariable(tensor) ? tensor : saved[next++]));
  };
}
