/**
 * How many layers PipeTransformer freezes, from the bottom up (He et al., "PipeTransformer:
 * Automated Elastic Pipelining for Distributed Training of Transformers", ICML 2021).
 *
 * From one step to the next at most a fraction alpha of the layers that are still active freeze.
 * The active layer with the smallest gradient norm sets a limit too:
 *
 *   frozen(T) = min( argmin_l norm_l(T), frozen(T-1) + alpha (L - frozen(T-1)) ),  frozen(0) = 0
 *
 * Layers count from 1, so that the layer of least norm may freeze itself, and all L can.
 * Without norms that is the envelope L (1 - (1 - alpha)^T), which is all that the released program
 * has, rounded up.
 */
import { InputError } from "../../../env/model/errors.ts";

/** Whole numbers that rounding moved up by less stay what they are. */
const ROUNDING = 1e-9;

/** Layers frozen after each of the steps 1, 2, ..., when no gradient norm holds them back. */
export function freezeEnvelope(layers: number, alpha: number, steps: number): number[] {
  checkAlpha(alpha);
  return Array.from({ length: steps }, (_, step) =>
    Math.ceil(layers * (1 - (1 - alpha) ** (step + 1)) - ROUNDING),
  );
}

/**
 * Layers frozen after each step, by the rule with norms. The fraction accumulates unrounded; a
 * number of layers is rounded up.
 *
 * @param norms of each step, the gradient norm of each layer
 */
export function freezeByNorms(layers: number, alpha: number, norms: readonly ArrayLike<number>[]): number[] {
  checkAlpha(alpha);
  let frozen = 0;
  return norms.map((norm) => {
    if (norm.length !== layers)
      throw new InputError(
        `A step has ${norm.length} gradient norms, expected one for each of ${layers} layers.`,
      );
    const first = Math.ceil(frozen - ROUNDING);
    const envelope = frozen + alpha * (layers - frozen);
    // No layer thaws: the smallest norm is looked for among the active layers alone.
    if (first < layers) frozen = Math.max(frozen, Math.min(smallest(norm, first), envelope));
    return Math.ceil(frozen - ROUNDING);
  });
}

/** Layers up to and including the one of least norm, among those from `first` on. */
function smallest(norm: ArrayLike<number>, first: number): number {
  let least = first;
  for (let layer = first + 1; layer < norm.length; layer++) if (norm[layer] < norm[least]) least = layer;
  return least + 1;
}

function checkAlpha(alpha: number): void {
  if (alpha > 0 && alpha < 1) return;
  throw new InputError(
    `A freeze fraction of ${alpha} is not possible, expected more than 0 and less than 1.`,
  );
}
