/**
 * The largest differencing method on G bins (Karmarkar and Karp, "The Differencing Method of Set
 * Partitioning", 1982): every weight starts as G loads of which one is not zero. The two vectors of
 * largest spread are joined, the largest load of one with the smallest of the other, until one
 * vector is left.
 */
import type { Bins } from "./longest-first.ts";

interface Part {
  readonly load: number;
  readonly items: readonly number[];
}

/** Loads in descending order; of equal spreads the older vector is taken first. */
export function differencing(weights: readonly number[], binCount: number): Bins {
  const empty: Part = { load: 0, items: [] };
  let vectors: Part[][] = weights.map((load, item) => [
    { load, items: [item] },
    ...new Array<Part>(binCount - 1).fill(empty),
  ]);
  if (vectors.length === 0) vectors = [new Array<Part>(binCount).fill(empty)];
  while (vectors.length > 1) {
    const [one, other] = [takeWidest(vectors), takeWidest(vectors)];
    vectors.push(joined(one, other));
  }
  const binOf = new Int32Array(weights.length);
  vectors[0].forEach(({ items }, bin) => {
    for (const item of items) binOf[item] = bin;
  });
  return { binOf, loads: Float64Array.from(vectors[0], ({ load }) => load) };
}

function takeWidest(vectors: Part[][]): Part[] {
  let widest = 0;
  for (let i = 1; i < vectors.length; i++) if (spread(vectors[i]) > spread(vectors[widest])) widest = i;
  return vectors.splice(widest, 1)[0];
}

const spread = (parts: readonly Part[]): number => parts[0].load - parts[parts.length - 1].load;

const joined = (one: readonly Part[], other: readonly Part[]): Part[] =>
  one
    .map(({ load, items }, i) => {
      const opposite = other[other.length - 1 - i];
      return { load: load + opposite.load, items: [...items, ...opposite.items] };
    })
    .sort((a, b) => b.load - a.load);
