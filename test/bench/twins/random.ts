/** Random arrays for the twins. */
import type { Rng } from "../../../env/index.ts";

export function normal(rng: Rng, shape: readonly number[], scale: number): Float32Array {
  return Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => scale * rng.normal());
}
