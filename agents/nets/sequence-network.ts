/**
 * The network of the sequence-to-sequence placers, see learned/colocrl.ts. An LSTM encoder reads
 * the groups in order, one way or both. An LSTM decoder with additive attention gives logits
 * C x tanh(logits / T).
 *
 * The weights depend on the number of groups, op types and devices. A `SequencePolicy` is the
 * network on one scenario of that size.
 */
import { allowedDevices } from "../../env/model/cluster/allowed-devices.ts";
import type { Rng } from "../../env/model/rng.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import { matrixProduct } from "../tensors/matrix-product.ts";
import { additiveAttention } from "../tensors/sequence/additive-attention.ts";
import { attentionDecoder } from "../tensors/sequence/attention-decoder.ts";
import { decoderInputs } from "../tensors/sequence/decoder-inputs.ts";
import { type RolloutInputs, rollOutDecoder } from "../tensors/sequence/decoder-rollout.ts";
import { lstm } from "../tensors/sequence/lstm.ts";
import { readOut } from "../tensors/tf.ts";
import type { Tensor, Tensor2D, Tf, Variable } from "../tensors/types.ts";
import { argmaxRows, maskBias, type Sampling, sampleLogits } from "./categorical.ts";
import { type GroupFeatures, groupFeatures } from "./group-features.ts";
import {
  addNoise,
  type LogitNoise,
  noisy,
  type OneShotNetwork,
  type OneShotPolicy,
  stepRows,
} from "./one-shot-policy.ts";
import {
  lastLayerOf,
  type SequenceSize,
  type SequenceWeights,
  sequenceWeights,
} from "./placers/sequence-weights.ts";
import {
  beamPlacements,
  renamedPlacement,
  type SteppedPolicy,
  type Stepper,
  startedPlacements,
} from "./placers/stepwise.ts";
import { createWeights } from "./weights.ts";

/** What the network sees of the groups of a scenario. */
export type Features = (scenario: Scenario) => GroupFeatures;

/** A network for scenarios of the size of `first`. */
export function sequenceNetwork(
  tf: Tf,
  first: Scenario,
  rng: Rng,
  size: SequenceSize,
  featuresOf: Features = groupFeatures,
): OneShotNetwork {
  const weights = createWeights(tf);
  const declared = sequenceWeights(weights, featuresOf(first), first.cluster.devices.length, size, rng);
  return {
    weights,
    lastLayer: lastLayerOf(declared),
    sizeOf({ graph, grouping, cluster }) {
      const types = new Set(graph.types).size;
      return `${grouping.groupCount} groups of ${types} op types on ${cluster.devices.length} devices`;
    },
    on: (scenario) =>
      sequencePolicy(tf, declared, size, {
        groups: scenario.grouping.groupCount,
        devices: scenario.cluster.devices.length,
        features: featuresOf(scenario),
        allowed: allowedDevices(scenario),
      }),
  };
}

/** What a policy places, and where. */
export interface PlacerInput {
  readonly groups: number;
  readonly devices: number;
  readonly features: GroupFeatures;
  /** Whether a group may be on a device, [groups x devices]. */
  readonly allowed: ArrayLike<number>;
}

/** The network on given groups. */
export const sequencePolicy = (
  tf: Tf,
  weights: SequenceWeights,
  size: SequenceSize,
  input: PlacerInput,
): OneShotPolicy => new SequencePolicy(tf, weights, size, input);

/** What the decoder needs of the groups; the same for all placements of a batch. */
interface Encoded {
  /** Encoder states of the groups, [groups x hidden], and what attention compares them by. */
  readonly states: Tensor2D;
  readonly keys: Tensor2D;
  /** Parts of the decoder's gates, for each group (or one row for all) and each previous device. */
  readonly groupInputs: Tensor2D;
  readonly deviceInputs: Tensor2D;
  readonly firstState: Tensor2D;
  readonly firstCell: Tensor2D;
}

/** Answers a device for each row of masked logits. */
type Choice = (logits: Float32Array) => Int32Array;

class SequencePolicy implements OneShotPolicy {
  private readonly tf: Tf;
  private readonly weights: SequenceWeights;
  private readonly size: SequenceSize;
  private readonly groups: number;
  private readonly devices: number;
  private readonly types: Tensor2D;
  private readonly others: Tensor2D;
  private readonly mask: Tensor2D;

  constructor(
    tf: Tf,
    weights: SequenceWeights,
    size: SequenceSize,
    { groups, devices, features: { values, columns, types }, allowed }: PlacerInput,
  ) {
    this.tf = tf;
    this.weights = weights;
    this.size = size;
    this.groups = groups;
    this.devices = devices;
    const shared = tf.tensor2d(values, [this.groups, columns]);
    this.types = tf.slice(shared, [0, 0], [-1, types]);
    this.others = tf.slice(shared, [0, types], [-1, columns - types]);
    shared.dispose();
    this.mask = tf.tensor2d(maskBias(allowed), [this.groups, this.devices]);
  }

  sample(tilts: Float32Array, rng: Rng, sampling?: Sampling, noise?: LogitNoise): Int32Array[] {
    const { devices } = this;
    const sampled: Choice = (logits) => sampleLogits(logits, devices, rng, sampling);
    return this.decode(tilts, sampled, noise);
  }

  greedy(): Int32Array {
    const { devices } = this;
    const likeliest: Choice = (logits) => argmaxRows(logits, devices);
    return this.decode(new Float32Array(devices), likeliest)[0];
  }

  beam(width: number): Int32Array[] {
    return readOut(this.tf, () => beamPlacements(this.stepped(), width));
  }

  started(count: number): Int32Array[] {
    return readOut(this.tf, () => startedPlacements(this.stepped(), count));
  }

  renamed(renamings: readonly Int32Array[]): Int32Array {
    return readOut(this.tf, () => renamedPlacement(this.stepped(), renamings));
  }

  /** The caller tidies. */
  private stepped(): SteppedPolicy {
    const { tf, groups, devices } = this;
    const encoded = this.encode();
    const stepper = (prefixes: number): Stepper => {
      let state: Tensor = tf.tile(encoded.firstState, [prefixes, 1]);
      let cell: Tensor = tf.tile(encoded.firstCell, [prefixes, 1]);
      let context: Tensor = tf.zeros([prefixes, this.size.hidden]);
      return {
        step: (group, previous, parents) => {
          const from = parents === null ? null : tf.tensor1d(parents, "int32");
          const before = [state, cell, context].map((x) => (from === null ? x : tf.gather(x, from)));
          [state, cell] = this.decoderStep(encoded, group, previous, before);
          context = this.attend(encoded, state as Tensor2D);
          const mask = tf.slice(this.mask, [group, 0], [1, devices]);
          return tf.add(this.logits(state, context, group, 1), mask).dataSync() as Float32Array;
        },
        dispose: () => tf.dispose([state, cell, context]),
      };
    };
    return { groups, devices, stepper };
  }

  logProbabilities(placements: readonly Int32Array[], tilts: Float32Array, noise?: LogitNoise): Tensor {
    const { tf, groups, devices } = this;
    const batch = placements.length;
    const [states, context] = this.decoded(this.encode(), placements);
    const logits = noisy(
      tf,
      this.logits(states, context, 0, groups),
      noise,
      stepRows(groups, batch)(0, groups),
    );
    const stepMajor = tf.reshape(logits, [groups, batch, devices]);
    const allowed = tf.add(tf.expandDims(this.mask, 1), tf.tensor3d(tilts, [1, batch, devices]));
    return tf.transpose(tf.logSoftmax(tf.add(stepMajor, allowed)), [1, 0, 2]);
  }

  /** Decoder states and what they attend to along placements, [groups x batch, ..] each. */
  private decoded(encoded: Encoded, placements: readonly Int32Array[]): [Tensor2D, Tensor2D] {
    const { tf, groups } = this;
    const { hidden, attention } = this.size;
    const { decoder, compare } = this.weights;
    const batch = placements.length;
    const projected = decoderInputs(tf, encoded.groupInputs, encoded.deviceInputs, placements);
    const firstState = tf.tile(encoded.firstState, [batch, 1]);
    const firstCell = tf.tile(encoded.firstCell, [batch, 1]);
    const columns = (run: Tensor, first: number) =>
      tf.slice(tf.reshape(run, [groups * batch, -1]), [0, first], [-1, hidden]) as Tensor2D;
    if (decoder.context === null) {
      const states = columns(lstm(tf, projected, decoder.recurrent, firstState, firstCell), 0);
      return [states, this.attend(encoded, states)];
    }
    const run = attentionDecoder(tf, {
      projected,
      contextWeights: decoder.context,
      recurrent: decoder.recurrent,
      query: compare.query,
      v: tf.reshape(compare.score, [attention]),
      memory: tf.expandDims(encoded.states, 0),
      keys: tf.expandDims(encoded.keys, 0),
      firstState,
      firstCell,
    });
    return [columns(run, 0), columns(run, 2 * hidden)];
  }

  dispose(): void {
    this.tf.dispose([this.types, this.others, this.mask]);
  }

  private encode(): Encoded {
    const { tf } = this;
    const { encoder, backward, decoder, compare } = this.weights;
    const seen = this.seen();
    const ways = [this.read(seen, encoder)];
    if (backward !== null) ways.push(this.read(tf.reverse(seen, 0), backward));
    const [ahead, back] = ways.map(({ states }) => states);
    const states = back === undefined ? ahead : (tf.concat([ahead, tf.reverse(back, 0)], 1) as Tensor2D);
    const bias = tf.reshape(decoder.bias, [1, -1]);
    return {
      states,
      keys: matrixProduct(tf, states, matrix(compare.key)),
      groupInputs: (decoder.group === null
        ? bias
        : tf.add(matrixProduct(tf, states, matrix(decoder.group)), bias)) as Tensor2D,
      deviceInputs: matrixProduct(tf, matrix(decoder.devices), matrix(decoder.input)),
      firstState: tf.concat(
        ways.map(({ lastState }) => lastState),
        1,
      ),
      firstCell: tf.concat(
        ways.map(({ lastCell }) => lastCell),
        1,
      ),
    };
  }

  /** What the encoder reads, [groups x columns]. */
  private seen(): Tensor2D {
    const { tf, types, others } = this;
    const { types: embedding, group } = this.weights;
    const kinds = embedding === null ? types : matrixProduct(tf, types, matrix(embedding));
    const rows = tf.concat([kinds, others], 1) as Tensor2D;
    return group === null ? rows : matrixProduct(tf, rows, matrix(group));
  }

  /** One encoder over rows in their order. */
  private read(rows: Tensor2D, { input, recurrent, bias }: SequenceWeights["encoder"]) {
    const { tf, groups } = this;
    const width = recurrent.shape[0];
    const projected = tf.add(matrixProduct(tf, rows, matrix(input)), bias);
    const zero = tf.zeros([1, width]);
    const run = tf.reshape(lstm(tf, tf.reshape(projected, [groups, 1, 4 * width]), recurrent, zero, zero), [
      groups,
      2 * width,
    ]) as Tensor2D;
    return {
      states: tf.slice(run, [0, 0], [groups, width]),
      lastState: tf.slice(run, [groups - 1, 0], [1, width]),
      lastCell: tf.slice(run, [groups - 1, width], [1, width]),
    };
  }

  /** What decoder states attend to, [rows x hidden]. */
  private attend(encoded: Encoded, states: Tensor2D): Tensor2D {
    const { tf } = this;
    const { compare } = this.weights;
    const queries = matrixProduct(tf, states, matrix(compare.query));
    const score = tf.reshape(compare.score, [this.size.attention]);
    const attended = tf.softmax(additiveAttention(tf, queries, encoded.keys, score)) as Tensor2D;
    return matrixProduct(tf, attended, encoded.states);
  }

  /**
   * Logits of decoder states at the groups from `first` on, equally many rows for each, group by
   * group; [rows x devices], before mask and tilt.
   */
  private logits(states: Tensor, context: Tensor, first: number, groups: number): Tensor {
    const { tf } = this;
    const { temperature, clip } = this.size;
    const { output } = this.weights;
    const raw = tf.add(
      tf.add(
        matrixProduct(tf, states, matrix(output.state)),
        matrixProduct(tf, context, matrix(output.context)),
      ),
      output.bias,
    );
    const biased = this.withGroupBias(raw, first, groups);
    return tf.mul(tf.tanh(tf.div(biased, temperature)), clip);
  }

  private withGroupBias(raw: Tensor, first: number, groups: number): Tensor {
    const { tf, devices } = this;
    const { groupBias } = this.weights;
    if (groupBias === null) return raw;
    const own = tf.mul(tf.slice(groupBias, [first, 0], [groups, devices]), this.size.groupBias);
    const rows = tf.reshape(raw, [groups, -1, devices]);
    return tf.reshape(tf.add(rows, tf.expandDims(own, 1)), raw.shape);
  }

  /** Writes one placement for each row of `tilts`, group by group. */
  private decode(tilts: Float32Array, choose: Choice, noise?: LogitNoise): Int32Array[] {
    const { groups, devices, mask } = this;
    const { temperature, clip } = this.size;
    const batch = tilts.length / devices;
    const bias = mask.dataSync() as Float32Array;
    const own = this.weights.groupBias?.dataSync();
    const scale = this.size.groupBias;
    const rowsAt = stepRows(groups, batch);
    const placements = Array.from({ length: batch }, () => new Int32Array(groups));
    rollOutDecoder(this.tf, this.rolloutInputs(), { steps: groups, batch }, (raw, g) => {
      const first = g * devices;
      const logits = raw.map((x, i) => {
        const biased = own === undefined ? x : x + scale * own[first + (i % devices)];
        return clip * Math.tanh(biased / temperature);
      });
      addNoise(logits, devices, noise, rowsAt(g, 1));
      for (let i = 0; i < logits.length; i++) logits[i] += tilts[i] + bias[first + (i % devices)];
      const chosen = choose(logits);
      placements.forEach((placement, b) => {
        placement[g] = chosen[b];
      });
      return chosen;
    });
    return placements;
  }

  private rolloutInputs(): RolloutInputs {
    const { decoder, compare, output } = this.weights;
    const encoded = this.encode();
    return {
      stepInputs: encoded.groupInputs,
      choiceInputs: encoded.deviceInputs,
      contextInputs: decoder.context,
      recurrent: decoder.recurrent,
      firstState: encoded.firstState,
      firstCell: encoded.firstCell,
      query: compare.query,
      keys: encoded.keys,
      score: compare.score,
      memory: encoded.states,
      outputState: output.state,
      outputContext: output.context,
      outputBias: output.bias,
    };
  }

  /** State and cell of the decoder at group `g`, after the devices of the group before. */
  private decoderStep(
    { deviceInputs, groupInputs }: Encoded,
    g: number,
    previous: Int32Array,
    [state, cell, context]: readonly Tensor[],
  ): [Tensor2D, Tensor2D] {
    const { tf } = this;
    const { decoder } = this.weights;
    const batch = previous.length;
    const gateWidth = 4 * this.size.hidden;
    const choices = tf.add(
      tf.gather(deviceInputs, tf.tensor1d(previous, "int32")),
      tf.slice(groupInputs, [groupInputs.shape[0] === 1 ? 0 : g, 0], [1, gateWidth]),
    );
    const projected =
      decoder.context === null
        ? choices
        : tf.add(choices, matrixProduct(tf, context, matrix(decoder.context)));
    const inputs = tf.reshape(projected, [1, batch, gateWidth]);
    const run = lstm(tf, inputs, decoder.recurrent, state, cell);
    return tf.split(tf.reshape(run, [batch, 2 * this.size.hidden]), 2, 1) as [Tensor2D, Tensor2D];
  }
}

const matrix = (variable: Variable): Tensor2D => variable as Tensor as Tensor2D;
