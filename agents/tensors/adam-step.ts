/**
 * A step of Adam on the tensor kernel: one pass over all weights, with the gradient's norm clipped.
 */
import { compute, type Workspace } from "./kernel/workspace.ts";
import type { Tensor, Tf, Variable } from "./types.ts";

export interface AdamState {
  readonly variables: readonly Variable[];
  /** Moments of all variables, one behind the other. */
  readonly first: Variable;
  readonly second: Variable;
}

export interface AdamRates {
  /** Step size, bias corrections of the moments included. */
  readonly rate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly clipNorm: number;
}

/** The gradient of each variable; null where a loss does not depend on it. */
export type Gradients = readonly (Tensor | null)[];

/**
 * Moves the variables and the moments by the sum of some gradients; answers the norm of that sum
 * before clipping.
 */
export function adamStep(tf: Tf, parts: readonly Gradients[], state: AdamState, rates: AdamRates): number {
  const { variables, first, second } = state;
  let norm = 0;
  const [newFirst, newSecond, ...values] = compute(tf, (workspace) => {
    const { kernel } = workspace;
    const from = sumOf(workspace, parts, state);
    norm = Math.sqrt(kernel.squares(from, first.size));
    const scale = norm > rates.clipNorm ? rates.clipNorm / norm : 1;
    const moments = [first, second].map((moment) => ({
      from: workspace.input(moment),
      to: workspace.result(moment.shape),
    }));
    let offset = 0;
    for (const variable of variables) {
      kernel.adam(
        from + offset,
        scale,
        workspace.input(variable),
        moments[0].from + offset,
        moments[1].from + offset,
        workspace.result(variable.shape),
        moments[0].to + offset,
        moments[1].to + offset,
        rates.rate,
        rates.beta1,
        rates.beta2,
        rates.epsilon,
        variable.size,
      );
      offset += 4 * variable.size;
    }
  });
  first.assign(newFirst as never);
  second.assign(newSecond as never);
  variables.forEach((variable, i) => {
    variable.assign(values[i] as never);
  });
  return norm;
}

/** The gradients of all variables, one behind the other. */
function sumOf(workspace: Workspace, parts: readonly Gradients[], { variables, first }: AdamState): number {
  const sum = workspace.zeros(first.size);
  parts.forEach((gradients, part) => {
    let to = sum;
    variables.forEach(({ size }, i) => {
      const gradient = gradients[i];
      if (gradient !== null) {
        const from = workspace.input(gradient);
        if (part === 0) workspace.move(from, to, size);
        else workspace.kernel.addAll(to, from, to, size);
      }
      to += 4 * size;
    });
  });
  return sum;
}
