import { beforeAll, expect, test } from "vitest";
import { saveForGradient } from "../../../agents/tensors/saved.ts";
import { loadTf } from "../../../agents/tensors/tf.ts";
import type { Tensor, Tf } from "../../../agents/tensors/types.ts";
import { testBackend } from "./test-backend.ts";

let tf: Tf;
beforeAll(async () => {
  tf = (await loadTf(testBackend)).tf;
});

test("tensors are saved and come back in their places, variables are not saved", () => {
  const [first, second] = [tf.tensor1d([1]), tf.tensor1d([2])];
  const variable = tf.variable(tf.tensor1d([3]));
  const saved: Tensor[] = [];
  const again = saveForGradient(tf, (tensors) => saved.push(...tensors), [first, variable, second]);
  expect(saved).toEqual([first, second]);
  const clones = saved.map((tensor) => tf.clone(tensor));
  expect(again(clones)).toEqual([clones[0], variable, clones[1]]);
});
