/** The weights of the sequence-to-sequence placers, declared among those of a system. */
import type { Rng } from "../../../env/model/rng.ts";
import type { Variable } from "../../tensors/types.ts";
import { type GroupFeatures, unitEmbedding } from "../group-features.ts";
import { openForgetGates, type Weights } from "../weights.ts";

export interface SequenceSize {
  /** Width of both LSTMs; of an encoder that reads both ways, half of it is each way's. */
  readonly hidden: number;
  /** Whether the encoder reads the groups both ways. */
  readonly bidirectional: boolean;
  /** Whether the decoder sees the current group's own encoding beside the previous device. */
  readonly groupInput: boolean;
  /**
   * Whether the decoder sees at each step what it attended to at the one before (input feeding:
   * Luong, Pham, Manning, EMNLP 2015). Its steps are then no single product in an update.
   */
  readonly inputFeeding: boolean;
  /** Whether features are projected to `hidden` numbers of unit variance before the encoder. */
  readonly projected: boolean;
  /** Width of the learned embedding of op types; 0 where the encoder sees their shares. */
  readonly typeEmbedding: number;
  /** Width of the space in which attention compares. */
  readonly attention: number;
  /** Width of the embedding of the previous device. */
  readonly embedding: number;
  /** T in C x tanh(logits / T). */
  readonly temperature: number;
  /** C: the largest logit. */
  readonly clip: number;
  /** What the bias of each group and device is multiplied by in the logits; 0 is no such bias. */
  readonly groupBias: number;
}

export type SequenceWeights = ReturnType<typeof sequenceWeights>;

/** The weights closest to the logits, which active search trains. */
export const lastLayerOf = ({ output, groupBias }: SequenceWeights): Variable[] => [
  ...Object.values(output),
  ...(groupBias === null ? [] : [groupBias]),
];

/** Declares the weights of one network among those of `weights`. */
export function sequenceWeights(
  weights: Weights,
  input: GroupFeatures,
  devices: number,
  size: SequenceSize,
  rng: Rng,
) {
  const { hidden, attention, embedding, bidirectional, groupInput, inputFeeding, projected, typeEmbedding } =
    size;
  const gateWidth = 4 * hidden;
  const types =
    typeEmbedding === 0 ? null : weights.matrix("type embedding", input.types, typeEmbedding, rng);
  const seen = typeEmbedding === 0 ? input.columns : input.columns - input.types + typeEmbedding;
  const group = projected
    ? weights.add("group embedding", [seen, hidden], unitEmbedding(input, seen, hidden, rng))
    : null;
  const oneWay = bidirectional ? hidden / 2 : hidden;
  const reader = (name: string) => ({
    input: weights.matrix(`${name} input`, projected ? hidden : seen, 4 * oneWay, rng),
    recurrent: weights.matrix(`${name} recurrent`, oneWay, 4 * oneWay, rng),
    bias: weights.add(`${name} bias`, [4 * oneWay], openForgetGates(oneWay)),
  });
  const encoder = reader("encoder");
  const backward = bidirectional ? reader("backward encoder") : null;
  const decoder = {
    // The last row stands for "no device yet".
    devices: weights.matrix("device embedding", devices + 1, embedding, rng),
    input: weights.matrix("decoder input", embedding, gateWidth, rng),
    group: groupInput ? weights.matrix("decoder group", hidden, gateWidth, rng) : null,
    context: inputFeeding ? weights.matrix("decoder context", hidden, gateWidth, rng) : null,
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
  const groups = input.values.length / input.columns;
  const groupBias = size.groupBias === 0 ? null : weights.zeros("output group bias", [groups, devices]);
  return { types, group, encoder, backward, decoder, compare, output, groupBias };
}
