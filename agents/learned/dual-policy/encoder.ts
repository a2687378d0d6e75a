/**
 * The encoder of DOPPLER: six steps of message passing with shared weights. A message is the
 * neighbour's vector through a matrix that the edge's transfer time makes; a gated recurrent unit
 * takes the sum of the messages (Gilmer et al., "Neural Message Passing for Quantum Chemistry",
 * ICML 2017; Yao et al., ICLR 2026).
 *
 * Layout: state-major, [states x tasks, width]. There is one state unless every step is encoded.
 */
import type { Rng } from "../../../env/model/rng.ts";
import type { Weights } from "../../nets/weights.ts";
import { dense } from "../../tensors/dense.ts";
import { edgeMessages } from "../../tensors/graph/edge-messages.ts";
import type { Tensor, Tensor2D, Tf } from "../../tensors/types.ts";
import type { Assignment } from "./assignment.ts";

export const ENCODER_STEPS = 6;
/** Slope of every rectifier below 0, as published. */
export const SLOPE = 0.1;

export interface EncoderSize {
  /** Columns of a task. */
  readonly columns: number;
  readonly width: number;
  /** Hidden width of the network that makes an edge's matrix. */
  readonly edgeWidth: number;
}

/** From columns [states x tasks, columns] to vectors [states x tasks, width]. */
export type Encoder = (assignment: Assignment, columns: Tensor) => Tensor2D;

export function createEncoder(tf: Tf, weights: Weights, name: string, size: EncoderSize, rng: Rng): Encoder {
  const { columns, width, edgeWidth } = size;
  const input = weights.reluMatrix(`${name} input`, columns, width, rng);
  const inputBias = weights.zeros(`${name} input bias`, [width]);
  const edge = weights.reluMatrix(`${name} edge`, 1, edgeWidth, rng);
  const edgeBias = weights.zeros(`${name} edge bias`, [edgeWidth]);
  // The last rows are the part of an edge's matrix that does not depend on the edge.
  const message = weights.matrix(`${name} message`, (edgeWidth + 1) * width, width, rng);
  const messageBias = weights.zeros(`${name} message bias`, [width]);
  const gates = ["reset", "update", "candidate"].map((gate) => ({
    received: weights.matrix(`${name} ${gate} of messages`, width, width, rng),
    kept: weights.matrix(`${name} ${gate} of state`, width, width, rng),
    bias: weights.zeros(`${name} ${gate} bias`, [width]),
    keptBias: weights.zeros(`${name} ${gate} state bias`, [width]),
  }));
  const [reset, update, candidate] = gates;

  return (assignment, features) => {
    const { edges, edgeColumn, taskCount } = assignment;
    const count = edges.from.length;
    const hidden = dense(tf, tf.tensor2d(edgeColumn, [count, 1]), edge, edgeBias, "relu");
    const gate = tf.concat([hidden, tf.ones([count, 1])], 1);
    let state: Tensor2D = dense(tf, features, input, inputBias, "relu");
    for (let step = 0; step < ENCODER_STEPS; step++) {
      const sums = edgeMessages(tf, state, gate, edges, taskCount);
      const received = dense(tf, sums, message, messageBias, "relu");
      const part = ({ received: matrix, bias }: (typeof gates)[number]) =>
        dense(tf, received, matrix, bias, "linear");
      const own = ({ kept, keptBias }: (typeof gates)[number]) => dense(tf, state, kept, keptBias, "linear");
      const r = tf.sigmoid(tf.add(part(reset), own(reset)));
      const z = tf.sigmoid(tf.add(part(update), own(update)));
      const proposed = tf.tanh(tf.add(part(candidate), tf.mul(r, own(candidate))));
      state = tf.add(proposed, tf.mul(z, tf.sub(state, proposed))) as Tensor2D;
    }
    return tf.leakyRelu(state, SLOPE) as Tensor2D;
  };
}
