/**
 * REGAL's two networks (Paliwal et al., ICLR 2020). One gives each node logits over the settings of
 * its keys. The other regresses the reward of a graph and serves as baseline. Both pass messages
 * over nodes and edges (agents/nets/passing/edge-passing.ts), with weights of their own.
 *
 * A node has a key for each device and one for its priority, three settings each, 16 bins for each
 * setting (agents/search/keys/key-bins.ts). Nodes decide independently, given the graph.
 *
 * Two heads:
 * - `free`: a logit for each bin, as the paper has it;
 * - `ordinal`, ours: the net gives a centre for each setting. The logit of a bin falls with the
 *   square of its distance from the centre. An untrained net is centred on plain BRKGA.
 *
 * To the ordinal head's centres come linear terms of the node's features. Exploration may tilt
 * their weights. A whole graph then has larger means where levels are deep, say, and the reward
 * tells whether that helps. Independent bins at a hundred nodes tell it a tenth as clearly.
 */
import type { Rng } from "../../../env/model/rng.ts";
import { type EdgePassing, edgePassing } from "../../nets/passing/edge-passing.ts";
import { createWeights, type Weights } from "../../nets/weights.ts";
import { BINS, PLAIN, SETTINGS } from "../../search/keys/key-bins.ts";
import { dense } from "../../tensors/dense.ts";
import type { Tensor, Tensor1D, Tensor2D, Tf, Variable } from "../../tensors/types.ts";
import { edgeColumns, type NodeFeatures, nodeColumns } from "./features.ts";

/** How much faster than other weights the linear terms learn. */
const LINEAR_GAIN = 10;
/** The same for the offsets of places. */
const PLACE_GAIN = 300;
/** Rows of the table of places; a larger graph has several nodes at one place. */
const PLACES = 512;

export const heads = ["ordinal", "free"] as const;
export const learnedSettings = ["all", "means"] as const;

export interface RegalSize {
  /** Devices, whose keys the weights know by number. */
  readonly devices: number;
  readonly width: number;
  readonly rounds: number;
  readonly together: "sum" | "mean";
  readonly head: (typeof heads)[number];
  /** Standard deviation of bins about their centre under the ordinal head. */
  readonly spread: number;
  /** What the ordinal head may move: all settings, or means alone. */
  readonly settings: (typeof learnedSettings)[number];
  /** Whether there is a second net for the baseline. */
  readonly critic: boolean;
}

/** The networks on one graph. */
export interface RegalPolicy {
  /**
   * [nodes x keys x settings rows, bins], node by node; differentiable. A tilt is constant, and
   * takes the place of the linear weights.
   */
  logits(tilted?: Float32Array): Tensor2D;
  /** What reward the second net expects, a tensor of one number; null without that net. */
  value(): Tensor1D | null;
}

export interface RegalNetwork {
  readonly weights: Weights;
  readonly lastLayer: Weights["list"];
  /** Rows of `logits` for each node. */
  readonly rowsPerNode: number;
  /** The linear weights of the ordinal head in bins, one row of numbers; null under the other. */
  linear(): Tensor2D | null;
  /** With `hasPlaces` each node has learned offsets of its own, under the ordinal head. */
  on(features: NodeFeatures, hasPlaces?: boolean): RegalPolicy;
}

export function regalNetwork(tf: Tf, size: RegalSize, rng: Rng): RegalNetwork {
  const { width, head, critic, devices } = size;
  const weights = createWeights(tf);
  const rowsPerNode = (devices + 1) * SETTINGS;
  const columns = { nodeColumns: nodeColumns.length, edgeColumns: edgeColumns.length };
  const policy = edgePassing(tf, weights, "policy", { ...size, ...columns }, rng);
  const read = width + nodeColumns.length;
  const outputs = head === "free" ? rowsPerNode * BINS : rowsPerNode;
  const [matrix, bias] = [
    head === "free"
      ? weights.matrix("settings", read, outputs, rng)
      : weights.zeros("settings", [read, outputs]),
    weights.zeros("settings bias", [outputs]),
  ];
  const terms = head === "ordinal" ? weights.zeros("linear", [nodeColumns.length + 1, rowsPerNode]) : null;
  const places = head === "ordinal" ? weights.zeros("places", [PLACES, rowsPerNode]) : null;
  const placed = (nodes: number) => {
    const row = Int32Array.from({ length: nodes }, (_, g) => Math.floor(g * Math.min(1, PLACES / nodes)));
    return tf.mul(tf.gather(places as Variable, tf.tensor1d(row, "int32")), PLACE_GAIN);
  };
  const linear = () => (terms === null ? null : tf.mul(terms, LINEAR_GAIN));
  const expecting = critic ? criticNetwork(tf, weights, { ...size, ...columns }, rng) : null;

  return {
    weights,
    lastLayer: [matrix, bias],
    rowsPerNode,
    linear() {
      const inBins = linear();
      return inBins === null ? null : (tf.reshape(inBins, [1, -1]) as Tensor2D);
    },
    on(features, hasPlaces = false) {
      const { graph, nodes } = features;
      const embed = policy.over(graph);
      const expect = expecting?.(features) ?? null;
      return {
        logits(tilted) {
          const seen = tf.tensor2d(nodes, [graph.nodes, nodeColumns.length]);
          const out = dense(tf, tf.concat([embed(seen), seen], 1), matrix, bias, "linear");
          const rows = graph.nodes * rowsPerNode;
          if (head === "free") return tf.reshape(out, [rows, BINS]) as Tensor2D;
          const shape: [number, number] = [nodeColumns.length + 1, rowsPerNode];
          const used = tilted === undefined ? (linear() as Tensor) : tf.tensor2d(tilted, shape);
          const withOne = tf.concat([seen, tf.ones([graph.nodes, 1])], 1);
          const offsets = tf.add(out, tf.matMul(withOne, used as Tensor2D));
          return ordinalLogits(tf, hasPlaces ? tf.add(offsets, placed(graph.nodes)) : offsets, size);
        },
        value: () => expect?.() ?? null,
      };
    },
  };
}

/** Bins about centres, which are offsets from plain BRKGA: [nodes x rows] to [nodes rows, bins]. */
function ordinalLogits(tf: Tf, offsets: Tensor, { spread, settings }: RegalSize): Tensor2D {
  const [nodes, rowsPerNode] = offsets.shape;
  const moves = Float32Array.from({ length: rowsPerNode }, (_, row) =>
    settings === "all" || row % SETTINGS === 0 ? 1 : 0,
  );
  const plain = Float32Array.from({ length: rowsPerNode }, (_, row) => PLAIN[row % SETTINGS]);
  const centres = tf.reshape(tf.add(tf.mul(offsets, tf.tensor1d(moves)), tf.tensor1d(plain)), [
    nodes * rowsPerNode,
    1,
  ]);
  const bins = tf.tensor2d(
    Float32Array.from({ length: BINS }, (_, bin) => bin),
    [1, BINS],
  );
  const distance = tf.div(tf.sub(bins, centres), spread);
  return tf.mul(tf.square(distance), -0.5) as Tensor2D;
}

/** The mean of all nodes' embeddings, read by one linear unit that begins at 0. */
function criticNetwork(
  tf: Tf,
  weights: Weights,
  size: Parameters<typeof edgePassing>[3],
  rng: Rng,
): (features: NodeFeatures) => () => Tensor1D {
  const passing: EdgePassing = edgePassing(tf, weights, "critic", size, rng);
  const matrix = weights.zeros("value", [size.width, 1]);
  const bias = weights.zeros("value bias", [1]);
  return ({ graph, nodes }) => {
    const embed = passing.over(graph);
    return () => {
      const embedded = embed(tf.tensor2d(nodes, [graph.nodes, size.nodeColumns]));
      const whole = tf.mean(embedded, 0, true);
      return tf.reshape(dense(tf, whole, matrix, bias, "linear"), [1]) as Tensor1D;
    };
  };
}
