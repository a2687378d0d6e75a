/**
 * Pooling by position and device, for one current group. For each device and each relation to the
 * current group, it sums the vectors of the groups on that device. It divides by the number of all
 * groups in that relation. So the result holds a device's share of the parents, of the parallel
 * groups and so on, and what these groups are.
 *
 * Source: the pooling over ancestors, descendants and parallel nodes of Placeto (Addanki et al.,
 * NeurIPS 2019). Ours: a sum for each device, and direct neighbours separate from farther ones.
 * Relabelling the devices relabels the rows and nothing else.
 */
import { type EdgeList, neighbourSum, type WeightedEdges } from "../tensors/graph/neighbour-sum.ts";
import type { Tensor, Tensor2D, Tf } from "../tensors/types.ts";
import { RELATION_COUNT, relations } from "./relations.ts";

/** Which group is to be placed, and the device of each group. */
export interface Position {
  readonly current: number;
  readonly placement: Int32Array;
}

/** What the sums are made of, in numbers. */
export interface Pooled {
  /** Relation of each group to the current one, from 1 on, [states x groups]. */
  readonly kinds: Uint8Array;
  /** 1 over the number of groups in each relation, [states x relations]. */
  readonly shares: Float32Array;
}

export interface DevicePooling {
  parts(states: readonly Position[]): Pooled;
  /** Vectors [groups x states, width], node-major, to [states x devices, relations x width]. */
  pool(vectors: Tensor, states: readonly Position[]): Tensor2D;
  /** The current group's own vector, once for each device: [states x devices, width]. */
  itself(vectors: Tensor, states: readonly Position[]): Tensor2D;
}

export function devicePooling(tf: Tf, groups: number, edges: EdgeList, devices: number): DevicePooling {
  const relation = relations(groups, edges);
  const members = membersOf(relation, groups);

  const cells = (states: readonly Position[]): WeightedEdges => {
    const size = (groups - 1) * states.length;
    const from = new Int32Array(size);
    const to = new Int32Array(size);
    const weight = new Float32Array(size);
    let e = 0;
    for (let g = 0; g < groups; g++)
      for (let s = 0; s < states.length; s++) {
        const { current, placement } = states[s];
        if (g === current) continue;
        const kind = relation[current * groups + g] - 1;
        from[e] = g * states.length + s;
        to[e] = (s * devices + placement[g]) * RELATION_COUNT + kind;
        weight[e++] = 1 / members[current * RELATION_COUNT + kind];
      }
    return { from, to, weight };
  };

  return {
    parts(states) {
      const kinds = new Uint8Array(states.length * groups);
      const shares = new Float32Array(states.length * RELATION_COUNT);
      states.forEach(({ current }, s) => {
        kinds.set(relation.subarray(current * groups, (current + 1) * groups), s * groups);
        for (let kind = 0; kind < RELATION_COUNT; kind++)
          shares[s * RELATION_COUNT + kind] = 1 / members[current * RELATION_COUNT + kind];
      });
      return { kinds, shares };
    },
    pool(vectors, states) {
      const rows = states.length * devices;
      const width = vectors.shape[1] as number;
      const pooled = neighbourSum(tf, vectors, cells(states), rows * RELATION_COUNT);
      return tf.reshape(pooled, [rows, RELATION_COUNT * width]);
    },
    itself(vectors, states) {
      const rows = states.length * devices;
      const to = Int32Array.from({ length: rows }, (_, row) => row);
      const from = to.map((row) => {
        const state = Math.floor(row / devices);
        return states[state].current * states.length + state;
      });
      return neighbourSum(tf, vectors, { from, to, weight: new Float32Array(rows).fill(1) }, rows);
    },
  };
}

/** Number of groups in each relation to each group, [groups x relations]. */
function membersOf(relation: Uint8Array, groups: number): Float32Array {
  const members = new Float32Array(groups * RELATION_COUNT);
  for (let v = 0; v < groups; v++)
    for (let u = 0; u < groups; u++)
      if (u !== v) members[v * RELATION_COUNT + relation[v * groups + u] - 1]++;
  return members;
}
