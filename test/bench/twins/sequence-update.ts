/** The update of a sequence-to-sequence policy that policy-twins.ts measures. */
import { createWeights } from "../../../agents/nets/weights.ts";
import { dense } from "../../../agents/tensors/dense.ts";
import { attentionDecoder } from "../../../agents/tensors/sequence/attention-decoder.ts";
import { lstm } from "../../../agents/tensors/sequence/lstm.ts";
import type { Tensor, Tensor2D, Tensor3D, Tf } from "../../../agents/tensors/types.ts";
import { createAdam } from "../../../agents/training/adam.ts";
import { entropyOf, takenLogProbability } from "../../../agents/training/policy-gradient.ts";
import { createRng } from "../../../env/index.ts";
import { normal } from "./random.ts";

const [groups, batch, columns, devices] = [40, 10, 32, 4];

export function sequenceUpdate(tf: Tf, width: number): () => unknown {
  const rng = createRng("sequence update");
  const weights = createWeights(tf);
  const variable = (name: string, shape: readonly number[]) =>
    weights.add(name, shape, normal(rng, shape, 0.08));
  const gates = 4 * width;
  const lstmWeights = (name: string) => ({
    input: variable(`${name} input`, [width, gates]),
    recurrent: variable(`${name} recurrent`, [width, gates]),
    bias: variable(`${name} bias`, [gates]),
  });
  const input = variable("input", [columns, width]);
  const [encoder, decoder] = [lstmWeights("encoder"), lstmWeights("decoder")];
  const contextWeights = variable("decoder context", [width, gates]);
  const [key, query, v] = [
    variable("key", [width, width]),
    variable("query", [width, width]),
    variable("v", [width]),
  ];
  const output = variable("output", [2 * width, devices]);
  const embedding = variable("embedding", [devices + 1, width]);
  const adam = createAdam(tf, weights.list, { learningRate: 0.001 });

  const features = tf.tensor2d(normal(rng, [groups * batch, columns], 1), [groups * batch, columns]);
  const actions = Array.from({ length: groups }, () =>
    Int32Array.from({ length: batch }, () => rng.int(devices)),
  );
  const before = tf.tensor1d(
    [new Int32Array(batch).fill(devices), ...actions.slice(0, -1)].flatMap((step) => [...step]),
    "int32",
  );
  const advantages = tf.tensor2d(normal(rng, [1, batch], 1), [1, batch]);
  const [none, noneOut, firstState] = [tf.zeros([width]), tf.zeros([devices]), tf.zeros([batch, width])];
  const openForget = tf.tensor1d(new Float32Array(gates).fill(1, width, 2 * width));

  const projected = (x: Tensor, layer: { readonly input: Tensor; readonly bias: Tensor }): Tensor =>
    tf.reshape(dense(tf, x, layer.input, tf.add(layer.bias, openForget), "linear"), [groups, batch, gates]);

  const loss = (): Tensor => {
    const seen = dense(tf, features, input, none, "linear", { constant: true });
    const run = lstm(tf, projected(seen, encoder), encoder.recurrent, firstState, firstState) as Tensor3D;
    const states = tf.slice(run, [0, 0, 0], [groups, batch, width]);
    const last = tf.slice(run, [groups - 1, 0, 0], [1, batch, 2 * width]);
    const [state, cell] = tf.split(tf.reshape(last, [batch, 2 * width]), 2, 1);
    const memory = tf.transpose(states, [1, 0, 2]);
    const keys = dense(tf, tf.reshape(memory, [batch * groups, width]), key, none, "linear");
    const decoded = attentionDecoder(tf, {
      projected: projected(tf.gather(embedding, before), decoder),
      contextWeights,
      recurrent: decoder.recurrent,
      query,
      v,
      memory,
      keys: tf.reshape(keys, [batch, groups, width]),
      firstState: state,
      firstCell: cell,
    });
    const rows = tf.reshape(decoded, [groups * batch, 3 * width]) as Tensor2D;
    const read = tf.concat(
      [tf.slice(rows, [0, 0], [-1, width]), tf.slice(rows, [0, 2 * width], [-1, width])],
      1,
    );
    const logProbabilities = tf.logSoftmax(dense(tf, read, output, noneOut, "linear"));
    const taken = tf.reshape(takenLogProbability(tf, logProbabilities, actions), [groups, batch]);
    const gain = tf.div(tf.sum(tf.mul(taken, advantages)), batch);
    return tf.neg(tf.add(gain, tf.mul(entropyOf(tf, logProbabilities), 0.01 * groups)));
  };
  return () => adam.minimize(loss);
}
