import { beforeAll, expect, test } from "vitest";
import { sideBySide } from "../../../../agents/tensors/graph/side-by-side.ts";
import { loadTf } from "../../../../agents/tensors/tf.ts";
import type { Tensor, Tf } from "../../../../agents/tensors/types.ts";
import { createRng } from "../../../../env/model/rng.ts";
import { randomTensor } from "../gradient-check.ts";
import { testBackend } from "../test-backend.ts";

let tf: Tf;
beforeAll(async () => {
  tf = (await loadTf(testBackend)).tf;
});

const numbers = (tensor: Tensor): number[] => [...(tensor.dataSync() as Float32Array)];

test.each([[[3]], [[1, 16, 5]], [[32, 7]]])(
  "matrices of widths %j join and part as concat does",
  (widths) => {
    const rng = createRng("side by side");
    const rows = 5;
    const parts = widths.map((width) => randomTensor(tf, rng, [rows, width]));
    const whole = sideBySide(tf, parts);
    const wanted = tf.concat(parts, 1);
    expect(whole.shape).toEqual(wanted.shape);
    expect(numbers(whole)).toEqual(numbers(wanted));

    const upstream = randomTensor(tf, rng, wanted.shape);
    const gradients = (join: (...x: Tensor[]) => Tensor): number[][] =>
      tf
        .grads((...x: Tensor[]) => tf.sum(tf.mul(join(...x), upstream)))(parts)
        .map(numbers);
    expect(gradients((...x) => sideBySide(tf, x))).toEqual(gradients((...x) => tf.concat(x, 1)));
  },
);
