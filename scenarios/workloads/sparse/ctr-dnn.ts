/**
 * CTRDNN, the click-through network that HeterPS (Liu et al., 2021) schedules over CPUs and GPUs.
 * Sizes are those of Paddle's public example of that name (checked). The 26 categorical features of
 * Criteo share one table of 1,000,001 rows and 10 columns. There are 13 dense features and three
 * fully connected layers of width 400. HeterPS varies the number of layers.
 */
import { concat, dense, embedding, softmaxCrossEntropy } from "../layers/dense-layers.ts";
import { relu } from "../layers/pointwise.ts";
import { createTape, type Tape } from "../tape/tape.ts";

export interface CtrDnnOptions {
  readonly batch: number;
  /** Fully connected layers before the last. */
  readonly layers: number;
  readonly width: number;
  /** Rows of the table. */
  readonly rows: number;
}

const SLOTS = 26;
const DENSE_FEATURES = 13;
const COLUMNS = 10;
const CLASSES = 2;

export function ctrDnn({ batch, layers, width, rows }: CtrDnnOptions): Tape {
  const tape = createTape();
  const ids = tape.feed("ids", [batch, SLOTS], "wide");
  const features = tape.feed("dense_features", [batch, DENSE_FEATURES]);
  const labels = tape.feed("labels", [batch], "wide");
  const looked = embedding(tape, ids, "embedding/table", { rows, columns: COLUMNS });
  const [flat] = tape.record({
    name: "embedding/flat",
    type: "Reshape",
    inputs: [looked],
    outputs: [[batch, SLOTS * COLUMNS]],
    bytesTouched: 0,
  });
  let x = concat(tape, [flat, features], "embedding/concat", 1);
  for (let l = 0; l < layers; l++) x = relu(tape, dense(tape, x, `layer_${l}`, width), `layer_${l}/relu`);
  softmaxCrossEntropy(tape, dense(tape, x, "head/logits", CLASSES), labels, "loss");
  return tape;
}
