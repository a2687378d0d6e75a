import { beforeAll, expect, test } from "vitest";
import { createWeights } from "../../../agents/nets/weights.ts";
import { dense } from "../../../agents/tensors/dense.ts";
import { messageGraph, messageRounds } from "../../../agents/tensors/graph/message-rounds.ts";
import { lstm } from "../../../agents/tensors/sequence/lstm.ts";
import { loadTf } from "../../../agents/tensors/tf.ts";
import type { Tensor, Tf } from "../../../agents/tensors/types.ts";
import { createAdam } from "../../../agents/training/adam.ts";
import { createRng } from "../../../env/model/rng.ts";

let tf: Tf;
beforeAll(async () => {
  tf = (await loadTf()).tf;
});

/** Bytes of the heap that the kernel shares with the backend. */
function heapBytes(): number {
  const backend = tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } };
  return backend.wasm.HEAPU8.buffer.byteLength;
}

test("tensors and the kernel's heap stay flat over a thousand updates", () => {
  const weights = createWeights(tf);
  const rng = createRng("flat");
  const [nodes, width, steps, batch] = [6, 8, 5, 4];
  const layer = (name: string) => ({
    matrix: weights.reluMatrix(name, width, width, rng),
    bias: weights.zeros(`${name} bias`, [width]),
  });
  const layers = { message: [layer("message")], update: [layer("update")] };
  const gates = weights.matrix("gates", width, 4 * width, rng);
  const recurrent = weights.matrix("recurrent", width, 4 * width, rng);
  const adam = createAdam(tf, weights.list, { learningRate: 0.001, clipNorm: 1 });
  const edges = {
    from: Int32Array.of(0, 1, 2),
    to: Int32Array.of(3, 4, 5),
    weight: new Float32Array(3).fill(1),
  };
  const graph = messageGraph(nodes, edges);
  const start = tf.ones([nodes * steps * batch, width]);
  const first = tf.zeros([nodes * batch, width]);
  const none = tf.zeros([4 * width]);
  const loss = (): Tensor => {
    const embedded = messageRounds(tf, start, layers, graph, { rounds: 2 });
    const projected = tf.reshape(dense(tf, embedded, gates, none, "linear"), [
      steps,
      nodes * batch,
      4 * width,
    ]);
    return tf.mean(tf.square(lstm(tf, projected, recurrent, first, first)));
  };
  for (let i = 0; i < 20; i++) adam.minimize(loss);
  const before = { tensors: tf.memory().numTensors, bytes: tf.memory().numBytes, heap: heapBytes() };
  for (let i = 0; i < 1000; i++) adam.minimize(loss);
  expect({ tensors: tf.memory().numTensors, bytes: tf.memory().numBytes, heap: heapBytes() }).toEqual(before);
});
