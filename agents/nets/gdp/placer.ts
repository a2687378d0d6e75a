/**
 * The network of GDP (Zhou et al., 2019). GraphSAGE embeds the graph. A segment-recurrent
 * Transformer reads the nodes in topological order. A row of device scores comes out for each node.
 * All nodes are placed at once; no node sees the choice for another.
 *
 * The last layer has a column for each device up to a maximum count. A smaller cluster uses the
 * first columns. That equals a softmax over all columns with the absent devices masked.
 */
import type { Rng } from "../../../env/model/rng.ts";
import { dense } from "../../tensors/dense.ts";
import type { Neighbours } from "../../tensors/graph/neighbour-max.ts";
import type { Tensor, Tensor2D, Tf, Variable } from "../../tensors/types.ts";
import type { Weights } from "../weights.ts";
import { graphSage } from "./graph-sage.ts";
import { segmentTransformer, type TransformerSize } from "./segment-transformer.ts";
import { superposition, unconditioned } from "./superposition.ts";

/** Rows of the table of places; a larger graph has several nodes at one place. */
const PLACES = 512;

export interface PlacerSize extends TransformerSize {
  /** Columns of the features. */
  readonly columns: number;
  readonly rounds: number;
  /** Largest number of devices. */
  readonly devices: number;
  readonly superposition: boolean;
  /** Whether the last states are normalised over the nodes. Ours. */
  readonly nodeNorm: boolean;
}

export interface Placer {
  /** Logits of the first devices for each node, [nodes x devices], before any mask. */
  logits(features: Tensor, neighbours: Neighbours, devices: number): Tensor2D;
  /** The learned number of each place and device, for so many nodes, [nodes x devices]. */
  placeBias(nodes: number, devices: number): Tensor2D;
  readonly lastLayer: readonly Variable[];
}

export function createPlacer(tf: Tf, weights: Weights, size: PlacerSize, rng: Rng): Placer {
  const { width, layers } = size;
  const embed = graphSage(tf, weights, size, rng.child("graph"));
  const conditioning = size.superposition ? superposition(tf, weights, width, layers + 1) : unconditioned;
  const read = segmentTransformer(tf, weights, size, rng.child("transformer"));
  // Zeros make the first policy uniform.
  const matrix = weights.zeros("devices", [width, size.devices]);
  const bias = weights.zeros("devices bias", [size.devices]);
  const places = weights.zeros("places", [PLACES, size.devices]);
  return {
    logits(features, neighbours, devices) {
      const embedded = embed(features, neighbours);
      const conditioned = conditioning(embedded);
      const last = conditioned(layers, read(embedded, conditioned));
      const states = size.nodeNorm ? nodeNormed(tf, last) : last;
      const columns = tf.slice(matrix, [0, 0], [width, devices]);
      return dense(tf, states, columns, tf.slice(bias, [0], [devices]), "linear");
    },
    placeBias(nodes, devices) {
      const row = Int32Array.from({ length: nodes }, (_, g) =>
        nodes <= PLACES ? g : Math.floor((g * PLACES) / nodes),
      );
      const rows = tf.gather(places, tf.tensor1d(row, "int32"));
      return tf.slice(rows, [0, 0], [nodes, devices]) as Tensor2D;
    },
    lastLayer: [matrix, bias],
  };
}

/**
 * Each column with mean 0 and spread 1 over the nodes of the graph. What all nodes share then moves
 * the bias alone, and the first updates teach how nodes differ. Without it whole policies drift to
 * one device.
 */
function nodeNormed(tf: Tf, states: Tensor2D): Tensor2D {
  const { mean, variance } = tf.moments(states, 0, true);
  return tf.mul(tf.sub(states, mean), tf.rsqrt(tf.add(variance, 1e-3)));
}
