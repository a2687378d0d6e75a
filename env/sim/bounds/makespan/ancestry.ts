/** Which ops are ancestors of which, as sets of bits. */
import type { Compiled } from "../../engine/compile.ts";
import type { Dependencies } from "./dependencies.ts";

/** More ops would need too much memory (32 MB at this many). */
const MOST_OPS = 16_384;

/**
 * Tells whether u is an ancestor of v. True is always correct; for the largest graphs the answer is
 * always false.
 */
export function ancestryOf(
  { opCount, scenario }: Compiled,
  { start, producer }: Dependencies,
): (u: number, v: number) => boolean {
  if (opCount > MOST_OPS) return () => false;
  const words = (opCount + 31) >> 5;
  const bits = new Int32Array(words * opCount);
  for (const v of scenario.graph.topologicalOrder)
    for (let k = start[v]; k < start[v + 1]; k++) {
      const from = producer[k] * words;
      const into = v * words;
      for (let word = 0; word < words; word++) bits[into + word] |= bits[from + word];
      bits[into + (producer[k] >> 5)] |= 1 << (producer[k] & 31);
    }
  return (u, v) => ((bits[v * words + (u >> 5)] >>> (u & 31)) & 1) === 1;
}
