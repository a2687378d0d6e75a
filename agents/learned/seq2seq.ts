/**
 * The sequence-to-sequence placer of ColocRL: an LSTM reads the groups in order, an attentive LSTM
 * writes one device per group, each choice conditioned on the ones before.
 *
 * Source: Mirhoseini et al., "Device Placement Optimization with Reinforcement Learning", ICML
 * 2017. As there: group features with one-hot neighbours, additive attention, the previous device's
 * embedding as decoder input, logits C x tanh(logits / T), REINFORCE with a moving-average
 * baseline, Adam, gradient norm clipped at 1. Ours: width 64 and learning rate 0.003; a learned
 * embedding of the group features before the encoder; attention after the decoder's step instead of
 * before it, so that all steps of an update are one matrix product; the current group's encoding as
 * a further decoder input. The paper's temperature of 10 matters: at 1, runs among two devices
 * often fell into a single one early and stayed there.
 */
import { z } from "zod";
import type { Rng } from "../../env/model/rng.ts";
import { allowedDevices, type Scenario } from "../../env/model/scenario.ts";
import type { AgentModule } from "../contract.ts";
import { argmaxRows, maskBias, sampleRows } from "../nets/categorical.ts";
import { type GroupFeatures, groupFeatures } from "../nets/group-features.ts";
import { createWeights } from "../nets/weights.ts";
import { additiveAttention } from "../tensors/additive-attention.ts";
import { lstm } from "../tensors/lstm.ts";
import { loadTf } from "../tensors/tf.ts";
import type { Tensor, Tensor2D, Tf } from "../tensors/types.ts";
import { learnerOptions, type OneShotPolicy, oneShotLearner } from "../training/one-shot-learner.ts";

const options = z.object({
  ...learnerOptions,
  learningRate: z.number().positive().default(0.003).describe("Adam's step size."),
  hidden: z.int().min(1).default(64).describe("Width of both LSTMs."),
  attention: z.int().min(1).default(16).describe("Width of the space in which attention compares."),
  embedding: z.int().min(1).default(16).describe("Width of the embedding of the previous device."),
  temperature: z.number().positive().default(10).describe("T in C x tanh(logits / T)."),
  clip: z.number().positive().default(5).describe("C in C x tanh(logits / T): the largest logit."),
});
type Options = z.infer<typeof options>;

export const seq2seq: AgentModule<Options> = {
  kind: "agent",
  card: {
    id: "seq2seq",
    name: "Seq2seq (ColocRL)",
    summary: "LSTM encoder and attentive LSTM decoder that writes one device per group.",
    searchSpace: "device per group",
    paper: "Mirhoseini et al., Device Placement Optimization with Reinforcement Learning, ICML 2017",
    limits:
      "One controller, width 64 and learning rate 0.003 instead of 20 controllers and 0.1; the fading random tilt and advantages of unit spread are ours. Its one-hot neighbours tie it to one graph.",
  },
  traits: { answers: "placement", objectives: "any", effort: "endless", random: true },
  options,
  actEvaluations: () => 1,
  async create(context) {
    const loaded = await loadTf(context.backend);
    const policy = createPolicy(loaded.tf, context.scenario, context.rng.child("weights"), context.options);
    return oneShotLearner(loaded, context, policy);
  },
};

function createPolicy(tf: Tf, scenario: Scenario, rng: Rng, options: Options): OneShotPolicy {
  const { hidden, attention, embedding, temperature, clip } = options;
  const groups = scenario.grouping.groupCount;
  const devices = scenario.cluster.devices.length;
  const gateWidth = 4 * hidden;
  const input = groupFeatures(scenario);
  const features = tf.tensor2d(input.values, [groups, input.columns]);
  const mask = tf.tensor2d(maskBias(allowedDevices(scenario)), [groups, devices]);

  const weights = createWeights(tf);
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
  const variable = (tensor: unknown) => tensor as Tensor2D;

  /** What the decoder needs of the groups; the same for all placements of a batch. */
  const encode = () => {
    const embedded = tf.matMul(features, variable(group));
    const projected = tf.add(tf.matMul(embedded, variable(encoder.input)), encoder.bias);
    const zero = tf.zeros([1, hidden]);
    const run = tf.reshape(
      lstm(tf, tf.reshape(projected, [groups, 1, gateWidth]), encoder.recurrent, zero, zero),
      [groups, 2 * hidden],
    ) as Tensor2D;
    const states = tf.slice(run, [0, 0], [groups, hidden]);
    const last = tf.slice(run, [groups - 1, 0], [1, 2 * hidden]);
    return {
      states,
      keys: tf.matMul(states, variable(compare.key)),
      groupInputs: tf.add(tf.matMul(states, variable(decoder.group)), decoder.bias) as Tensor2D,
      deviceInputs: tf.matMul(variable(decoder.devices), variable(decoder.input)),
      firstState: tf.slice(last, [0, 0], [1, hidden]),
      firstCell: tf.slice(last, [0, hidden], [1, hidden]),
    };
  };
  type Encoded = ReturnType<typeof encode>;

  /** Logits of decoder states, [rows x devices], before mask and tilt. */
  const logits = (encoded: Encoded, states: Tensor2D): Tensor => {
    const queries = tf.matMul(states, variable(compare.query));
    const score = tf.reshape(compare.score, [attention]);
    const attended = tf.softmax(additiveAttention(tf, queries, encoded.keys, score)) as Tensor2D;
    const context = tf.matMul(attended, encoded.states);
    const raw = tf.add(
      tf.add(tf.matMul(states, variable(output.state)), tf.matMul(context, variable(output.context))),
      output.bias,
    );
    return tf.mul(tf.tanh(tf.div(raw, temperature)), clip);
  };

  /**
   * Writes placements device by device; `choose` answers a device per row from its masked logits.
   */
  const decode = (tilts: Float32Array, choose: (logits: Tensor) => Int32Array): Int32Array[] => {
    const batch = tilts.length / devices;
    const tilt = tf.tensor2d(tilts, [batch, devices]);
    const encoded = encode();
    const placements = Array.from({ length: batch }, () => new Int32Array(groups));
    let state: Tensor = tf.tile(encoded.firstState, [batch, 1]);
    let cell: Tensor = tf.tile(encoded.firstCell, [batch, 1]);
    let previous = new Int32Array(batch).fill(devices);
    for (let g = 0; g < groups; g++) {
      const step = tf.tidy(() => {
        const projected = tf.add(
          tf.gather(encoded.deviceInputs, tf.tensor1d(previous, "int32")),
          tf.slice(encoded.groupInputs, [g, 0], [1, gateWidth]),
        );
        const run = tf.reshape(
          lstm(tf, tf.reshape(projected, [1, batch, gateWidth]), decoder.recurrent, state, cell),
          [batch, 2 * hidden],
        );
        const [nextState, nextCell] = tf.split(run, 2, 1) as [Tensor2D, Tensor2D];
        const allowed = tf.add(tilt, tf.slice(mask, [g, 0], [1, devices]));
        previous = new Int32Array(choose(tf.add(logits(encoded, nextState), allowed)));
        return [nextState, nextCell];
      });
      tf.dispose([state, cell]);
      [state, cell] = step;
      placements.forEach((placement, b) => {
        placement[g] = previous[b];
      });
    }
    return placements;
  };

  return {
    weights,
    sample: (tilts, rng) =>
      decode(tilts, (logits) => sampleRows(tf.softmax(logits).dataSync() as Float32Array, devices, rng)),
    logProbabilities(placements, tilts) {
      const batch = placements.length;
      const encoded = encode();
      const previous = tf.tensor1d(previousDevices(placements, devices), "int32");
      const deviceInputs = tf.reshape(tf.gather(encoded.deviceInputs, previous), [groups, batch, gateWidth]);
      const projected = tf.add(deviceInputs, tf.expandDims(encoded.groupInputs, 1));
      const run = lstm(
        tf,
        projected,
        decoder.recurrent,
        tf.tile(encoded.firstState, [batch, 1]),
        tf.tile(encoded.firstCell, [batch, 1]),
      );
      const states = tf.slice(
        tf.reshape(run, [groups * batch, 2 * hidden]),
        [0, 0],
        [-1, hidden],
      ) as Tensor2D;
      const stepMajor = tf.reshape(logits(encoded, states), [groups, batch, devices]);
      const allowed = tf.add(tf.expandDims(mask, 1), tf.tensor3d(tilts, [1, batch, devices]));
      return tf.transpose(tf.logSoftmax(tf.add(stepMajor, allowed)), [1, 0, 2]);
    },
    greedy: () =>
      decode(new Float32Array(devices), (logits) =>
        argmaxRows(logits.dataSync() as Float32Array, devices),
      )[0],
    dispose: () => tf.dispose([features, mask]),
  };
}

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
