/**
 * A step of Adam on the tensor kernel: one pass over all weights, with the gradient's norm clipped.
 */
import { compute } from "./kernel/workspace.ts";
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

/** Moves the variables and the moments; answers the norm of the gradient before clipping. */
export function adamStep(tf: Tf, gradient: Tensor, state: AdamState, rates: AdamRates): number {
  const { variables, first, second } = state;
  let norm = 0;
  const [newFirst, newSecond, ...values] = compute(tf, (workspace) => {
    const { kernel } = workspace;
    const from = workspace.input(gradient);
    norm = Math.sqrt(kernel.squares(from, gradient.size));
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
