/**
 * DLRM (Naumov et al.: "Deep Learning Recommendation Model for Personalization and Recommendation
 * Systems", 2019) on the two public data sets of Criteo. Each categorical feature has an embedding
 * table, and the dense features have a network. Products of all pairs follow, and a network on top
 * of them. Sizes are those of the public scripts of the model (facebookresearch/dlrm, checked). The
 * terabyte data set has at most 40 million rows per table, as in MLPerf.
 */
import { batchMatMul, concat, dense, embedding, sigmoidCrossEntropy, slice } from "../layers/dense-layers.ts";
import { relu } from "../layers/pointwise.ts";
import { stack } from "../layers/recurrent-layers.ts";
import { createTape, type Tape, type Tensor } from "../tape/tape.ts";

export interface DlrmSizes {
  /** Rows of each table. */
  readonly rows: readonly number[];
  readonly columns: number;
  /** Widths of the layers below and above the products. The last width below is `columns`. */
  readonly bottom: readonly number[];
  readonly top: readonly number[];
}

export const criteoKaggle: DlrmSizes = {
  rows: [
    1460, 583, 10131227, 2202608, 305, 24, 12517, 633, 3, 93145, 5683, 8351593, 3194, 27, 14992, 5461306, 10,
    5652, 2173, 4, 7046547, 18, 15, 286181, 105, 142572,
  ],
  columns: 16,
  bottom: [512, 256, 64, 16],
  top: [512, 256, 1],
};

export const criteoTerabyte: DlrmSizes = {
  rows: [
    39884406, 39043, 17289, 7420, 20263, 3, 7120, 1543, 63, 38532951, 2953546, 403346, 10, 2208, 11938, 155,
    4, 976, 14, 39979771, 25641295, 39664984, 585935, 12972, 108, 36,
  ],
  columns: 128,
  bottom: [512, 256, 128],
  top: [1024, 1024, 512, 256, 1],
};

const DENSE_FEATURES = 13;

export function dlrm({ batch }: { readonly batch: number }, sizes: DlrmSizes): Tape {
  const { rows, columns, bottom, top } = sizes;
  const tape = createTape();
  const features = tape.feed("dense_features", [batch, DENSE_FEATURES]);
  const ids = tape.feeds(
    "ids",
    rows.map(() => [batch]),
    "wide",
  );
  const labels = tape.feed("labels", [batch, 1], "wide");

  const below = layers(tape, features, "bottom", bottom);
  const looked = rows.map((count, i) =>
    embedding(tape, ids[i], `table_${i}/lookup`, { rows: count, columns }),
  );
  const vectors = [below, ...looked];
  const all = stack(tape, vectors, "products/stack");
  const products = batchMatMul(tape, all, all, "products/matmul", {
    shape: [batch, vectors.length, vectors.length],
    inner: columns,
    axes: "bpk,bfk->bpf",
  });
  const pairCount = (vectors.length * (vectors.length - 1)) / 2;
  const pairs = slice(tape, products, "products/pairs", [batch, pairCount], { axes: "bPF->b." });
  const above = layers(tape, concat(tape, [below, pairs], "products/concat", 1), "top", top.slice(0, -1));
  const logits = dense(tape, above, `top/layer_${top.length - 1}`, top[top.length - 1]);
  sigmoidCrossEntropy(tape, logits, labels, "loss");
  return tape;
}

function layers(tape: Tape, input: Tensor, name: string, widths: readonly number[]): Tensor {
  return widths.reduce((x, width, l) => {
    const layer = `${name}/layer_${l}`;
    return relu(tape, dense(tape, x, layer, width), `${layer}/relu`);
  }, input);
}
