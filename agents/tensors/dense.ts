/**
 * A dense layer, with relu or linear, as one operation with its own gradient. Forward is one call.
 * The gradient transposes before it multiplies, because products of transposed matrices are slow on
 * the wasm backend.
 *
 * Input: x [N x I], weights [I x O], bias [O]. Output: [N x O].
 */
import type { Tensor, Tensor2D, Tf } from "./types.ts";

export function dense(
  tf: Tf,
  x: Tensor,
  weights: Tensor,
  bias: Tensor,
  activation: "relu" | "linear",
): Tensor2D {
  const operation = tf.customGrad((...inputs) => {
    const save = inputs.pop() as unknown as (tensors: Tensor[]) => void;
    const [a, b, offset] = inputs as Tensor2D[];
    const value = tf.fused.matMul({ a, b, bias: offset as Tensor, activation }) as Tensor;
    save([a, b, value]);
    return {
      value,
      gradFunc: (upstream: Tensor, saved: Tensor[]) => {
        const [input, matrix, result] = saved as Tensor2D[];
        const d = (activation === "relu" ? tf.mul(upstream, tf.step(result)) : upstream) as Tensor2D;
        return [
          tf.matMul(d, tf.transpose(matrix)),
          tf.matMul(tf.transpose(input), d),
          tf.sum(d, 0),
        ] as Tensor[];
      },
    };
  });
  return operation(x, weights, bias) as Tensor2D;
}
