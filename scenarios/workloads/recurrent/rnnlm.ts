/**
 * A recurrent language model: LSTM layers unrolled over time, dropout between them (Zaremba,
 * Sutskever, Vinyals: "Recurrent Neural Network Regularization", 2014; by default its large model
 * on the Penn Treebank, 2 layers of width 1500). The RNNLM of ColocRL and HDP has two layers and
 * batch 64; GDP takes 2 and 4 layers.
 */
import {
  addN,
  addRepeated,
  batchMatMul,
  dropout,
  embedding,
  softmaxCrossEntropy,
  variable,
} from "../layers/dense-layers.ts";
import { type LstmCell, lstmLayer, unstack, zeros } from "../layers/recurrent-layers.ts";
import { createTape, type Tape } from "../tape/tape.ts";

export interface RnnlmOptions {
  readonly batch: number;
  readonly steps: number;
  readonly layers: number;
  readonly width: number;
  readonly vocabulary: number;
  readonly cell: LstmCell;
}

export function rnnlm({ batch, steps, layers, width, vocabulary, cell }: RnnlmOptions): Tape {
  const tape = createTape();
  const ids = tape.feed("ids", [batch, steps], "wide");
  const labels = tape.feeds(
    "labels",
    Array.from({ length: steps }, () => [batch]),
    "wide",
  );
  const words = embedding(tape, ids, "embedding/words", { rows: vocabulary, columns: width });
  const blank = zeros(tape, "zero_state", [batch, width]);
  const states = Array.from({ length: layers }, () => ({ hidden: blank, cell: blank }));
  const cells = states.map((_, l) => lstmLayer(tape, `layer_${l}`, width, width));
  const projection = variable(tape, "projection/weights", [width, vocabulary]);
  const bias = variable(tape, "projection/bias", [vocabulary]);

  const losses = unstack(tape, words, "embedding/steps").map((word, t) => {
    let x = word;
    cells.forEach((layer, l) => {
      states[l] = cell(tape, layer, dropout(tape, x, `${layer.name}/step_${t}/dropout`), states[l], t);
      x = states[l].hidden;
    });
    const shape = [batch, vocabulary];
    const top = dropout(tape, x, `projection/step_${t}/dropout`);
    const scores = batchMatMul(tape, top, projection, `projection/step_${t}/matmul`, {
      shape,
      inner: width,
      axes: "bk,kv->bv",
    });
    const logits = addRepeated(tape, scores, bias, `projection/step_${t}/bias`);
    return softmaxCrossEntropy(tape, logits, labels[t], `loss/step_${t}`);
  });
  addN(tape, losses, "loss/sum");
  return tape;
}
