/**
 * A graph convolutional network (Kipf and Welling, ICLR 2017) trained on the whole Reddit graph at
 * once. Its vertices are divided into parts, which Roc (Jia et al., MLSys 2020) places. The Reddit
 * graph is that of Hamilton et al. (NeurIPS 2017): 232,965 vertices, 114,615,892 edges, 602
 * features, 41 classes (checked in the documentation of its loaders).
 *
 * Parts have equal shares of vertices and edges. A vertex has 492 neighbours on average, so every
 * part needs the features of nearly all vertices: each aggregation reads all parts. Features and
 * edges come from the host's memory, where Roc keeps them.
 */
import { addN, batchMatMul, dropout, softmaxCrossEntropy, variable } from "../layers/dense-layers.ts";
import { relu } from "../layers/pointwise.ts";
import { createTape, type Tape, type Tensor } from "../tape/tape.ts";

export interface GcnOptions {
  readonly layers: number;
  readonly width: number;
  readonly parts: number;
}

const VERTICES = 232_965;
const EDGES = 114_615_892;
const FEATURES = 602;
const CLASSES = 41;
const ELEMENT_BYTES = 4;

export function gcn({ layers, width, parts }: GcnOptions): Tape {
  const tape = createTape();
  const vertices = Array.from({ length: parts }, (_, p) => share(VERTICES, p, parts));
  const edgeCounts = Array.from({ length: parts }, (_, p) => share(EDGES, p, parts));
  const perPart = (name: string, shapes: readonly number[][], kind: "number" | "wide") =>
    tape.feeds(name, shapes, kind);
  const labels = perPart(
    "labels",
    vertices.map((count) => [count]),
    "wide",
  );
  const edges = perPart(
    "edges",
    edgeCounts.map((count) => [count]),
    "wide",
  );

  let x = perPart(
    "features",
    vertices.map((count) => [count, FEATURES]),
    "number",
  );
  for (let l = 0; l < layers; l++) {
    const columns = l === layers - 1 ? CLASSES : width;
    const weights = variable(tape, `layer_${l}/weights`, [x[0].shape[1], columns]);
    const own = x.map((of, p) =>
      batchMatMul(
        tape,
        dropout(tape, of, `layer_${l}/part_${p}/dropout`),
        weights,
        `layer_${l}/part_${p}/matmul`,
        {
          shape: [of.shape[0], columns],
          inner: of.shape[1],
          axes: "bk,kn->bn",
        },
      ),
    );
    const gathered = own.map((of, p) =>
      aggregate(tape, edges[p], own, `layer_${l}/part_${p}/aggregate`, of.shape),
    );
    x = l === layers - 1 ? gathered : gathered.map((of, p) => relu(tape, of, `layer_${l}/part_${p}/relu`));
  }
  const losses = x.map((logits, p) => softmaxCrossEntropy(tape, logits, labels[p], `loss/part_${p}`));
  addN(tape, losses, "loss/sum");
  return tape;
}

const share = (count: number, part: number, parts: number): number =>
  Math.floor(((part + 1) * count) / parts) - Math.floor((part * count) / parts);

/**
 * The weighted sum of the neighbours of each vertex of a part, read edge by edge from all parts.
 */
function aggregate(
  tape: Tape,
  edges: Tensor,
  features: readonly Tensor[],
  name: string,
  shape: readonly [number, number] | readonly number[],
): Tensor {
  const [count, width] = [edges.shape[0], shape[1]];
  return tape.record({
    name,
    type: "Aggregate",
    inputs: [edges, ...features],
    outputs: [shape],
    flops: 2 * count * width,
    bytesTouched: ELEMENT_BYTES * (count * (1 + width) + shape[0] * width),
  })[0];
}
