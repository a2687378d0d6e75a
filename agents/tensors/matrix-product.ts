/**
 * A product of two matrices as one operation with its own gradient, on the tensor kernel. The wasm
 * backend's own product is fast only without transposed operands, and its gradient needs these.
 */
import { factor, matrix, product, transposedFactor, transposedProduct } from "./kernel/product.ts";
import { compute } from "./kernel/workspace.ts";
import type { Tensor, Tensor2D, Tf } from "./types.ts";

/** a [N x I] times b [I x O]. */
export function matrixProduct(tf: Tf, a: Tensor, b: Tensor): Tensor2D {
  const operation = tf.customGrad((...inputs) => {
    const save = inputs.pop() as unknown as (tensors: Tensor[]) => void;
    const [left, right] = inputs as Tensor[];
    save([left, right]);
    return {
      value: forward(tf, left, right),
      gradFunc: (upstream: Tensor, saved: Tensor[]) => backward(tf, upstream, saved[0], saved[1]),
    };
  });
  return operation(a, b) as Tensor2D;
}

function forward(tf: Tf, a: Tensor, b: Tensor): Tensor {
  const [rows, inner] = a.shape as [number, number];
  const columns = b.shape[1] as number;
  const [result] = compute(tf, (workspace) => {
    const to = matrix(workspace.result([rows, columns]), rows, columns);
    const right = factor(workspace, matrix(workspace.input(b), inner, columns));
    product(workspace, matrix(workspace.input(a), rows, inner), right, to);
  });
  return result;
}

function backward(tf: Tf, upstream: Tensor, a: Tensor, b: Tensor): Tensor[] {
  const [rows, inner] = a.shape as [number, number];
  const columns = b.shape[1] as number;
  return compute(tf, (workspace) => {
    const dA = matrix(workspace.result([rows, inner]), rows, inner);
    const dB = matrix(workspace.result([inner, columns]), inner, columns);
    const d = matrix(workspace.input(upstream), rows, columns);
    product(workspace, d, transposedFactor(workspace, matrix(workspace.input(b), inner, columns)), dA);
    transposedProduct(workspace, matrix(workspace.input(a), rows, inner), factor(workspace, d), dB);
  });
}
