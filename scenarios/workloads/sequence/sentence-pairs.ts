/**
 * Training data of translators with LSTM layers. Source and target are sentences of ids of word
 * pieces, with equally many steps. Embedded sentences are split into one tensor for each step, and
 * each step of the target has a label.
 */
import { embedding } from "../layers/dense-layers.ts";
import { type LstmCell, type LstmState, unstack, zeros } from "../layers/recurrent-layers.ts";
import type { Tape, Tensor } from "../tape/tape.ts";

export interface TranslatorOptions {
  readonly batch: number;
  /** LSTM layers of the encoder, and of the decoder. */
  readonly layers: number;
  /** Time steps of the source, and of the target. */
  readonly steps: number;
  readonly width: number;
  readonly vocabulary: number;
  readonly cell: LstmCell;
}

export interface SentencePairs {
  /** Of each step. */
  readonly labels: readonly Tensor[];
  /** Zeros, of one layer. */
  readonly start: LstmState;
  /** Records the embedding of the source or of the target; returns one tensor for each step. */
  readonly words: (part: "encoder" | "decoder") => readonly Tensor[];
}

export function sentencePairs(
  tape: Tape,
  { batch, steps, width, vocabulary }: TranslatorOptions,
): SentencePairs {
  const sourceIds = tape.feed("source_ids", [batch, steps], "wide");
  const targetIds = tape.feed("target_ids", [batch, steps], "wide");
  const labels = tape.feeds(
    "labels",
    Array.from({ length: steps }, () => [batch]),
    "wide",
  );
  const blank = zeros(tape, "zero_state", [batch, width]);
  const table = { rows: vocabulary, columns: width };
  return {
    labels,
    start: { hidden: blank, cell: blank },
    words(part) {
      const ids = part === "encoder" ? sourceIds : targetIds;
      return unstack(tape, embedding(tape, ids, `${part}/embedding`, table), `${part}/steps`);
    },
  };
}
