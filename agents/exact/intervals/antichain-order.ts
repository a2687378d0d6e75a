/**
 * The antichains that PipeDream's planner walks through, as ideals in its order. They are found
 * breadth first from the first layer without inputs, then numbered depth first
 * (interval-states.ts).
 */
import { NumberedSets } from "./numbered-sets.ts";

type Lists = readonly (readonly number[])[];

/** Ideals in topological order. */
export interface Ideals {
  /** Layers of each ideal, ascending. */
  readonly members: readonly Int32Array[];
  /** Augmented antichain of each ideal, in the order in which it was found. */
  readonly augmented: Lists;
  /** Ideals that each ideal extends by one step, all of lower number, ascending. */
  readonly parents: Lists;
}

/** Null where there are more than `most`. */
export function idealsOf(successors: Lists, most: number): Ideals | null {
  const layers = relations(successors);
  const found = breadthFirst(successors, layers, most);
  if (found === null) return null;
  const numbered = depthFirst(found.steps);
  const numberOf = new Int32Array(numbered.length);
  numbered.forEach((state, number) => {
    numberOf[state] = number;
  });
  const parents = numbered.map((): number[] => []);
  for (const [number, state] of numbered.entries())
    for (const next of found.steps[state]) {
      const list = parents[numberOf[next]];
      if (list.length === 0 || list[list.length - 1] !== number) list.push(number);
    }
  const { words, bits } = found.ideals;
  return {
    members: numbered.map((state) => Int32Array.from(membersOf(bits, state * words, words))),
    augmented: numbered.map((state) => found.augmented[state]),
    parents,
  };
}

interface Relations {
  /** The first layer without inputs. */
  readonly first: number;
  readonly words: number;
  /** Ancestors of each layer, `words` of bits each. */
  readonly ancestors: Int32Array;
  /** Those of them with an output to neither the layer nor an ancestor of it. */
  readonly extra: Int32Array;
}

function relations(successors: Lists): Relations {
  const n = successors.length;
  const words = (n + 31) >> 5;
  const ancestors = new Int32Array(n * words);
  const missing = new Int32Array(n);
  for (const list of successors) for (const w of list) missing[w]++;
  const ready: number[] = [];
  for (let v = 0; v < n; v++) if (missing[v] === 0) ready.push(v);
  const [first] = ready;
  for (let v = ready.pop(); v !== undefined; v = ready.pop())
    for (const next of successors[v]) {
      for (let w = 0; w < words; w++) ancestors[next * words + w] |= ancestors[v * words + w];
      ancestors[next * words + (v >> 5)] |= 1 << (v & 31);
      if (--missing[next] === 0) ready.push(next);
    }
  const extra = new Int32Array(n * words);
  const isAncestor = (v: number, of: number) => (ancestors[of * words + (v >> 5)] >>> (v & 31)) & 1;
  for (let last = 0; last < n; last++)
    for (const v of membersOf(ancestors, last * words, words))
      if (successors[v].some((w) => w !== last && isAncestor(w, last) === 0))
        extra[last * words + (v >> 5)] |= 1 << (v & 31);
  return { first, words, ancestors, extra };
}

interface Found {
  readonly ideals: NumberedSets;
  readonly augmented: number[][];
  /** Ideals one step further, in order, with repetitions. */
  readonly steps: number[][];
}

function breadthFirst(successors: Lists, layers: Relations, most: number): Found | null {
  const { first, words, ancestors } = layers;
  const ideals = new NumberedSets(successors.length);
  const larger = new Int32Array(words);
  const isInside = (v: number) => ((larger[v >> 5] >>> (v & 31)) & 1) === 1;
  larger[first >> 5] |= 1 << (first & 31);
  ideals.numberOf(larger);
  const augmented = [augment([first], layers)];
  const steps: number[][] = [];
  for (let state = 0; state < ideals.count; state++) {
    if (ideals.count > most) return null;
    const next: number[] = [];
    for (const layer of augmented[state])
      for (const added of successors[layer]) {
        if (ideals.has(state, added)) continue;
        for (let w = 0; w < words; w++)
          larger[w] = ideals.bits[state * words + w] | ancestors[added * words + w];
        larger[added >> 5] |= 1 << (added & 31);
        const known = ideals.count;
        const number = ideals.numberOf(larger);
        next.push(number);
        if (number !== known) continue;
        const antichain = augmented[state]
          .map((v) => (v === layer ? added : v))
          .filter((v) => !successors[v].some(isInside));
        augmented.push(augment(antichain, layers));
      }
    steps.push(next);
  }
  return ideals.count > most ? null : { ideals, augmented, steps };
}

/** The antichain after the ancestors that have an output past one of its layers. */
function augment(antichain: readonly number[], { words, extra }: Relations): number[] {
  const union = new Int32Array(words);
  for (const last of antichain) for (let w = 0; w < words; w++) union[w] |= extra[last * words + w];
  return [...membersOf(union, 0, words), ...antichain];
}

/** All states, each before the states that steps lead to; the first step of a state comes last. */
function depthFirst(steps: Lists): number[] {
  const finished: number[] = [];
  const tried = new Int32Array(steps.length);
  const seen = new Uint8Array(steps.length);
  const path = [0];
  seen[0] = 1;
  while (path.length > 0) {
    const state = path[path.length - 1];
    if (tried[state] === steps[state].length) {
      finished.push(state);
      path.pop();
      continue;
    }
    const next = steps[state][tried[state]++];
    if (seen[next] === 1) continue;
    seen[next] = 1;
    path.push(next);
  }
  return finished.reverse();
}

/** Numbers whose bits are set in the words from `at`, ascending. */
function membersOf(bits: Int32Array, at: number, words: number): number[] {
  const members: number[] = [];
  for (let w = 0; w < words; w++)
    for (let word = bits[at + w]; word !== 0; word &= word - 1)
      members.push(32 * w + 31 - Math.clz32(word & -word));
  return members;
}
