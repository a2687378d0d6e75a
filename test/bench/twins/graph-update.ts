/** The update of a message-passing policy that policy-twins.ts measures. */
import { createWeights } from "../../../agents/nets/weights.ts";
import { dense } from "../../../agents/tensors/dense.ts";
import { messageGraph, messageRounds } from "../../../agents/tensors/graph/message-rounds.ts";
import { neighbourSum } from "../../../agents/tensors/graph/neighbour-sum.ts";
import type { Tensor, Tensor2D, Tf } from "../../../agents/tensors/types.ts";
import { createAdam } from "../../../agents/training/adam.ts";
import { entropyOf, takenLogProbability } from "../../../agents/training/policy-gradient.ts";
import { createRng, type Rng } from "../../../env/index.ts";
import { normal } from "./random.ts";

const [nodes, states, rounds, devices, columns] = [200, 32, 8, 4, 5];

/** Every op but the first five reads one to three of the twelve before it. */
function randomEdges(rng: Rng) {
  const from: number[] = [];
  const to: number[] = [];
  for (let v = 5; v < nodes; v++)
    for (let parents = 1 + rng.int(3); parents > 0; parents--) {
      from.push(Math.max(0, v - 1 - rng.int(12)));
      to.push(v);
    }
  return {
    from: Int32Array.from(from),
    to: Int32Array.from(to),
    weight: new Float32Array(to.length).fill(1),
  };
}

/** With `read`, one direction is computed for the rows alone that the policy reads of it. */
export function graphUpdate(tf: Tf, width: number, given: { readonly read: boolean }): () => unknown {
  const rng = createRng("graph update");
  const weights = createWeights(tf);
  const variable = (name: string, shape: readonly number[]) =>
    weights.add(name, shape, normal(rng, shape, 0.1));
  const layer = (name: string) => ({
    matrix: variable(name, [width, width]),
    bias: variable(`${name} bias`, [width]),
  });
  const embed = variable("embed", [columns, width]);
  const [hidden, output] = [variable("hidden", [3 * width, width]), variable("output", [width, devices])];
  const edges = randomEdges(rng);
  const back = { from: edges.to, to: edges.from, weight: edges.weight };
  const directions = [edges, back].map((list, d) => ({
    graph: messageGraph(nodes, list, { quiet: false }),
    message: [layer(`message ${d} 0`), layer(`message ${d} 1`)],
    update: [layer(`update ${d}`)],
  }));
  const adam = createAdam(tf, weights.list, { learningRate: 0.001 });
  const zeros = (size: number) => tf.zeros([size]);
  const [none, noneOut] = [zeros(width), zeros(devices)];
  const features = tf.tensor2d(normal(rng, [nodes * states, columns], 1), [nodes * states, columns]);
  const actions = Int32Array.from({ length: states }, () => rng.int(devices));
  const advantages = tf.tensor1d(normal(rng, [states], 1));
  const ofState = Int32Array.from({ length: states }, (_, s) => s);
  const current = {
    from: ofState.map((s) => ((s * 6) % nodes) * states + s),
    to: ofState,
    weight: new Float32Array(states).fill(1),
  };
  const reading = given.read ? { rounds, read: current.from.slice().sort() } : { rounds };
  const mean = {
    from: Int32Array.from({ length: nodes }, (_, v) => v),
    to: new Int32Array(nodes),
    weight: new Float32Array(nodes).fill(1 / nodes),
  };

  const loss = (): Tensor => {
    const start = dense(tf, features, embed, none, "tanh", { constant: true });
    // The means read all of one direction, the other one is read at the current ops alone.
    const embedded = directions.map((direction, d) =>
      messageRounds(tf, start, direction, direction.graph, d === 0 ? { rounds } : reading),
    );
    const own = embedded.map((h) => neighbourSum(tf, h, current, states));
    const pooled = neighbourSum(tf, tf.reshape(embedded[0], [nodes, states * width]), mean, 1);
    const seen = tf.concat([...own, tf.reshape(pooled, [states, width]) as Tensor2D], 1);
    const scores = dense(tf, dense(tf, seen, hidden, none, "relu"), output, noneOut, "linear");
    const logProbabilities = tf.logSoftmax(scores);
    const taken = takenLogProbability(tf, logProbabilities, [actions]);
    const gain = tf.mean(tf.mul(taken, advantages));
    return tf.neg(tf.sub(gain, tf.mul(entropyOf(tf, logProbabilities), 0.01)));
  };
  return () => adam.minimize(loss);
}
