/**
 * Observations as one flat array of 32-bit floats, and the frame that says where each part lies.
 * After Gymnasium's `flatten`, but whole numbers stay numbers instead of becoming one-hot rows. A
 * part that never changes (`Names`) is left out.
 */
import type { Space } from "../contract.ts";
import { InputError } from "../model/errors.ts";
import { type Box, box } from "./box.ts";
import type { Dict } from "./dict.ts";
import type { Discrete } from "./discrete.ts";
import type { MultiDiscrete } from "./multi-discrete.ts";

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

interface Leaf extends FramePart {
  readonly low: ArrayLike<number>;
  readonly high: ArrayLike<number>;
  read(observation: unknown): ArrayLike<number>;
}

/** Throws `InputError` for a space that is not made of the kinds of this folder. */
export function frameOf<O>(space: Space<O>): Frame<O> {
  const leaves: Leaf[] = [];
  addLeaves(leaves, space, "", (observation) => observation);
  const length = leaves.reduce((sum, leaf) => sum + leaf.length, 0);
  const bounds = (side: "low" | "high") =>
    Float32Array.from(leaves.flatMap((leaf) => Array.from(leaf[side])));
  return {
    length,
    parts: leaves.map(({ name, offset, length: own, shape }) => ({ name, offset, length: own, shape })),
    space: box({ shape: [length], low: bounds("low"), high: bounds("high") }),
    flatten(observation) {
      const flat = new Float32Array(length);
      for (const leaf of leaves) flat.set(leaf.read(observation), leaf.offset);
      return flat;
    },
  };
}

function addLeaves(
  leaves: Leaf[],
  space: Space<unknown>,
  name: string,
  read: (observation: unknown) => unknown,
): void {
  const last = leaves[leaves.length - 1];
  const offset = last === undefined ? 0 : last.offset + last.length;
  if (space.kind === "Names") return;
  if (space.kind === "Dict") {
    const { parts } = space as Dict<Record<string, unknown>>;
    for (const key of Object.keys(parts))
      addLeaves(
        leaves,
        parts[key],
        name === "" ? key : `${name}.${key}`,
        (observation) => (read(observation) as Record<string, unknown>)[key],
      );
    return;
  }
  if (space.kind === "Box") {
    const { shape, low, high } = space as unknown as Box;
    leaves.push({ name, offset, length: low.length, shape, low, high, read: read as Leaf["read"] });
    return;
  }
  if (space.kind === "MultiDiscrete") {
    const { sizes, start } = space as unknown as MultiDiscrete;
    const low = new Float32Array(sizes.length).fill(start);
    const high = Float32Array.from(sizes, (size) => start + size - 1);
    leaves.push({
      name,
      offset,
      length: sizes.length,
      shape: [sizes.length],
      low,
      high,
      read: read as Leaf["read"],
    });
    return;
  }
  if (space.kind === "Discrete") {
    const { size, start } = space as unknown as Discrete;
    const one = (observation: unknown) => [read(observation) as number];
    leaves.push({ name, offset, length: 1, shape: [], low: [start], high: [start + size - 1], read: one });
    return;
  }
  throw new InputError(`A space of kind ${space.kind} cannot be flattened: ${space.describe()}.`);
}
