/**
 * A dense layer with its activation as one operation with its own gradient, on the tensor kernel.
 * Forward is one product; the gradient is two products and a sum of rows.
 *
 * Input: x [N x I], weights [I x O], bias [O]. Output: [N x O].
 */
import { factor, matrix, product, transposedFactor, transposedProduct } from "./kernel/product.ts";
import { compute } from "./kernel/workspace.ts";
import { saveForGradient } from "./saved.ts";
import type { Tensor, Tensor2D, Tf } from "./types.ts";

export type Activation = "relu" | "tanh" | "linear";

export interface DenseOptions {
  /** Whether x is a constant, whose gradient would be thrown away. */
  readonly constant?: boolean;
}

export function dense(
  tf: Tf,
  x: Tensor,
  weights: Tensor,
  bias: Tensor,
  activation: Activation,
  { constant = false }: DenseOptions = {},
): Tensor2D {
  const operation = tf.customGrad((...inputs) => {
    const save = inputs.pop() as unknown as (tensors: Tensor[]) => void;
    const [a, b, offset] = (constant ? [x, ...inputs] : inputs) as Tensor[];
    const value = forward(tf, a, b, offset, activation);
    const again = saveForGradient(tf, save, [a, b, value]);
    return {
      value,
      gradFunc: (upstream: Tensor, saved: Tensor[]) =>
        backward(tf, upstream, again(saved) as [Tensor, Tensor, Tensor], activation, constant),
    };
  });
  return operation(...(constant ? [weights, bias] : [x, weights, bias])) as Tensor2D;
}

function forward(tf: Tf, x: Tensor, weights: Tensor, bias: Tensor, activation: Activation): Tensor {
  const [rows, inputs] = x.shape;
  const outputs = weights.shape[1] as number;
  const [value] = compute(tf, (workspace) => {
    const result = matrix(workspace.result([rows, outputs]), rows, outputs);
    const right = factor(workspace, matrix(workspace.input(weights), inputs, outputs));
    const left = matrix(workspace.input(x), rows, inputs);
    product(workspace, left, right, result, {
      bias: workspace.input(bias),
      relu: activation === "relu",
    });
    if (activation === "tanh") workspace.kernel.tanhAll(result.address, result.address, rows * outputs);
  });
  return value;
}

function backward(
  tf: Tf,
  upstream: Tensor,
  [x, weights, value]: readonly [Tensor, Tensor, Tensor],
  activation: Activation,
  constant: boolean,
): Tensor[] {
  const [rows, inputs] = x.shape as [number, number];
  const outputs = weights.shape[1] as number;
  return compute(tf, (workspace) => {
    const { kernel } = workspace;
    const dX = constant ? null : matrix(workspace.result([rows, inputs]), rows, inputs);
    const dWeights = matrix(workspace.result([inputs, outputs]), inputs, outputs);
    const dBias = workspace.result([outputs]);
    let d = workspace.input(upstream);
    if (activation !== "linear") {
      const before = workspace.scratch(rows * outputs);
      const back = activation === "relu" ? kernel.reluBack : kernel.tanhBack;
      back(d, workspace.input(value), before, rows * outputs);
      d = before;
    }
    const gradient = matrix(d, rows, outputs);
    if (dX !== null) {
      const through = transposedFactor(workspace, matrix(workspace.input(weights), inputs, outputs));
      product(workspace, gradient, through, dX);
    }
    const left = matrix(workspace.input(x), rows, inputs);
    transposedProduct(workspace, left, factor(workspace, gradient), dWeights);
    workspace.clear(dBias, outputs);
    kernel.addRows(d, rows, outputs, dBias);
  });
}
