/**
 * Observations as one flat array of 32-bit floats, and the frame that says where each part lies.
 * After Gymnasium's `flatten`, but whole numbers stay numbers instead of becoming one-hot rows. A
 * part that never changes (`Names`) is left out.
 */
import type { Space } from "../contract.ts";
import { type Box, box } from "./box.ts";
import { type Leaf, leavesOf } from "./leaves.ts";

/** One part: entries offset .. offset + length of the flat array. */
export interface FramePart {
  /** Names of the keys from the outside in, joined by dots; empty for a space without parts. */
  readonly name: string;
  readonly offset: number;
  readonly length: number;
  readonly shape: readonly number[];
}

export interface Frame<O> {
  readonly length: number;
  readonly parts: readonly FramePart[];
  /** The space of the flat array. */
  readonly space: Box;
  flatten(observation: O): Float32Array;
}

/** Throws `InputError` for a space that is not made of the kinds of this folder. */
export function frameOf<O>(space: Space<O>): Frame<O> {
  const leaves = leavesOf(space, "flattened");
  const parts: FramePart[] = [];
  let total = 0;
  for (const { name, shape, length } of leaves) {
    parts.push({ name, offset: total, length, shape });
    total += length;
  }
  const bounds = leaves.map(boundsOf);
  return {
    length: total,
    parts,
    space: box({
      shape: [total],
      low: Float32Array.from(bounds.flatMap(({ low }) => low)),
      high: Float32Array.from(bounds.flatMap(({ high }) => high)),
    }),
    flatten(observation) {
      const flat = new Float32Array(total);
      leaves.forEach((leaf, i) => {
        const value = leaf.read(observation);
        if (typeof value === "number") flat[parts[i].offset] = value;
        else flat.set(value, parts[i].offset);
      });
      return flat;
    },
  };
}

function boundsOf({ space }: Leaf): { readonly low: number[]; readonly high: number[] } {
  if (space.kind === "Box") return { low: Array.from(space.low), high: Array.from(space.high) };
  const { start } = space;
  const sizes = space.kind === "Discrete" ? [space.size] : Array.from(space.sizes);
  return { low: sizes.map(() => start), high: sizes.map((size) => start + size - 1) };
}
