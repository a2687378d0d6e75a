import { expect, test } from "vitest";
import { parseGraph } from "../../../../env/model/graph/dsl.ts";
import { gradientBuffers } from "../../../../env/model/layers/gradient-buffers.ts";

/** A recurrent cell: two steps, each with a gradient of 40 bytes, summed and then applied. */
const steps = parseGraph(`
w 0 40B params=40 <-
a 1 8B <- w
b 1 8B <- a w
bb 1 8B,40B role=backward twin=b <- b
ab 1 40B role=backward twin=a <- a bb:0
s 1 40B role=backward <- bb:1 ab
u 1 role=update twin=w <- s
`);

test("gradients of one sum share a buffer in a stage", () => {
  const { gradientBytes, sharedGradients } = gradientBuffers(steps, new Int32Array(7), 1);
  expect([...gradientBytes]).toEqual([40]);
  expect(sharedGradients).toEqual([]);
});

test("a buffer of another stage is sent to the stage of the sum, once", () => {
  const { gradientBytes, sharedGradients } = gradientBuffers(steps, Int32Array.of(0, 0, 1, 1, 0, 0, 0), 2);
  expect([...gradientBytes]).toEqual([40, 40]);
  expect(sharedGradients).toEqual([{ fromStage: 1, toStage: 0, bytes: 40 }]);
});

test("an update in another stage gets the gradient", () => {
  const graph = parseGraph("a 1 8B params=4 <-\nb 1 4B role=backward <- a\nu 1 role=update <- b");
  expect(gradientBuffers(graph, Int32Array.of(1, 1, 0), 2).sharedGradients).toEqual([
    { fromStage: 1, toStage: 0, bytes: 4 },
  ]);
});

test("without any update op weights have gradients of their size; without a backward pass none", () => {
  const trained = parseGraph("a 1 8B params=4 <-\nc 1 params=6 <- a\nb 1 4B role=backward <- a");
  expect([...gradientBuffers(trained, Int32Array.of(0, 1, 0), 2).gradientBytes]).toEqual([4, 6]);
  const forward = parseGraph("a 1 8B params=4");
  expect([...gradientBuffers(forward, new Int32Array(1), 1).gradientBytes]).toEqual([0]);
});
