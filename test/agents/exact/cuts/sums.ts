/** Sums of the blocks of a sequence, from their lengths. */
export function sumsOf(costs: readonly number[], lengths: readonly number[]): number[] {
  let at = 0;
  return lengths.map((length) => {
    at += length;
    return costs.slice(at - length, at).reduce((sum, cost) => sum + cost, 0);
  });
}

/** Every way to cut `count` into `parts` lengths of at least 1. */
export function* compositions(count: number, parts: number): Generator<number[]> {
  if (parts === 1) {
    if (count >= 1) yield [count];
    return;
  }
  for (let first = 1; first <= count - parts + 1; first++)
    for (const rest of compositions(count - first, parts - 1)) yield [first, ...rest];
}
