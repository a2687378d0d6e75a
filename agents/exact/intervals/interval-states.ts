/**
 * The states of PipeDream's planner (Narayanan et al., SOSP 2019; msr-fiddle/pipedream): ideals of
 * a graph of layers, in the topological order of the published optimizer.
 *
 * The first state is the first layer without inputs. Every other state adds one layer to a state
 * before: a successor of one of its layers, with all ancestors of that successor. With one input
 * these are all non-empty ideals. Layers that are never reached so belong to the last state.
 *
 * A state is listed by its augmented antichain: its last layers, and before them ancestors of them.
 * An ancestor of a last layer counts if it has an output to neither this last layer nor an ancestor
 * of it. States are found breadth first, the
 * layers of the augmented antichain in order. The new layer takes the place of the one it follows.
 * A depth-first search over these steps numbers the states, the first step last.
 *
 * The activations that leave a state are the outputs of its augmented antichain, as in the
 * published optimizer. There the ancestors come in the order of a hash table; here they ascend.
 */
import { idealsOf } from "./antichain-order.ts";

export interface Layers {
  readonly count: number;
  /** Successors of each layer, in the order of the profile. */
  readonly successors: readonly (readonly number[])[];
  readonly timeUs: Float64Array;
  readonly weightBytes: Float64Array;
  readonly activationBytes: Float64Array;
}

export interface IntervalStates {
  readonly count: number;
  /** Sums over the layers of each state, shape [count]. */
  readonly timeUs: Float64Array;
  readonly weightBytes: Float64Array;
  readonly keptBytes: Float64Array;
  /** Activations that leave each state, shape [count]. */
  readonly outBytes: Float64Array;
  /** A state that each state extends by one step, -1 for the first, shape [count]. */
  readonly parent: Int32Array;
  /** Layers of each state, ascending. */
  readonly layersOf: readonly ArrayLike<number>[];
  /** The states from which steps lead to each state: one bit each, `words` per state. */
  readonly before: Int32Array;
  readonly words: number;
}

/** Do steps lead from one state to the other? */
export function isBefore({ before, words }: IntervalStates, one: number, other: number): boolean {
  return ((before[other * words + (one >> 5)] >>> (one & 31)) & 1) === 1;
}

/** The states, or null where there are more than `most`, or no layers. */
export function intervalStates(layers: Layers, most: number): IntervalStates | null {
  const ideals = layers.count === 0 ? null : idealsOf(layers.successors, most);
  if (ideals === null) return null;
  const members = [...ideals.members];
  members[members.length - 1] = Int32Array.from({ length: layers.count }, (_, v) => v);
  const count = members.length;
  return {
    count,
    timeUs: sums(layers.timeUs, members),
    weightBytes: sums(layers.weightBytes, members),
    keptBytes: sums(layers.activationBytes, members),
    outBytes: sums(layers.activationBytes, ideals.augmented),
    parent: Int32Array.from(ideals.parents, (list) => list[0] ?? -1),
    layersOf: members,
    before: reachability(ideals.parents),
    words: (count + 31) >> 5,
  };
}

/** The states of a chain: its prefixes. What leaves a layer may come from earlier ones. */
export function chainStates(
  timeUs: Float64Array,
  weightBytes: Float64Array,
  keptBytes: Float64Array,
  outBytes: Float64Array,
): IntervalStates {
  const count = timeUs.length;
  const parents = Array.from({ length: count }, (_, v) => (v === 0 ? [] : [v - 1]));
  const prefixes = parents.map((_, v) => Int32Array.from({ length: v + 1 }, (_, u) => u));
  return {
    count,
    timeUs: sums(timeUs, prefixes),
    weightBytes: sums(weightBytes, prefixes),
    keptBytes: sums(keptBytes, prefixes),
    outBytes,
    parent: Int32Array.from({ length: count }, (_, v) => v - 1),
    layersOf: prefixes,
    before: reachability(parents),
    words: (count + 31) >> 5,
  };
}

function sums(values: Float64Array, lists: readonly ArrayLike<number>[]): Float64Array {
  const total = new Float64Array(lists.length);
  lists.forEach((list, state) => {
    for (let i = 0; i < list.length; i++) total[state] += values[list[i]];
  });
  return total;
}

function reachability(parents: readonly (readonly number[])[]): Int32Array {
  const words = (parents.length + 31) >> 5;
  const before = new Int32Array(parents.length * words);
  parents.forEach((list, j) => {
    for (const k of list) {
      for (let w = 0; w <= k >> 5; w++) before[j * words + w] |= before[k * words + w];
      before[j * words + (k >> 5)] |= 1 << (k & 31);
    }
  });
  return before;
}
