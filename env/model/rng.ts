/**
 * Random numbers: one root seed, children derived by name, state that can be saved.
 *
 * A child's stream depends only on the path of names from the root, never on how much its parent
 * has drawn. So a new consumer of randomness in one place changes nothing elsewhere. The generator
 * is seedrandom's `alea`.
 */
import seedrandom from "seedrandom";

export type RngState = { readonly path: string; readonly alea: object };

export interface Rng {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer in [0, bound). */
  int(bound: number): number;
  /** Standard normal, by the polar method. */
  normal(): number;
  /** Fisher-Yates, in place; returns its argument. */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T;
  /** An independent stream that depends only on the path of names. */
  child(name: string): Rng;
  state(): RngState;
}

/**
 * The type package omits that a generator made with `state: true`, or from a saved state, has a
 * state to save.
 */
type Alea = (() => number) & { state(): object };
const alea = seedrandom.alea as unknown as (seed: string, options: { state: true | object }) => Alea;

export function createRng(seed: number | string): Rng {
  const path = String(seed);
  return fromGenerator(path, alea(path, { state: true }));
}

export function restoreRng(state: RngState): Rng {
  return fromGenerator(state.path, alea("", { state: structuredClone(state.alea) }));
}

function fromGenerator(path: string, generator: Alea): Rng {
  const rng: Rng = {
    next: () => generator(),
    int: (bound) => Math.floor(generator() * bound),
    normal() {
      for (;;) {
        const x = 2 * generator() - 1;
        const y = 2 * generator() - 1;
        const square = x * x + y * y;
        if (square > 0 && square < 1) return x * Math.sqrt((-2 * Math.log(square)) / square);
      }
    },
    shuffle(items) {
      for (let i = items.length - 1; i > 0; i--) {
        const j = Math.floor(generator() * (i + 1));
        const held = items[i];
        items[i] = items[j];
        items[j] = held;
      }
      return items;
    },
    child: (name) => createRng(`${path}/${name}`),
    state: () => ({ path, alea: structuredClone(generator.state()) }),
  };
  return rng;
}
