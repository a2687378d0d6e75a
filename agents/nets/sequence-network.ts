/**
 * The network of the sequence-to-sequence placer, see learned/seq2seq.ts. An LSTM encoder reads the
 * groups in order. An LSTM decoder with additive attention gives logits C x tanh(logits / T).
 *
 * The weights depend on the number of groups, op types and devices. A `SequencePolicy` is the
 * network on one scenario of that size.
 */
import type { Rng } from "../../env/model/rng.ts";
import { allowedDevices, type Scenario } from "../../env/model/scenario.ts";
import { additiveAttention } from "../tensors/additive-attention.ts";
import { lstm } from "../tensors/lstm.ts";
import type { Tensor, Tensor2D, Tf, Variable } from "../tensors/types.ts";
import { argmaxRows, maskBias, type Sampling, sampleLogits } from "./categorical.ts";
import { type GroupFeatures, groupFeatures } from "./group-features.ts";
import type { OneShotNetwork, OneShotPolicy } from "./one-shot-policy.ts";
import { createWeights, type Weights } from "./weights.ts";

export interface SequenceSize {
  /** Width of both LSTMs. */
  readonly hidden: number;
  /** Width of the space in which attention compares. */
  readonly attention: number;
  /** Width of the embedding of the previous device. */
  readonly embedding: number;
  /** T in C x tanh(logits / T). */
  readonly temperature: number;
  /** C: the largest logit. */
  readonly clip: number;
}

/** A network for scenarios of the size of `first`. */
export function sequenceNetwork(tf: Tf, first: Scenario, rng: Rng, size: SequenceSize): OneShotNetwork {
  const weights = createWeights(tf);
  const declared = declareWeights(weights, groupFeatures(first), first.cluster.devices.length, size, rng);
  return {
    weights,
    sizeOf({ graph, grouping, cluster }) {
      const types = new Set(graph.types).size;
      return `${grouping.groupCount} groups of ${types} op types on ${cluster.devices.length} devices`;
    },
    on: (scenario) => new SequencePolicy(tf, declared, size, scenario),
  };
}

type SequenceWeights = ReturnType<typeof declareWeights>;

function declareWeights(
  weights: Weights,
  input: GroupFeatures,
  devices: number,
  { hidden, attention, embedding }: SequenceSize,
  rng: Rng,
) {
  const gateWidth = 4 * hidden;
  const group = weights.add("group embedding", [input.columns, hidden], unitEmbedding(input, hidden, rng));
  const encoder = {
    input: weights.matrix("encoder input", hidden, gateWidth, rng),
    recurrent: weights.matrix("encoder recurrent", hidden, gateWidth, rng),
    bias: weights.add("encoder bias", [gateWidth], openForgetGates(hidden)),
  };
  const decoder = {
    // The last row stands for "no device yet".
    devices: weights.matrix("device embedding", devices + 1, embedding, rng),
    input: weights.matrix("decoder input", embedding, gateWidth, rng),
    group: weights.matrix("decoder group", hidden, gateWidth, rng),
    recurrent: weights.matrix("decoder recurrent", hidden, gateWidth, rng),
    bias: weights.add("decoder bias", [gateWidth], openForgetGates(hidden)),
  };
  const compare = {
    query: weights.matrix("attention query", hidden, attention, rng),
    key: weights.matrix("attention key", hidden, attention, rng),
    score: weights.matrix("attention score", attention, 1, rng),
  };
  const output = {
    state: weights.matrix("output state", hidden, devices, rng),
    context: weights.matrix("output context", hidden, devices, rng),
    bias: weights.zeros("output bias", [devices]),
  };
  return { group, encoder, decoder, compare, output };
}

/** What the decoder needs of the groups; the same for all placements of a batch. */
interface Encoded {
  /** Encoder states of the groups, [groups x hidden], and what attention compares them by. */
  readonly states: Tensor2D;
  readonly keys: Tensor2D;
  /** Parts of the decoder's gates, for each group and for each previous device. */
  readonly groupInputs: Tensor2D;
  readonly deviceInputs: Tensor2D;
  readonly firstState: Tensor2D;
  readonly firstCell: Tensor2D;
}

/** Answers a device for each row of masked logits. */
type Choice = (logits: Tensor) => Int32Array;

class SequencePolicy implements OneShotPolicy {
  private readonly tf: Tf;
  private readonly weights: SequenceWeights;
  private readonly size: SequenceSize;
  private readonly groups: number;
  private readonly devices: number;
  private readonly features: Tensor2D;
  private readonly mask: Tensor2D;

  constructor(tf: Tf, weights: SequenceWeights, size: SequenceSize, scenario: Scenario) {
    this.tf = tf;
    this.weights = weights;
    this.size = size;
    this.groups = scenario.grouping.groupCount;
    this.devices = scenario.cluster.devices.length;
    const { values, columns } = groupFeatures(scenario);
    this.features = tf.tensor2d(values, [this.groups, columns]);
    this.mask = tf.tensor2d(maskBias(allowedDevices(scenario)), [this.groups, this.devices]);
  }

  sample(tilts: Float32Array, rng: Rng, sampling?: Sampling): Int32Array[] {
    const { devices } = this;
    return this.decode(tilts, (logits) =>
      sampleLogits(logits.dataSync() as Float32Array, devices, rng, sampling),
    );
  }

  greedy(): Int32Array {
    const { devices } = this;
    const likeliest: Choice = (logits) => argmaxRows(logits.dataSync() as Float32Array, devices);
    return this.decode(new Float32Array(devices), likeliest)[0];
  }

  logProbabilities(placements: readonly Int32Array[], tilts: Float32Array): Tensor {
    const { tf, groups, devices } = this;
    const { hidden } = this.size;
    const batch = placements.length;
    const encoded = this.encode();
    const previous = tf.tensor1d(previousDevices(placements, devices), "int32");
    const deviceInputs = tf.reshape(tf.gather(encoded.deviceInputs, previous), [groups, batch, 4 * hidden]);
    const run = lstm(
      tf,
      tf.add(deviceInputs, tf.expandDims(encoded.groupInputs, 1)),
      this.weights.decoder.recurrent,
      tf.tile(encoded.firstState, [batch, 1]),
      tf.tile(encoded.firstCell, [batch, 1]),
    );
    const rows = tf.reshape(run, [groups * batch, 2 * hidden]);
    const states = tf.slice(rows, [0, 0], [-1, hidden]) as Tensor2D;
    const stepMajor = tf.reshape(this.logits(encoded, states), [groups, batch, devices]);
    const allowed = tf.add(tf.expandDims(this.mask, 1), tf.tensor3d(tilts, [1, batch, devices]));
    return tf.transpose(tf.logSoftmax(tf.add(stepMajor, allowed)), [1, 0, 2]);
  }

  dispose(): void {
    this.tf.dispose([this.features, this.mask]);
  }

  private encode(): Encoded {
    const { tf, groups, features } = this;
    const { hidden } = this.size;
    const { group, encoder, decoder, compare } = this.weights;
    const embedded = tf.matMul(features, matrix(group));
    const projected = tf.add(tf.matMul(embedded, matrix(encoder.input)), encoder.bias);
    const zero = tf.zeros([1, hidden]);
    const run = tf.reshape(
      lstm(tf, tf.reshape(projected, [groups, 1, 4 * hidden]), encoder.recurrent, zero, zero),
      [groups, 2 * hidden],
    ) as Tensor2D;
    const states = tf.slice(run, [0, 0], [groups, hidden]);
    const last = tf.slice(run, [groups - 1, 0], [1, 2 * hidden]);
    return {
      states,
      keys: tf.matMul(states, matrix(compare.key)),
      groupInputs: tf.add(tf.matMul(states, matrix(decoder.group)), decoder.bias) as Tensor2D,
      deviceInputs: tf.matMul(matrix(decoder.devices), matrix(decoder.input)),
      firstState: tf.slice(last, [0, 0], [1, hidden]),
      firstCell: tf.slice(last, [0, hidden], [1, hidden]),
    };
  }

  /** Logits of decoder states, [rows x devices], before mask and tilt. */
  private logits(encoded: Encoded, states: Tensor2D): Tensor {
    const { tf } = this;
    const { attention, temperature, clip } = this.size;
    const { compare, output } = this.weights;
    const queries = tf.matMul(states, matrix(compare.query));
    const score = tf.reshape(compare.score, [attention]);
    const attended = tf.softmax(additiveAttention(tf, queries, encoded.keys, score)) as Tensor2D;
    const context = tf.matMul(attended, encoded.states);
    const raw = tf.add(
      tf.add(tf.matMul(states, matrix(output.state)), tf.matMul(context, matrix(output.context))),
      output.bias,
    );
    return tf.mul(tf.tanh(tf.div(raw, temperature)), clip);
  }

  /** Writes one placement for each row of `tilts`, group by group. */
  private decode(tilts: Float32Array, choose: Choice): Int32Array[] {
    const { tf, groups, devices } = this;
    const batch = tilts.length / devices;
    const tilt = tf.tensor2d(tilts, [batch, devices]);
    const encoded = this.encode();
    const placements = Array.from({ length: batch }, () => new Int32Array(groups));
    let state: Tensor = tf.tile(encoded.firstState, [batch, 1]);
    let cell: Tensor = tf.tile(encoded.firstCell, [batch, 1]);
    let previous = new Int32Array(batch).fill(devices);
    for (let g = 0; g < groups; g++) {
      const step = tf.tidy(() => {
        const [nextState, nextCell] = this.decoderStep(encoded, g, previous, state, cell);
        const allowed = tf.add(tilt, tf.slice(this.mask, [g, 0], [1, devices]));
        previous = new Int32Array(choose(tf.add(this.logits(encoded, nextState), allowed)));
        return [nextState, nextCell];
      });
      tf.dispose([state, cell]);
      [state, cell] = step;
      placements.forEach((placement, b) => {
        placement[g] = previous[b];
      });
    }
    return placements;
  }

  /** State and cell of the decoder at group `g`, after the devices of the group before. */
  private decoderStep(
    { deviceInputs, groupInputs }: Encoded,
    g: number,
    previous: Int32Array,
    state: Tensor,
    cell: Tensor,
  ): [Tensor2D, Tensor2D] {
    const { tf } = this;
    const batch = previous.length;
    const gateWidth = 4 * this.size.hidden;
    const projected = tf.add(
      tf.gather(deviceInputs, tf.tensor1d(previous, "int32")),
      tf.slice(groupInputs, [g, 0], [1, gateWidth]),
    );
    const inputs = tf.reshape(projected, [1, batch, gateWidth]);
    const run = lstm(tf, inputs, this.weights.decoder.recurrent, state, cell);
    return tf.split(tf.reshape(run, [batch, 2 * this.size.hidden]), 2, 1) as [Tensor2D, Tensor2D];
  }
}

const matrix = (variable: Variable): Tensor2D => variable as Tensor as Tensor2D;

/**
 * The decoder's device inputs, step by step, a batch in each: the start symbol, then the device of
 * the group before.
 */
function previousDevices(placements: readonly Int32Array[], start: number): Int32Array {
  const batch = placements.length;
  const previous = new Int32Array(placements[0].length * batch).fill(start);
  for (let i = batch; i < previous.length; i++)
    previous[i] = placements[i % batch][Math.floor(i / batch) - 1];
  return previous;
}

/**
 * Random rows scaled so that the embedded groups have entries of unit variance: else all groups
 * look alike at first.
 */
function unitEmbedding({ values, columns }: GroupFeatures, hidden: number, rng: Rng): Float32Array {
  const squares = values.reduce((sum, value) => sum + value * value, 0);
  const deviation = Math.sqrt(values.length / columns / squares);
  return Float32Array.from({ length: columns * hidden }, () => deviation * rng.normal());
}

/** Gate biases that start with open forget gates (Jozefowicz et al., ICML 2015). */
function openForgetGates(hidden: number): Float32Array {
  return new Float32Array(4 * hidden).fill(1, hidden, 2 * hidden);
}
