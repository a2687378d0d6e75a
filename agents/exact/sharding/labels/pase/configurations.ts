/**
 * The configurations that PaSE offers a layer: all tuples of divisors of its dimensions whose
 * product is at most the number of devices. A part keeps at least `cutoff` elements of each
 * dimension that is split.
 */
import type { Splits } from "./layer.ts";

/** In order of the tuples, the last dimension fastest. */
export function configurationsOf(space: Splits, devices: number, cutoff: number): Int32Array[] {
  let tuples: { splits: number[]; parts: number }[] = [{ splits: [], parts: 1 }];
  for (let i = 0; i < space.length; i++) {
    const offered = divisorsOf(space[i]).filter((parts) => space[i] / parts >= cutoff);
    const choices = offered.length === 0 ? [1] : offered;
    tuples = tuples.flatMap(({ splits, parts }) =>
      choices
        .filter((choice) => parts * choice <= devices)
        .map((choice) => ({ splits: [...splits, choice], parts: parts * choice })),
    );
  }
  return tuples.map(({ splits }) => Int32Array.from(splits));
}

function divisorsOf(size: number): number[] {
  const low: number[] = [];
  const high: number[] = [];
  for (let divisor = 1; divisor * divisor <= size; divisor++) {
    if (size % divisor !== 0) continue;
    low.push(divisor);
    if (divisor * divisor !== size) high.unshift(size / divisor);
  }
  return [...low, ...high];
}
