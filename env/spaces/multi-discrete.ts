/**
 * `MultiDiscrete`: a vector of integers. Component i is one of sizes[i] consecutive integers, from
 * `start` (default 0) upwards. After Gymnasium's space of that name.
 *
 * A mask is the rows of all components, one after the other. So component i has sizes[i] entries.
 * A space without components is legal and has one element, the empty vector. Example: the edges of
 * a graph that has none.
 */
import type { Space } from "../contract.ts";
import { InputError } from "../model/errors.ts";
import { sampleMasked } from "./discrete.ts";

export interface MultiDiscrete extends Space<Int32Array> {
  readonly kind: "MultiDiscrete";
  readonly sizes: Int32Array;
  /** The smallest value of every component. */
  readonly start: number;
  /** Entries of component i in a mask: maskStart[i] .. maskStart[i + 1]. */
  readonly maskStart: Int32Array;
}

export function multiDiscrete(
  componentSizes: ArrayLike<number>,
  { start = 0 }: { readonly start?: number } = {},
): MultiDiscrete {
  if (!Number.isInteger(start))
    throw new InputError(`MultiDiscrete: start is ${start}, expected a whole number.`);
  const sizes = Int32Array.from(componentSizes);
  const count = sizes.length;
  const maskStart = new Int32Array(count + 1);
  for (let i = 0; i < count; i++) {
    const size = componentSizes[i];
    if (!Number.isInteger(size) || size < 1)
      throw new InputError(`MultiDiscrete: sizes[${i}] is ${size}, expected a whole number of at least 1.`);
    maskStart[i + 1] = maskStart[i] + size;
  }
  const describe = () => `MultiDiscrete(${describeSizes(sizes)}${start === 0 ? "" : `, start ${start}`})`;
  return {
    kind: "MultiDiscrete",
    sizes,
    start,
    maskStart,
    describe,
    contains: (value): value is Int32Array =>
      value instanceof Int32Array &&
      value.length === count &&
      value.every((entry, i) => entry >= start && entry < start + sizes[i]),
    sample(rng, mask) {
      if (mask === undefined) return Int32Array.from(sizes, (size) => start + rng.int(size));
      if (mask.length !== maskStart[count])
        throw new InputError(
          `${describe()}: the mask has ${mask.length} entries, expected ${maskStart[count]}.`,
        );
      return Int32Array.from(sizes, (_, i) => {
        const choice = sampleMasked(rng, mask.subarray(maskStart[i], maskStart[i + 1]));
        if (choice === -1)
          throw new InputError(`${describe()}: the mask allows nothing to be sampled for component ${i}.`);
        return start + choice;
      });
    },
  };
}

/** The entries of an array or typed array of whole numbers; null for anything else. */
export function integersIn(list: unknown): Int32Array | null {
  if (list instanceof Int32Array) return list;
  if (!Array.isArray(list) && !ArrayBuffer.isView(list)) return null;
  const entries: readonly unknown[] = Array.isArray(list)
    ? list
    : Array.from(list as unknown as Iterable<unknown>);
  const fits = entries.every((entry) => Number.isInteger(entry) && Math.abs(entry as number) < 2 ** 31);
  return fits ? Int32Array.from(entries as readonly number[]) : null;
}

function describeSizes(sizes: Int32Array): string {
  const uniform = sizes.length > 4 && sizes.every((size) => size === sizes[0]);
  return uniform ? `${sizes.length} x ${sizes[0]}` : `[${sizes.join(", ")}]`;
}
