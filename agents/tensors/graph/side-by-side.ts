/**
 * Matrices of as many rows side by side, as one operation with its own gradient: what `concat` does
 * along the second axis. The wasm backend copies element by element there, and cuts the gradient
 * apart the same way.
 *
 * Input: [rows x width] each. Output: [rows x sum of the widths].
 */
import { compute } from "../kernel/workspace.ts";
import type { Tensor, Tensor2D, Tf } from "../types.ts";

export function sideBySide(tf: Tf, parts: readonly Tensor[]): Tensor2D {
  const widths = parts.map(({ shape }) => shape[1] as number);
  const operation = tf.customGrad((...inputs) => ({
    value: joined(tf, inputs.slice(0, parts.length) as Tensor[], widths),
    gradFunc: (upstream: Tensor) => apart(tf, upstream, widths),
  }));
  return operation(...parts) as Tensor2D;
}

const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);

function joined(tf: Tf, parts: readonly Tensor[], widths: readonly number[]): Tensor {
  const rows = parts[0].shape[0];
  const all = sum(widths);
  const [result] = compute(tf, (workspace) => {
    let to = workspace.result([rows, all]);
    parts.forEach((part, i) => {
      workspace.kernel.copyRows(workspace.input(part), widths[i], rows, widths[i], to, all);
      to += 4 * widths[i];
    });
  });
  return result;
}

function apart(tf: Tf, whole: Tensor, widths: readonly number[]): Tensor[] {
  const rows = whole.shape[0];
  const all = sum(widths);
  return compute(tf, (workspace) => {
    let from = workspace.input(whole);
    for (const width of widths) {
      workspace.kernel.copyRows(from, all, rows, width, workspace.result([rows, width]), width);
      from += 4 * width;
    }
  });
}
