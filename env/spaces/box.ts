/**
 * `Box`: an array of 32-bit floats, each entry between its own bounds. A bound may be infinite.
 * After Gymnasium's space of that name.
 *
 * An element is a flat `Float32Array` in row-major order of `shape`. Samples are uniform between
 * finite bounds, shifted exponential where one side is open, normal where both are. Bounds are
 * rounded to 32 bits, so that an element equal to its bound is inside. A mask has no meaning here
 * and is refused.
 */
import type { Space } from "../contract.ts";
import { InputError } from "../model/errors.ts";
import type { Rng } from "../model/rng.ts";

export interface Box extends Space<Float32Array> {
  readonly kind: "Box";
  readonly shape: readonly number[];
  readonly low: Float32Array;
  readonly high: Float32Array;
}

export interface BoxSpec {
  readonly shape: readonly number[];
  /** One bound for all entries, or one for each. */
  readonly low: number | ArrayLike<number>;
  readonly high: number | ArrayLike<number>;
}

export function box(spec: BoxSpec): Box {
  const shape = [...spec.shape];
  const describeShape = `[${shape.join(" x ")}]`;
  if (!shape.every((extent) => Number.isInteger(extent) && extent >= 0))
    throw new InputError(`Box: the shape is ${describeShape}, expected whole numbers of at least 0.`);
  const size = shape.reduce((product, extent) => product * extent, 1);
  const low = spread("low", spec.low, size);
  const high = spread("high", spec.high, size);
  for (let i = 0; i < size; i++)
    if (!(low[i] <= high[i]))
      throw new InputError(
        `Box: entry ${i} has low ${low[i]} and high ${high[i]}; low must be at most high, and neither NaN.`,
      );
  const describe = () => `Box(${describeShape}, ${range(low, Math.min)} to ${range(high, Math.max)})`;
  return {
    kind: "Box",
    shape,
    low,
    high,
    describe,
    contains: (value): value is Float32Array =>
      value instanceof Float32Array &&
      value.length === size &&
      value.every((entry, i) => entry >= low[i] && entry <= high[i]),
    sample(rng, mask) {
      if (mask !== undefined) throw new InputError(`${describe()} cannot be sampled under a mask.`);
      return Float32Array.from(low, (bound, i) => sampleEntry(rng, bound, high[i]));
    },
  };
}

function spread(name: string, bound: number | ArrayLike<number>, size: number): Float32Array {
  if (typeof bound === "number") return new Float32Array(size).fill(bound);
  if (bound.length !== size)
    throw new InputError(`Box: ${name} has ${bound.length} entries for ${size} entries of the shape.`);
  return Float32Array.from(bound);
}

function sampleEntry(rng: Rng, low: number, high: number): number {
  if (low === high) return low;
  if (Number.isFinite(low) && Number.isFinite(high)) return low + rng.next() * (high - low);
  // 1 - next() lies in (0, 1], so the logarithm is finite.
  if (Number.isFinite(low)) return low - Math.log(1 - rng.next());
  if (Number.isFinite(high)) return high + Math.log(1 - rng.next());
  return rng.normal();
}

const range = (bounds: Float32Array, pick: (...values: number[]) => number) =>
  bounds.length === 0 ? "nothing" : bounds.reduce((a, b) => pick(a, b));
