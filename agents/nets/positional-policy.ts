/**
 * Placeto's policy network (Addanki et al., NeurIPS 2019): embeds every group by message passing, looks at the current
 * group, its ancestors, its descendants and the rest, and scores the devices for the current group.
 */
import type { Rng } from "../../env/model/rng.ts";
import { dense } from "../kernels/dense.ts";
import type { EdgeList } from "../kernels/neighbour-sum.ts";
import type { Tensor, Tf } from "../tf.ts";
import { meanOver, messagePassing, perceptron } from "./message-passing.ts";
import { Relation, relations } from "./relations.ts";
import { runningNorm } from "./running-norm.ts";
import type { Weights } from "./weights.ts";

/** One decision: what is seen of all groups, [groups x columns] row by row, and which group is to be placed. */
export interface Visit {
  readonly nodes: Float32Array;
  readonly current: number;
}

export interface PositionalPolicyShape {
  readonly groups: number;
  readonly edges: EdgeList;
  readonly columns: number;
  readonly devices: number;
  readonly width: number;
  readonly rounds: number;
}

export interface PositionalPolicy {
  /** Logits of the devices for each visit, [visits x devices], before any mask. */
  logits(visits: readonly Visit[]): Tensor;
  /** Moves the running statistics of the network towards those of the visits. */
  observe(visits: readonly Visit[]): void;
}

export function createPositionalPolicy(
  tf: Tf,
  weights: Weights,
  shape: PositionalPolicyShape,
  rng: Rng,
): PositionalPolicy {
  const { groups, edges, columns, devices, width, rounds } = shape;
  const both = 2 * width;
  const relation = relations(groups, edges);
  const passing = messagePassing(tf, weights, { nodes: groups, edges }, { columns, width, rounds }, rng);
  const aggregates = [Relation.ancestor, Relation.descendant, Relation.parallel].map((kind) => ({
    kind,
    message: perceptron(tf, weights, `pool ${kind} message`, [both, both, both], rng),
    update: perceptron(tf, weights, `pool ${kind} update`, [both, both, both], rng),
  }));
  const hidden = 4 * width;
  const head = [
    {
      matrix: weights.reluMatrix("head 0", 8 * width, hidden, rng),
      bias: weights.zeros("head 0 bias", [hidden]),
    },
    // Zeros make the first policy uniform.
    { matrix: weights.zeros("head 1", [hidden, devices]), bias: weights.zeros("head 1 bias", [devices]) },
  ];

  const norm = runningNorm(tf, weights, "position", 8 * width, 0.9);

  /** The current group, its ancestors, its descendants and the rest, side by side: [visits x 8 width]. */
  const position = (visits: readonly Visit[]): Tensor => {
    const embedded = passing.embed(nodeMajor(tf, visits, groups, columns));
    const rows = tf.reshape(embedded, [groups * visits.length, both]);
    const pooled = aggregates.map(({ kind, message, update }) => {
      const messages = tf.reshape(message(rows), embedded.shape);
      return update(meanOver(tf, messages, members(visits, groups, relation, kind)));
    });
    const itself = meanOver(tf, embedded, members(visits, groups, relation, Relation.itself));
    return tf.concat([itself, ...pooled], 1);
  };

  return {
    logits(visits) {
      const seen = dense(tf, norm.apply(position(visits)), head[0].matrix, head[0].bias, "relu");
      return dense(tf, seen, head[1].matrix, head[1].bias, "linear");
    },
    observe(visits) {
      tf.tidy(() => norm.observe(position(visits)));
    },
  };
}

/** Features of all visits, [groups x visits x columns]. */
function nodeMajor(tf: Tf, visits: readonly Visit[], groups: number, columns: number): Tensor {
  const values = new Float32Array(groups * visits.length * columns);
  visits.forEach(({ nodes }, s) => {
    for (let g = 0; g < groups; g++)
      values.set(nodes.subarray(g * columns, (g + 1) * columns), (g * visits.length + s) * columns);
  });
  return tf.tensor3d(values, [groups, visits.length, columns]);
}

/** 1 where a group stands in the relation to the visit's current group, [groups x visits]. */
function members(visits: readonly Visit[], groups: number, relation: Uint8Array, kind: number): Float32Array {
  const sets = new Float32Array(groups * visits.length);
  visits.forEach(({ current }, s) => {
    for (let g = 0; g < groups; g++)
      if (relation[current * groups + g] === kind) sets[g * visits.length + s] = 1;
  });
  return sets;
}
