/**
 * The states of PipeDream's planner (Narayanan et al., SOSP 2019; msr-fiddle/pipedream): ideals of
 * a graph of layers, in order of size.
 *
 * As in the published optimizer, the first state is the first layer without inputs. Every other
 * state adds one layer to a state before: a successor of one of its layers, with all ancestors of
 * that successor. With one input these are all non-empty ideals. Layers that are never reached so
 * belong to the last state.
 *
 * Each state has the time and weights of its layers, and the activations that leave it as the
 * published optimizer counts them. These are the outputs of its augmented antichain: the last
 * layers, and ancestors of them. An ancestor of a last layer counts if it has an output to
 * neither this last layer nor an ancestor of it.
 */
import type { Elements } from "../../../env/model/layers/elements.ts";

export interface Layers extends Pick<Elements, "count" | "successors"> {
  readonly timeUs: Float64Array;
  readonly weightBytes: Float64Array;
  readonly activationBytes: Float64Array;
}

export interface IntervalStates {
  readonly count: number;
  readonly timeUs: Float64Array;
  readonly weightBytes: Float64Array;
  readonly outBytes: Float64Array;
  /** Layers of a state, ascending. */
  readonly layersOf: (state: number) => readonly number[];
  /** Is every layer of one state in the other? */
  readonly within: (one: number, other: number) => boolean;
}

/** The states, or null where there are more than `most`, or no layers. */
export function intervalStates(layers: Layers, most: number): IntervalStates | null {
  const n = layers.count;
  if (n === 0) return null;
  const words = (n + 31) >> 5;
  const parents = Array.from({ length: n }, (): number[] => []);
  layers.successors.forEach((list, v) => {
    for (const w of list) parents[w].push(v);
  });
  const before = ancestors(parents, words);

  const first = parents.findIndex((list) => list.length === 0);
  const start = new Int32Array(words);
  start[first >> 5] |= 1 << (first & 31);
  const known = new Set<string>();
  const states: Int32Array[] = [start];
  for (let next = 0; next < states.length; next++) {
    const ideal = states[next];
    for (let v = 0; v < n; v++) {
      if (has(ideal, v) || !parents[v].some((u) => has(ideal, u))) continue;
      const larger = ideal.map((word, w) => word | before[v][w]);
      larger[v >> 5] |= 1 << (v & 31);
      const key = larger.join();
      if (known.has(key)) continue;
      known.add(key);
      states.push(larger);
      if (states.length > most) return null;
    }
  }
  states.sort((a, b) => bitCount(a) - bitCount(b));
  const last = states[states.length - 1];
  for (let v = 0; v < n; v++) last[v >> 5] |= 1 << (v & 31);

  const layersOf = (state: number) => membersOf(states[state], n);
  const sumOver = (values: Float64Array) =>
    Float64Array.from(states, (_, state) => layersOf(state).reduce((sum, v) => sum + values[v], 0));
  const outBytes = Float64Array.from(states, (ideal, state) => {
    const members = layersOf(state);
    const lastOnes = members.filter((v) => layers.successors[v].every((w) => !has(ideal, w)));
    const leaving = new Set(lastOnes);
    for (const last of lastOnes)
      for (const v of membersOf(before[last], n))
        if (layers.successors[v].some((w) => w !== last && !has(before[last], w))) leaving.add(v);
    let bytes = 0;
    for (const v of leaving) bytes += layers.activationBytes[v];
    return bytes;
  });
  return {
    count: states.length,
    timeUs: sumOver(layers.timeUs),
    weightBytes: sumOver(layers.weightBytes),
    outBytes,
    layersOf,
    within: (one, other) => states[one].every((word, w) => (word & ~states[other][w]) === 0),
  };
}

const has = (bits: Int32Array, v: number): boolean => ((bits[v >> 5] >>> (v & 31)) & 1) === 1;

function membersOf(bits: Int32Array, n: number): number[] {
  const members: number[] = [];
  for (let v = 0; v < n; v++) if (has(bits, v)) members.push(v);
  return members;
}

function bitCount(bits: Int32Array): number {
  let count = 0;
  for (let word of bits) for (; word !== 0; word &= word - 1) count++;
  return count;
}

/** All ancestors of each layer. Layers are numbered in a topological order. */
function ancestors(parents: readonly (readonly number[])[], words: number): Int32Array[] {
  const before: Int32Array[] = [];
  parents.forEach((list) => {
    const bits = new Int32Array(words);
    for (const u of list) {
      before[u].forEach((word, w) => {
        bits[w] |= word;
      });
      bits[u >> 5] |= 1 << (u & 31);
    }
    before.push(bits);
  });
  return before;
}
